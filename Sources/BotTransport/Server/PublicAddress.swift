import Telephony

/// Where a platform reaches this server from outside: scheme, host and port of its WebSockets.
///
/// Behind a proxy the server cannot see it; it is either told, or read from what the proxy passes on.
public struct PublicAddress: Hashable, Sendable, CustomStringConvertible {
  /// `wss://host` or `ws://host:port`, without a slash at the end.
  public let description: String

  /// Reads an address such as `wss://bot.example.com` or `https://bot.example.com:8443/`; `http` and `https`
  /// stand for `ws` and `wss`. nil where it is none, or has more than scheme, host and port.
  public init?(_ text: String) {
    guard let colon = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<colon.lowerBound].lowercased()
    var rest = text[colon.upperBound...]
    if rest.last == "/" { rest.removeLast() }
    self.init(scheme: scheme, authority: String(rest))
  }

  /// The address that a request was sent to: what a proxy that is believed says in `X-Forwarded-Host`
  /// and `X-Forwarded-Proto` or `Forwarded` (RFC 7239), else the `Host` header.
  ///
  /// `wss` unless that proxy says that it was asked over `http`: platforms want `wss`, and TLS often
  /// ends before this server. nil where no usable host is named.
  init?(headers: HTTPHeaders, believesProxy: Bool) {
    let forwarded = believesProxy ? Self.parameters(headers["forwarded"] ?? "") : [:]
    func header(_ name: String) -> String? {
      believesProxy ? Self.first(headers["x-forwarded-\(name)"]) : nil
    }
    let scheme = header("proto") ?? forwarded["proto"] ?? "wss"
    guard let authority = header("host") ?? forwarded["host"] ?? headers["host"] else { return nil }
    self.init(scheme: scheme.lowercased(), authority: authority)
  }

  private init?(scheme: String, authority: String) {
    let scheme = ["https": "wss", "http": "ws"][scheme] ?? scheme
    guard scheme == "wss" || scheme == "ws" else { return nil }
    let isPlain = authority.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "-._:[]".utf8.contains(byte)
      }
    }
    guard isPlain, (1...262).contains(authority.utf8.count), authority.first != ":" else {
      return nil
    }
    description = "\(scheme)://\(authority)"
  }

  /// The first of the values that several proxies left in one header.
  private static func first(_ value: String?) -> String? {
    let bare = value?.split(separator: ",").first?.filter { $0 != " " }
    return bare.flatMap { $0.isEmpty ? nil : String($0) }
  }

  /// The parameters of the first element of a `Forwarded` header.
  private static func parameters(_ value: String) -> [String: String] {
    var parameters: [String: String] = [:]
    for pair in value.prefix(while: { $0 != "," }).split(separator: ";") {
      let halves = pair.filter { $0 != " " && $0 != "\"" }.split(separator: "=", maxSplits: 1)
      if halves.count == 2 { parameters[halves[0].lowercased()] = String(halves[1]) }
    }
    return parameters
  }
}
