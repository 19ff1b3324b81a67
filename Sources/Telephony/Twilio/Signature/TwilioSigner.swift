/// Makes and checks Twilio's request signatures: https://www.twilio.com/docs/usage/security.
///
/// What is signed is the address that Twilio called, and behind it a form's fields by name, name and value
/// joined with nothing between. The key is an account's auth token; see ``SignatureScheme``. A newer scheme,
/// which a header of its own announces, has SHA-256 and a shared key in the tokens' place.
public struct TwilioSigner: Sendable {
  private let keys: [[UInt8]]
  private let sha1: SignatureScheme
  private let sha256: SignatureScheme

  /// Makes a signer of the tokens and keys that are in use, two while they change; nil where none is left
  /// when the empty ones are dropped.
  ///
  /// - Parameters:
  ///   - tokens: auth tokens, or the newer scheme's keys.
  ///   - sha1: HMAC-SHA1, `HMACSHA1.code` of Sockets or any other.
  ///   - sha256: HMAC-SHA256.
  public init?(
    tokens: [String], sha1: @escaping SignatureScheme.Code, sha256: @escaping SignatureScheme.Code
  ) {
    keys = tokens.filter { !$0.isEmpty }.map { Array($0.utf8) }
    self.sha1 = .hmac(.sha1, sha1)
    self.sha256 = .hmac(.sha256, sha256)
    if keys.isEmpty { return nil }
  }

  /// The signature of `request` under the first token.
  public func signature(
    of request: TwilioSignedRequest, by algorithm: TwilioSignature.Algorithm = .sha1
  ) -> String? {
    keys.first.flatMap { scheme(algorithm).signature(of: request.message, under: $0) }
  }

  /// Whether `signature` is one of any of `candidates` under any token; each candidate is an address that
  /// Twilio may have signed.
  ///
  /// - Returns: the first address that fits, for one line of diagnosis; nil where none does.
  public func verify(
    _ candidates: [TwilioSignedRequest], _ signature: TwilioSignature
  ) -> String? {
    guard !signature.isEmpty, let algorithm = signature.algorithm else { return nil }
    var found: String?
    // All of them are looked at, so that the time tells nothing of which one fits.
    for candidate in candidates.prefix(TwilioSignedRequest.mostVariants) {
      for key in keys {
        let fits = scheme(algorithm).accepts([signature.value], of: candidate.message, under: key)
        if fits, found == nil { found = candidate.url }
      }
    }
    return found
  }

  private func scheme(_ algorithm: TwilioSignature.Algorithm) -> SignatureScheme {
    algorithm == .sha1 ? sha1 : sha256
  }
}

/// The signature headers of one request.
public struct TwilioSignature: Hashable, Sendable {
  /// How a signature was made.
  public enum Algorithm: String, Hashable, Sendable, CaseIterable {
    /// HMAC-SHA1 under the auth token: no settings, or settings without an algorithm.
    case sha1 = "HMAC_SHA1"
    /// HMAC-SHA256 under a shared key.
    case sha256 = "HMAC_SHA256"
  }

  /// `X-Twilio-Signature`.
  public var value: String
  /// What `X-Twilio-Webhooks-Signature-Settings` says of it; nil of an algorithm that is not known.
  public var algorithm: Algorithm?

  /// Whether nothing is signed: then nothing need be computed to say no.
  public var isEmpty: Bool { value.isEmpty }

  /// Reads them.
  ///
  /// - Parameter header: gives the value of a header by its lower-case name.
  public init(_ header: (String) -> String?) {
    let text = header("x-twilio-signature") ?? ""
    value = text.utf8.count <= 128 ? CustomParameters.trimmed(text) : ""
    let settings = (header("x-twilio-webhooks-signature-settings") ?? "").utf8.prefix(1_024)
    algorithm = .sha1
    for setting in settings.split(separator: UInt8(ascii: ","), maxSplits: 16) {
      let halves = setting.split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard halves.count == 2,
        String(decoding: ASCII.trimmed(halves[0]), as: UTF8.self).lowercased() == "algorithm"
      else { continue }
      let name = String(decoding: ASCII.trimmed(halves[1]), as: UTF8.self)
      guard !name.isEmpty else { continue }
      algorithm = Algorithm(rawValue: name.uppercased())
      return
    }
  }
}
