import Testing

@testable import BotTransport

@Suite("HTTP routes") struct HTTPRoutesTests {
  private func request(_ path: String, _ method: String = "GET") -> HTTPRequest {
    HTTPRequest(
      method: method, path: path, query: [], headers: HTTPHeaders(), body: [], peerAddress: "")
  }

  private func answer(_ routes: HTTPRoutes, _ path: String, _ method: String = "GET") -> String? {
    routes.answer(request(path, method)).map { String(decoding: $0.body, as: UTF8.self) }
  }

  @Test("prefers the exact path, then the longest tree")
  func order() {
    var routes = HTTPRoutes()
    routes.addTree("/a") { _ in HTTPResponse(status: 200, body: "tree a") }
    routes.addTree("/a/b") { _ in HTTPResponse(status: 200, body: "tree b") }
    routes.add("/a/b/c") { _ in HTTPResponse(status: 200, body: "exact") }
    #expect(answer(routes, "/a") == "tree a")
    #expect(answer(routes, "/a/x/y") == "tree a")
    #expect(answer(routes, "/a/b/d") == "tree b")
    #expect(answer(routes, "/a/b/c") == "exact")
    #expect(answer(routes, "/a/b/c/") == "exact")
    #expect(answer(routes, "/a/b/c/d") == "tree b")
    #expect(answer(routes, "/ab") == nil)
    #expect(answer(routes, "/") == nil)
  }

  @Test("answers other methods with 405 and the ones that are taken")
  func methods() {
    var routes = HTTPRoutes()
    routes.add("/a", methods: ["GET", "POST"]) { HTTPResponse(status: 200, body: $0.method) }
    #expect(answer(routes, "/a", "POST") == "POST")
    #expect(routes.answer(request("/a", "HEAD"))?.status == 200)
    let refused = routes.answer(request("/a", "DELETE"))
    #expect(refused?.status == 405)
    #expect(refused?.headers["Allow"] == "GET, POST")
  }
}
