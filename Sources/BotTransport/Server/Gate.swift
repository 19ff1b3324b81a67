import Telephony

/// Applies an access policy to a server's requests.
struct Gate: Sendable {
  let policy: AccessPolicy
  let reach: Reach

  func judge(_ request: UpgradeRequest) -> AccessPolicy.Decision {
    judge(request.path, request.query, request.headers, request.peerAddress)
  }

  func judge(_ request: HTTPRequest) -> AccessPolicy.Decision {
    judge(request.path, request.query, request.headers, request.peerAddress)
  }

  private func judge(
    _ path: String, _ query: [QueryItem], _ headers: HTTPHeaders, _ peer: String
  ) -> AccessPolicy.Decision {
    let items = query.map { QueryItem(name: $0.name, value: Self.plussed($0.value)) }
    return policy.judge(
      path: Self.plussed(path), query: URLQuery(items),
      authorization: headers["authorization"],
      peer: Gate.host(reach.client(of: headers, from: peer)))
  }

  /// libwebsockets makes blanks of plus signs, also in paths. A token may hold the one, never the other.
  private static func plussed(_ text: String) -> String {
    String(decoding: text.utf8.map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }, as: UTF8.self)
  }

  static func words(_ status: Int) -> String {
    status == 403 ? "Not from this address.\n" : "Credentials are missing or wrong.\n"
  }

  static func answer(_ status: Int) -> HTTPResponse {
    let headers: HTTPHeaders = status == 401 ? ["WWW-Authenticate": "Basic"] : [:]
    return HTTPResponse(status: status, headers: headers, body: words(status))
  }

  /// `127.0.0.1:40312` and `[::1]:40312` without the port and the brackets.
  static func host(_ peer: String) -> String {
    let bare = peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
    return bare.filter { $0 != "[" && $0 != "]" }
  }
}

extension URLQuery {
  init(_ items: [QueryItem]) {
    self.init(items: items.map { Item(name: $0.name, value: $0.value) })
  }
}
