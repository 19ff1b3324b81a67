import AudioEngine

/// A user name and a password for HTTP Basic authentication, RFC 7617.
///
/// Prints as nothing but a mark, so that it does not end up in a log.
public struct BasicCredentials: Hashable, Sendable, CustomStringConvertible,
  CustomDebugStringConvertible
{
  private let user: String
  private let password: String

  /// Makes credentials; a user name may not hold a colon, which ends it on the wire.
  public init?(user: String, password: String) {
    guard !user.isEmpty, !user.contains(":") else { return nil }
    self.user = user
    self.password = password
  }

  /// Reads `user:password`, as files and environment variables hold it; nil without a colon.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    self.init(user: String(text[..<colon]), password: String(text[text.index(after: colon)...]))
  }

  /// Reads an `Authorization` header's value; nil where it is not Basic or cannot be read.
  package init?(authorization: String) {
    guard let text = Self.base64(in: authorization).map(Array.init) else { return nil }
    var plain = [UInt8](
      repeating: 0, count: Base64.decodedCapacity(characterCount: text.count))
    var bytes = plain.mutableSpan
    var room = unsafe bytes.mutableBytes
    guard let count = try? unsafe Base64.decode(text.span.bytes, into: &room),
      let words = String(validating: plain.prefix(count), as: UTF8.self)
    else { return nil }
    self.init(words)
  }

  /// The credentials as they stand before the `@` of an address. Secret, as they are.
  package var userInfo: String {
    "\(PercentEncoding.encode(user)):\(PercentEncoding.encode(password))"
  }

  /// Whether an `Authorization` header's value holds these credentials. Takes the same time for every
  /// value of one length.
  public func match(authorization: String) -> Bool {
    guard let text = Self.base64(in: authorization) else { return false }
    return Secret(base64)?.matches(String(decoding: text, as: UTF8.self)) ?? false
  }

  /// What stands behind `Basic`; nil of another scheme, and of more than any credentials need.
  private static func base64(in authorization: String) -> Substring.UTF8View? {
    guard authorization.utf8.count <= 4_096 else { return nil }
    let halves = authorization.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
    guard halves.count == 2, ASCII.folded(halves[0]) == "basic" else { return nil }
    return ASCII.trimmed(halves[1])
  }

  /// The `Authorization` header's field.
  public var header: HTTPHeader { HTTPHeader("Authorization", "Basic \(base64)") }

  private var base64: String {
    let plain = Array("\(user):\(password)".utf8)
    var text = [UInt8](repeating: 0, count: Base64.encodedCount(byteCount: plain.count))
    var characters = text.mutableSpan
    var room = unsafe characters.mutableBytes
    _ = unsafe Base64.encode(plain.span.bytes, into: &room)
    return String(decoding: text, as: UTF8.self)
  }

  /// What of the credentials is to be hidden where it turns up.
  var secrets: [String] { [password, base64] }

  /// ``Redaction/mark``.
  public var description: String { Redaction.mark }
  /// ``Redaction/mark``.
  public var debugDescription: String { Redaction.mark }
}
