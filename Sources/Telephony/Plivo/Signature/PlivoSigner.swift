/// Makes and checks Plivo's request signatures: https://www.plivo.com/docs/voice/concepts/signature-validation.
///
/// A signature is an HMAC with SHA-256 under an account's auth token; see ``SignatureScheme``.
public struct PlivoSigner: Sendable {
  /// HMAC-SHA256: the 32 bytes that authenticate `message` under `key`.
  public typealias HMAC = SignatureScheme.Code

  private let tokens: [[UInt8]]
  private let scheme: SignatureScheme

  /// More signatures than this in one header's list are not looked at.
  static let mostSignatures = 8

  /// Makes a signer of the tokens that are in use: the main account's, a subaccount's, an old and a
  /// new one while they change.
  ///
  /// - Returns: nil where no token is left when the empty ones are dropped.
  public init?(tokens: [String], hmac: @escaping HMAC) {
    self.tokens = tokens.filter { !$0.isEmpty }.map { Array($0.utf8) }
    scheme = .hmac(.sha256, hmac)
    if self.tokens.isEmpty { return nil }
  }

  /// The V3 signature of `request` under the first token; nil of an empty nonce.
  public func signature(of request: PlivoSignedRequest, nonce: String) -> String? {
    guard !nonce.isEmpty, let token = tokens.first else { return nil }
    return scheme.signature(of: Array((request.baseString + "." + nonce).utf8), under: token)
  }

  /// Whether `signatures` hold one of `request` under any token: the account's header or the main
  /// account's, any element of a list. V3 alone: the deprecated V2 signs neither query nor body.
  ///
  /// Takes the same time whatever the signatures are, as far as their number is the same.
  public func verify(_ request: PlivoSignedRequest, _ signatures: PlivoSignatures) -> Bool {
    guard !signatures.isEmpty else { return false }
    let message = Array((request.baseString + "." + signatures.nonce).utf8)
    return matches(message, signatures.v3 + signatures.main)
  }

  /// Whether `signatures` fit a WebSocket upgrade, and which scheme was signed.
  ///
  /// Sources disagree on the scheme: `http` was seen on live calls; others take `https`, `wss` or `ws`.
  /// Host, port, path and query are bound in all four.
  ///
  /// - Returns: the scheme, for one line of diagnosis; nil where nothing fits.
  public func verifyUpgrade(
    _ request: PlivoSignedRequest, _ signatures: PlivoSignatures
  ) -> String? {
    guard !signatures.isEmpty else { return nil }
    var found: String?
    for scheme in ["http", "https", "wss", "ws"] {
      var candidate = request
      candidate.method = .get
      candidate.scheme = scheme
      candidate.parameters = []
      if verify(candidate, signatures), found == nil { found = scheme }
    }
    return found
  }

  private func matches(_ message: [UInt8], _ signatures: [String]) -> Bool {
    var isRight = false
    for token in tokens {
      let fits = scheme.accepts(
        signatures.prefix(2 * Self.mostSignatures), of: message, under: token)
      isRight = isRight || fits
    }
    return isRight
  }
}

/// The signature headers of one request.
public struct PlivoSignatures: Hashable, Sendable {
  /// `X-Plivo-Signature-V3`, its list taken apart.
  public var v3: [String]
  /// `X-Plivo-Signature-Ma-V3`, always the main account's.
  public var main: [String]
  /// `X-Plivo-Signature-V3-Nonce`.
  public var nonce: String

  /// The names of the headers, for transports that must be told what to keep.
  public static let headerNames = [
    "x-plivo-signature-v3", "x-plivo-signature-ma-v3", "x-plivo-signature-v3-nonce",
  ]

  /// Whether nothing is signed: then nothing need be computed to say no.
  public var isEmpty: Bool { nonce.isEmpty || v3.isEmpty && main.isEmpty }

  /// Reads them.
  ///
  /// - Parameter header: gives the value of a header by its lower-case name.
  public init(_ header: (String) -> String?) {
    func list(_ name: String) -> [String] {
      // An element more than is wanted: the last one holds whatever else there is.
      let elements = (header(name) ?? "").utf8.prefix(4_096)
        .split(separator: UInt8(ascii: ","), maxSplits: PlivoSigner.mostSignatures)
        .prefix(PlivoSigner.mostSignatures)
      return elements.map { String(decoding: ASCII.trimmed($0), as: UTF8.self) }
        .filter { !$0.isEmpty }
    }
    func nonce(_ name: String) -> String {
      let text = header(name) ?? ""
      return text.utf8.count <= 256 ? CustomParameters.trimmed(text) : ""
    }
    v3 = list(Self.headerNames[0])
    main = list(Self.headerNames[1])
    self.nonce = nonce(Self.headerNames[2])
  }
}
