import AudioEngine

/// A way in which platforms sign what they send.
///
/// Telephony holds no cryptography: the functions are handed in, those of `Sockets` or any library's.
/// What is signed, and how signatures are compared, is decided here.
public struct SignatureScheme: Sendable {
  /// A hash function for codes under a shared key.
  public enum Hash: Int, Hashable, Sendable, CaseIterable {
    /// SHA-1, as HMAC still sound.
    case sha1 = 20
    /// SHA-256.
    case sha256 = 32

    /// The bytes of a code.
    public var byteCount: Int { rawValue }
  }

  /// Makes the code that authenticates `message` under `key`; empty where the library refuses.
  public typealias Code = @Sendable (_ key: [UInt8], _ message: [UInt8]) -> [UInt8]
  /// Whether `signature` is one of `message` by the holder of the public `key`.
  public typealias Verification =
    @Sendable (
      _ key: [UInt8], _ message: [UInt8], _ signature: [UInt8]
    ) -> Bool

  private enum Kind: Sendable {
    case shared(Hash, Code)
    case publicKey(Verification)
  }

  /// More signatures than this of one message are not looked at.
  static let mostSignatures = 64

  private let kind: Kind

  /// An HMAC (RFC 2104) with `hash`, made by `code`.
  public static func hmac(_ hash: Hash, _ code: @escaping Code) -> SignatureScheme {
    SignatureScheme(kind: .shared(hash, code))
  }

  /// Ed25519 (RFC 8032), which only the platform can make.
  public static func ed25519(_ verify: @escaping Verification) -> SignatureScheme {
    SignatureScheme(kind: .publicKey(verify))
  }

  /// The signature of `message` under `key`, in base64; nil where only the platform can make it, or the
  /// library refuses.
  public func signature(of message: [UInt8], under key: [UInt8]) -> String? {
    guard case .shared(let hash, let code) = kind else { return nil }
    let bytes = code(key, message)
    guard bytes.count == hash.byteCount else { return nil }
    return Self.base64(bytes)
  }

  /// Whether one of `signatures`, in base64, is of `message` under `key`; with a shared key in the same
  /// time whatever they are, as far as their number is the same.
  public func accepts(
    _ signatures: some Collection<String>, of message: [UInt8], under key: [UInt8]
  ) -> Bool {
    var isRight = false
    switch kind {
    case .shared:
      guard let expected = signature(of: message, under: key).flatMap(Secret.init) else {
        return false
      }
      for signature in signatures.prefix(Self.mostSignatures) {
        let fits = expected.matches(signature)
        isRight = isRight || fits
      }
    case .publicKey(let verify):
      for signature in signatures.prefix(Self.mostSignatures) where !isRight {
        isRight = Self.bytes(signature).map { verify(key, message, $0) } ?? false
      }
    }
    return isRight
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    var text = [UInt8](repeating: 0, count: Base64.encodedCount(byteCount: bytes.count))
    var span = text.mutableSpan
    var raw = unsafe span.mutableBytes
    _ = unsafe Base64.encode(bytes.span.bytes, into: &raw)
    return String(decoding: text, as: UTF8.self)
  }

  /// What `text` says in base64; nil where it is none, or longer than any signature.
  private static func bytes(_ text: String) -> [UInt8]? {
    let characters = Array(text.utf8.prefix(257))
    guard characters.count <= 256 else { return nil }
    let most = Base64.decodedCapacity(characterCount: characters.count)
    var bytes = [UInt8](repeating: 0, count: most)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    guard let count = unsafe try? Base64.decode(characters.span.bytes, into: &raw) else {
      return nil
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
