import Sockets

extension AgenTaoExchange {
  private static let sessionsPath = "/public/v1/sessions"

  /// The REST interface of W1: the open sessions, and closing one.
  func answer(_ request: HTTPRequest) -> HTTPResponse? {
    guard configuration.profile == .w1, request.path.hasPrefix(Self.sessionsPath) else {
      return nil
    }
    guard isKnown(request.headers) else { return json(401, error: "UNAUTHORIZED") }
    let parts = request.path.dropFirst(Self.sessionsPath.count).split(separator: "/")
    if parts.isEmpty, request.method == "GET" {
      let items = live.map { line in
        WireText.fields([
          "id": .string(line.session), "channel": .string("TELCO"),
          "remoteAddress": .string(line.plan.from), "localAddress": .string(line.plan.to),
          "openedAt": .number(line.createdAt),
        ])
      }
      return json(200, .fields(["items": .array(items)]))
    }
    guard parts.count == 2, parts[1] == "close", request.method == "POST" else { return nil }
    guard let line = line(session: String(parts[0])), !line.isOver else {
      return json(404, error: "SESSION_NOT_FOUND")
    }
    line.end(by: .agent)
    return json(
      200, .fields(["closedAt": .number(line.createdAt), "reason": .string("SDK_REQUEST")]))
  }

  private func json(_ status: Int, error code: String) -> HTTPResponse {
    json(status, .fields(["code": .string(code), "message": .string(code)]))
  }

  private func json(_ status: Int, _ body: WireText) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "application/json",
      body: String(decoding: body.text(), as: UTF8.self))
  }
}
