/// Where a registry in Redis is: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`.
///
/// Redis's client library has no TLS: a tunnel on this machine (stunnel, HAProxy) has, and is what is named
/// then.
public struct RedisAddress: Hashable, Sendable {
  /// The host's name, or its address without brackets.
  public let host: String
  /// The port, 6379 by default.
  public let port: Int
  /// The database, 0 by default.
  public let database: Int
  /// The user of Redis 6's access lists; nil for the default one.
  public let user: String?
  /// What is asked for before anything else; nil for nothing.
  public var password: String?

  /// Reads an address; nil for what is none.
  public init?(_ text: String) {
    let scheme = "redis://"
    guard text.lowercased().hasPrefix(scheme) else { return nil }
    let rest = text.dropFirst(scheme.count)
    let place = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(place.count + 1)
    let at = place.lastIndex(of: "@")
    let authority = at.map { place[place.index(after: $0)...] } ?? place
    let secrets = at.map { place[..<$0] } ?? ""
    let colon = secrets.firstIndex(of: ":")
    let name = String(secrets[..<(colon ?? secrets.endIndex)])
    user = name.isEmpty ? nil : name
    password = colon.map { String(secrets[secrets.index(after: $0)...]) }
    guard let database = path.isEmpty ? 0 : Int(path), (0...1_023).contains(database),
      let (host, port) = Self.parts(authority)
    else { return nil }
    self.database = database
    self.host = host
    self.port = port
  }

  private static func parts(_ authority: Substring) -> (String, Int)? {
    var host = authority
    var port = "6379"[...]
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      let rest = authority[authority.index(after: end)...]
      if rest.first == ":" { port = rest.dropFirst() } else if !rest.isEmpty { return nil }
    } else if let colon = authority.lastIndex(of: ":") {
      host = authority[..<colon]
      port = authority[authority.index(after: colon)...]
    }
    guard !host.isEmpty, let number = Int(port), (1...65_535).contains(number) else { return nil }
    return (String(host), number)
  }

  /// For messages: no user and no password.
  public var name: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "redis://\(host):\(port)" + (database == 0 ? "" : "/\(database)")
  }
}
