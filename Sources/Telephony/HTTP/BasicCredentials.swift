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

  /// The `Authorization` header's field.
  public var header: HTTPHeader {
    let plain = Array("\(user):\(password)".utf8)
    var text = [UInt8](repeating: 0, count: Base64.encodedCount(byteCount: plain.count))
    var characters = text.mutableSpan
    var room = unsafe characters.mutableBytes
    _ = unsafe Base64.encode(plain.span.bytes, into: &room)
    return HTTPHeader("Authorization", "Basic \(String(decoding: text, as: UTF8.self))")
  }

  /// ``Redaction/mark``.
  public var description: String { Redaction.mark }
  /// ``Redaction/mark``.
  public var debugDescription: String { Redaction.mark }
}
