/// Where a call log in PostgreSQL is: `postgres://[USER@]HOST[:PORT]/DATABASE[?PARAMETER=VALUE...]`, or any
/// other form of a connection URI that PostgreSQL's own client library reads.
///
/// The password comes from `PGPASSWORD`, or better from a password file (`PGPASSFILE`, `~/.pgpass`); TLS by
/// `sslmode=verify-full` and `sslrootcert`, or `PGSSLMODE` and its like.
public struct PostgresAddress: Hashable, Sendable {
  /// As it was given.
  let text: String
  /// Host and database, for messages: neither user, password nor parameters.
  public let name: String
  /// Whether it holds a password: such an address does not belong on a command line.
  public let holdsPassword: Bool

  /// Reads an address; nil for what does not begin as one.
  public init?(_ text: String) {
    let schemes = ["postgres://", "postgresql://"]
    guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }) else { return nil }
    self.text = text
    let rest = text.dropFirst(scheme.count)
    let place = rest.prefix { $0 != "?" }
    let authority = place.prefix { $0 != "/" }
    let path = place.dropFirst(authority.count)
    let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    name = "postgres://\(host ?? authority)\(path)"
    let query = rest.dropFirst(place.count).lowercased()
    holdsPassword = user.contains(":") || query.contains("password=")
  }
}
