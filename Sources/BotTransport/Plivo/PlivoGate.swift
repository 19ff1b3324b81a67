public import Telephony

/// Lets in what Plivo has signed: upgrades under `/plivo` and the requests of its webhooks.
public struct PlivoGate: RequestGate {
  private let signer: PlivoSigner
  private let reach: Reach

  /// Makes a gate; none where no token is left when the empty ones are dropped.
  ///
  /// - Parameters:
  ///   - tokens: auth tokens, any of which may have signed.
  ///   - reach: where Plivo reaches the server, which is part of what is signed. Tell its public address
  ///     where you can: else a signature for one of your servers opens another with the same token.
  public init?(tokens: [String], reach: Reach = Reach()) {
    guard
      let signer = PlivoSigner(
        tokens: tokens, hmac: { HMACSHA256.code(key: $0, message: $1) })
    else { return nil }
    self.signer = signer
    self.reach = reach
  }

  /// Asks the gate before every upgrade that names Plivo, and has Plivo's calls found by their path
  /// alone: what is recognised by its first message has passed no gate.
  public func add(to configuration: inout ServerConfiguration) {
    configuration.guardUpgrades(of: .plivo) { judge($0) }
  }

  /// What an upgrade of Plivo's deserves.
  public func judge(_ request: UpgradeRequest) -> AccessPolicy.Decision {
    let signatures = PlivoSignatures { request.headers[$0] }
    guard !signatures.isEmpty,
      let signed = signedRequest(
        .get, request.path, request.query, request.headers, request.peerAddress),
      signer.verifyUpgrade(signed, signatures) != nil
    else { return .refused(status: 401) }
    return .admitted
  }

  /// Whether a webhook's request claims to be signed.
  func mayAdmit(_ request: HTTPRequest) -> Bool {
    !PlivoSignatures { request.headers[$0] }.isEmpty
  }

  /// Whether a webhook's request is Plivo's. Reads the body.
  func admits(_ request: HTTPRequest) -> Bool {
    let method: PlivoSignedRequest.Method = request.method == "POST" ? .post : .get
    let signatures = PlivoSignatures { request.headers[$0] }
    guard !signatures.isEmpty,
      var signed = signedRequest(
        method, request.path, request.query, request.headers, request.peerAddress)
    else { return false }
    signed.parameters = URLQuery(String(decoding: request.body, as: UTF8.self)).items
    // TLS ends in front of most servers, so that the scheme cannot be seen here.
    return ["https", "http"].contains { scheme in
      signed.scheme = scheme
      return signer.verify(signed, signatures)
    }
  }

  private func signedRequest(
    _ method: PlivoSignedRequest.Method, _ path: String, _ query: [QueryItem],
    _ headers: HTTPHeaders, _ peer: String
  ) -> PlivoSignedRequest? {
    guard let address = reach.address(of: headers, from: peer),
      let colon = address.description.firstRange(of: "://")
    else { return nil }
    return PlivoSignedRequest(
      method, scheme: "http", authority: String(address.description[colon.upperBound...]),
      path: path, query: URLQuery(query).items)
  }
}
