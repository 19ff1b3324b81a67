public import Telephony

/// Lets in what Twilio has signed: upgrades under `/twilio` and the requests of its webhooks.
public struct TwilioGate: RequestGate {
  private let signer: TwilioSigner
  private let reach: Reach

  /// Makes a gate; none where no token is left when the empty ones are dropped.
  ///
  /// - Parameters:
  ///   - tokens: auth tokens, primary and secondary, or shared keys of the newer scheme; any of them may
  ///     have signed.
  ///   - reach: where Twilio reaches the server, which is what is signed. Tell its public address where you
  ///     can: else a signature for one of your servers opens another with the same token.
  public init?(tokens: [String], reach: Reach = Reach()) {
    guard
      let signer = TwilioSigner(
        tokens: tokens, sha1: { HMACSHA1.code(key: $0, message: $1) },
        sha256: { HMACSHA256.code(key: $0, message: $1) })
    else { return nil }
    self.signer = signer
    self.reach = reach
  }

  /// Asks the gate before every upgrade that names Twilio, and has Twilio's calls found by their path
  /// alone: what is recognised by its first message has passed no gate.
  public func add(to configuration: inout ServerConfiguration) {
    configuration.guardUpgrades(of: .twilio) { judge($0) }
  }

  /// What an upgrade of Twilio's deserves.
  public func judge(_ request: UpgradeRequest) -> AccessPolicy.Decision {
    let isSigned = isSigned(
      request.headers, request.peerAddress, request.target, as: ["wss", "https", "ws", "http"])
    return isSigned ? .admitted : .refused(status: 401)
  }

  func mayAdmit(_ request: HTTPRequest) -> Bool {
    !TwilioSignature { request.headers[$0] }.isEmpty
  }

  func admits(_ request: HTTPRequest) -> Bool {
    let isForm = request.method == "POST"
    let fields = isForm ? URLQuery(String(decoding: request.body, as: UTF8.self)).items : []
    // TLS ends in front of most servers, so that the scheme cannot be seen here.
    return isSigned(
      request.headers, request.peerAddress, request.target, as: ["https", "http"], fields)
  }

  private func isSigned(
    _ headers: HTTPHeaders, _ peer: String, _ target: String, as schemes: [String],
    _ fields: [URLQuery.Item] = []
  ) -> Bool {
    let signature = TwilioSignature { headers[$0] }
    guard !signature.isEmpty, let address = reach.address(of: headers, from: peer),
      let colon = address.description.firstRange(of: "://")
    else { return false }
    let candidates = TwilioSignedRequest.variants(
      schemes: schemes, authority: String(address.description[colon.upperBound...]),
      target: target, parameters: fields)
    return signer.verify(candidates, signature) != nil
  }
}
