public import Telephony

/// Lets in what Plivo has signed: upgrades under `/plivo` and the requests of its webhooks.
public struct PlivoGate: Sendable {
  private let signer: PlivoSigner
  private let publicAddress: PublicAddress?
  private let isOnlyWay: Bool

  /// Makes a gate; none where no token is left when the empty ones are dropped.
  ///
  /// - Parameters:
  ///   - tokens: auth tokens, any of which may have signed.
  ///   - publicAddress: where Plivo reaches the server, which is part of what is signed; nil takes it
  ///     from each request. Tell it where you can: else a signature for one of your servers opens
  ///     another with the same token.
  ///   - isOnlyWay: whether upgrades on other paths are refused; for a server with no other policy.
  public init?(tokens: [String], publicAddress: PublicAddress? = nil, isOnlyWay: Bool = false) {
    guard
      let signer = PlivoSigner(
        tokens: tokens, hmac: { HMACSHA256.code(key: $0, message: $1) })
    else { return nil }
    self.signer = signer
    self.publicAddress = publicAddress
    self.isOnlyWay = isOnlyWay
  }

  /// Asks the gate before every upgrade, and has Plivo's calls found by their path alone: what is
  /// recognised by its first message has passed no gate.
  public func add(to configuration: inout ServerConfiguration) {
    configuration.upgradeJudges.append { judge($0) }
    for index in configuration.call.platforms.entries.indices
    where configuration.call.platforms.entries[index].platform == .plivo {
      configuration.call.platforms.entries[index].recognise = { _ in .no }
    }
  }

  /// What an upgrade deserves; nil of one that is none of Plivo's.
  public func judge(_ request: UpgradeRequest) -> AccessPolicy.Decision? {
    guard request.path.split(separator: "/").first?.lowercased() == "plivo" else {
      return isOnlyWay ? .refused(status: 401) : nil
    }
    let signed = signedRequest(.get, request.path, request.query, request.headers)
    let signatures = PlivoSignatures { request.headers[$0] }
    guard let signed, signer.verifyUpgrade(signed, signatures) != nil else {
      return .refused(status: 401)
    }
    return .admitted
  }

  /// Whether a webhook's request is Plivo's.
  func admits(_ request: HTTPRequest) -> Bool {
    let method: PlivoSignedRequest.Method = request.method == "POST" ? .post : .get
    let signatures = PlivoSignatures { request.headers[$0] }
    guard var signed = signedRequest(method, request.path, request.query, request.headers) else {
      return false
    }
    signed.parameters = URLQuery(String(decoding: request.body, as: UTF8.self)).items
    // TLS ends in front of most servers, so that the scheme cannot be seen here.
    return ["https", "http"].contains { scheme in
      signed.scheme = scheme
      return signer.verify(signed, signatures)
    }
  }

  private func signedRequest(
    _ method: PlivoSignedRequest.Method, _ path: String, _ query: [QueryItem],
    _ headers: HTTPHeaders
  ) -> PlivoSignedRequest? {
    guard let address = publicAddress ?? PublicAddress(headers: headers),
      let colon = address.description.firstRange(of: "://")
    else { return nil }
    return PlivoSignedRequest(
      method, scheme: "http", authority: String(address.description[colon.upperBound...]),
      path: path, query: URLQuery(query).items)
  }
}
