/// Where a client connects to: a `ws` or `wss` URL (RFC 6455, 3), taken apart.
public struct WebSocketURL: Sendable, Equatable {
  /// Why text is not such a URL.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    /// It begins with neither `ws://` nor `wss://`.
    case scheme
    /// There is no host, or one with characters no host has.
    case host
    /// The port is not a number from 1 to 65535.
    case port
    /// It has a fragment, which RFC 6455 forbids, or characters that belong percent-encoded.
    case path

    /// One line for people.
    public var description: String {
      switch self {
      case .scheme: "the URL must begin with ws:// or wss://"
      case .host: "the URL has no valid host"
      case .port: "the URL's port must be 1 to 65535"
      case .path: "the URL's path must be printable ASCII, percent-encoded, without a fragment"
      }
    }
  }

  /// The host, without the brackets of an IPv6 address.
  public let host: String
  /// The port; 80, or 443 for `wss`, where none was written.
  public let port: Int
  /// Path and query as they go on the wire, beginning with a slash.
  public let target: String
  /// Whether it is `wss`: TLS goes first.
  public let isSecure: Bool

  /// The `Host` header.
  public var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// Takes text apart.
  ///
  /// - Throws: ``Problem``.
  public init(_ text: String) throws(Problem) {
    let lower = text.lowercased()
    isSecure = lower.hasPrefix("wss://")
    guard isSecure || lower.hasPrefix("ws://") else { throw .scheme }
    let rest = text.dropFirst(isSecure ? 6 : 5)
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    let written: Int?
    (host, written) = try Self.split(authority: rest[..<end])
    port = written ?? (isSecure ? 443 : 80)
    var target = String(rest[end...])
    if !target.hasPrefix("/") { target = "/" + target }
    guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
      throw .path
    }
    self.target = target
  }

  private static func split(authority: Substring) throws(Problem) -> (String, Int?) {
    var name = authority
    var digits: Substring = ""
    if authority.hasPrefix("[") {
      guard let bracket = authority.firstIndex(of: "]") else { throw .host }
      name = authority[authority.index(after: authority.startIndex)..<bracket]
      let tail = authority[authority.index(after: bracket)...]
      guard tail.isEmpty || tail.hasPrefix(":") else { throw .host }
      digits = tail.dropFirst()
      if tail == ":" { throw .port }
      guard
        name.utf8.allSatisfy({
          isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        })
      else { throw .host }
    } else {
      if let colon = authority.firstIndex(of: ":") {
        name = authority[..<colon]
        digits = authority[authority.index(after: colon)...]
        if digits.isEmpty { throw .port }
      }
      guard name.utf8.allSatisfy({ isHostByte($0) }) else { throw .host }
    }
    guard !name.isEmpty, name.utf8.count <= 253 else { throw .host }
    if digits.isEmpty { return (String(name), nil) }
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
      (1...65_535).contains(port)
    else { throw .port }
    return (String(name), port)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
  }
}
