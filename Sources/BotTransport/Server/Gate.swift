import Telephony

/// Applies an access policy to a server's requests.
struct Gate: Sendable {
  let policy: AccessPolicy

  func judge(_ request: UpgradeRequest) -> AccessPolicy.Decision {
    judge(request.path, request.query, request.headers, request.peerAddress)
  }

  /// The answer to a request that may not pass; nil where it may. What would be settled by a later
  /// message of a socket is settled here: HTTP has none.
  func refusal(_ request: HTTPRequest) -> HTTPResponse? {
    switch judge(request.path, request.query, request.headers, request.peerAddress) {
    case .admitted: nil
    case .refused(let status): Gate.answer(status)
    case .undecided: Gate.answer(401)
    }
  }

  private func judge(
    _ path: String, _ query: [QueryItem], _ headers: HTTPHeaders, _ peer: String
  ) -> AccessPolicy.Decision {
    // libwebsockets makes blanks of plus signs, also in paths. A token may hold the one, never the
    // other.
    let items = query.map {
      QueryItem(name: $0.name, value: $0.value.replacing(" ", with: "+"))
    }
    return policy.judge(
      path: path.replacing(" ", with: "+"), query: URLQuery(items),
      authorization: headers["authorization"], peer: Gate.host(peer))
  }

  static func words(_ status: Int) -> String {
    status == 403 ? "Not from this address.\n" : "Credentials are missing or wrong.\n"
  }

  private static func answer(_ status: Int) -> HTTPResponse {
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
