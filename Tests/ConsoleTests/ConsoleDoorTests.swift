import BotTransport
import Testing

@testable import Console

@Suite("ConsoleDoor") struct ConsoleDoorTests {
  private let local = WebConsole(ConsoleConfiguration(bot: "ws://127.0.0.1/", isLocal: true))

  private func guarded(isLocal: Bool = false) throws -> WebConsole {
    let token = try #require(Secret("open sesame"))
    return WebConsole(
      ConsoleConfiguration(bot: "ws://127.0.0.1/", isLocal: isLocal, tokens: [token]))
  }

  private func get(_ path: String, _ headers: HTTPHeaders) -> HTTPRequest {
    HTTPRequest(method: "GET", path: path, headers: headers)
  }

  @Test(
    "answers without a token to loopback names alone, whatever a page of another site is called",
    arguments: [
      ("127.0.0.1:5001", 200), ("localhost:5001", 200), ("[::1]:5001", 200), ("LOCALHOST", 200),
      ("evil.example:5001", 403), ("127.0.0.1.evil.example", 403), ("192.0.2.1:5001", 403),
      ("localhost.evil.example", 403), ("", 403),
    ])
  func host(name: String, status: Int) {
    #expect(local.answer(get("/console", ["Host": name]))?.status == status)
  }

  @Test("answers nothing where others reach it and it has no token")
  func open() {
    let console = WebConsole(ConsoleConfiguration(bot: "ws://127.0.0.1/", isLocal: false))
    #expect(console.answer(get("/console", ["Host": "127.0.0.1"]))?.status == 403)
  }

  @Test("leaves all other paths alone")
  func others() {
    for path in ["/", "/consoles", "/healthz"] {
      #expect(local.answer(get(path, ["Host": "localhost"])) == nil)
    }
    #expect(local.answer(get("/console/nothing.js", ["Host": "localhost"]))?.status == 404)
  }

  @Test("lets a page use its own scripts, styles and sockets and nothing else")
  func rules() throws {
    for name in ["", "/page.js", "/phone.js", "/handset.js", "/style.css"] {
      let answer = try #require(local.answer(get("/console\(name)", ["Host": "localhost"])))
      #expect(answer.status == 200 && !answer.body.isEmpty)
      let policy = try #require(answer.headers["content-security-policy"])
      #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
      #expect(!policy.contains("unsafe") && !policy.contains("http"))
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      #expect(answer.headers["cache-control"] == "no-store")
    }
    #expect(PageFiles.byteCount < 150_000)
    let text = String(decoding: PackageResources.index_html, as: UTF8.self)
    #expect(!text.contains("onclick") && !text.contains("style=") && !text.contains("<script>"))
  }

  @Test("shows the page to who has shown the token, for a session")
  func session() throws {
    let console = try guarded()
    let host = "bot.example.com"
    let door = try #require(console.answer(get("/console", ["Host": host])))
    #expect(String(decoding: door.body, as: UTF8.self).contains("name=\"token\""))
    for path in ["page.js", "recording/1", "trace/1", "record/1"] {
      #expect(console.answer(get("/console/\(path)", ["Host": host]))?.status == 403)
    }
    #expect(console.answer(get("/console/style.css", ["Host": host]))?.status == 200)

    func enter(_ body: String, origin: String) -> HTTPResponse? {
      console.answer(
        HTTPRequest(
          method: "POST", path: "/console/session",
          headers: ["Host": host, "Origin": origin], body: Array(body.utf8)))
    }
    #expect(enter("token=open+sesame", origin: "https://evil.example")?.status == 403)
    let answer = try #require(enter("token=open%20sesame", origin: "https://bot.example.com"))
    #expect(answer.status == 303)
    let cookie = try #require(answer.headers["set-cookie"])
    for word in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/console"] {
      #expect(cookie.contains(word))
    }
    let name = String(cookie.prefix { $0 != ";" })
    #expect(name.count == "sidetone_console=".count + 32)
    let headers: HTTPHeaders = ["Host": host, "Cookie": "a=b; \(name)"]
    #expect(console.answer(get("/console/page.js", headers))?.status == 200)
    let forged: HTTPHeaders = ["Host": host, "Cookie": String(name.dropLast()) + "x"]
    #expect(console.answer(get("/console/page.js", forged))?.status == 403)
    // One guess a second in all.
    #expect(enter("token=wrong", origin: "https://bot.example.com")?.status == 429)
  }

  @Test("takes sockets from its own page alone")
  func sockets() throws {
    let loop = try EventLoop(name: "test")
    loop.start()
    defer { loop.stop() }
    func status(_ console: WebConsole, _ headers: HTTPHeaders) -> Int? {
      let request = UpgradeRequest(path: "/console/phone", headers: headers)
      switch console.upgrade(request, on: loop) {
      case nil: return nil
      case .accept: return 101
      case .refuse(let status, _): return status
      }
    }
    let host = "127.0.0.1:5001"
    #expect(status(local, ["Host": host, "Origin": "http://127.0.0.1:5001"]) == 101)
    for origin in [
      "", "null", "http://127.0.0.1:5002", "http://evil.example", "file://127.0.0.1:5001",
    ] {
      #expect(status(local, ["Host": host, "Origin": origin]) == 403, "\(origin)")
    }
    #expect(status(local, ["Host": host]) == 403)
    #expect(try status(guarded(), ["Host": host, "Origin": "http://127.0.0.1:5001"]) == 403)
  }
}
