public import Telephony

/// The request that opened a call's socket, without what may be a credential: a bot finds here for whom
/// the call is meant, and may log all of it.
///
/// Left out are headers and query items whose names speak of secrets; whatever a server's
/// ``ServerConfiguration/access`` knows as one is ``Redaction/mark``, wherever it stands.
public struct CallRequest: Sendable {
  /// The path, percent-decoded, beginning with a slash.
  public let path: String
  /// The query's items in order, decoded.
  public let query: URLQuery
  /// The header fields in order, names in lower case.
  public let headers: HTTPHeaders
  /// The address and port that the platform, or the proxy in front of us, connects from.
  public let peerAddress: String

  init(_ request: UpgradeRequest, hiding access: AccessPolicy) {
    path = access.hiding(request.path)
    query = URLQuery(
      items: request.query.filter { !Self.isSecret($0.name) }.map {
        URLQuery.Item(name: access.hiding($0.name), value: access.hiding($0.value))
      })
    var headers = HTTPHeaders()
    for (name, value) in request.headers.fields where !Self.isSecret(name) {
      headers.append(name, access.hiding(value))
    }
    self.headers = headers
    peerAddress = request.peerAddress
  }

  private static func isSecret(_ name: String) -> Bool {
    let lower = name.lowercased()
    return [
      "auth", "cookie", "credential", "jwt", "key", "pass", "secret", "session", "sig", "token",
    ].contains { lower.contains($0) }
  }
}
