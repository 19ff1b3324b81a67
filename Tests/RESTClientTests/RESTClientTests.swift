import Foundation
import PlatformREST
import RESTClient
import Telephony
import TestSupport
import Testing

/// Against Python's own HTTP server, which answers well, for ever, drop by drop, or not at all.
@Suite("RESTClient") struct RESTClientTests {
  private static let server = """
    import http.server, sys, time
    asked = []
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def answer(self, status, body=b"", **headers):
            self.send_response(status)
            for name, value in headers.items(): self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def do_GET(self): self.take()
        def do_POST(self): self.take()
        def take(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/asked": return self.answer(200, " ".join(asked).encode())
            asked.append(self.path)
            if self.path == "/echo":
                return self.answer(200, self.command.encode() + b":" + body, Kind=self.headers["X-Kind"] or "")
            if self.path == "/away": return self.answer(302, Location="/elsewhere")
            if self.path == "/mute": time.sleep(3); return
            if self.path == "/broken": self.connection.close(); return
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(20000 if self.path == "/endless" else 30):
                    self.wfile.write(b"x" * (65536 if self.path == "/endless" else 1))
                    self.wfile.flush()
                    if self.path == "/drops": time.sleep(0.1)
            except OSError: pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  private let peer: Subprocess
  private let base: String

  init() async throws {
    peer = try Subprocess("/usr/bin/python3", ["-c", Self.server])
    base = "http://127.0.0.1:\(try await peer.firstLine())"
  }

  private func asked() async throws -> String {
    String(
      decoding: try await RESTClient().send("GET", base + "/asked", within: .seconds(20)).body,
      as: UTF8.self)
  }

  @Test("sends method, headers and body, and gives the whole answer")
  func whole() async throws {
    let answer = try await RESTClient().send(
      "POST", base + "/echo", headers: [("X-Kind", "speech")], body: Array("a=1".utf8),
      within: .seconds(20))
    #expect(answer.status == 200)
    #expect(String(decoding: answer.body, as: UTF8.self) == "POST:a=1")
    #expect(answer.headers.contains { $0.name.lowercased() == "kind" && $0.value == "speech" })
    // As a platform's request does.
    let response = try #require(
      await RESTClient().send(RESTRequest(.get, base + "/echo"), within: .seconds(20)))
    #expect(response.status == 200)
    #expect(String(decoding: response.body, as: UTF8.self) == "GET:")
  }

  @Test("follows no redirect")
  func redirect() async throws {
    let answer = try await RESTClient().send("GET", base + "/away", within: .seconds(20))
    #expect(answer.status == 302)
    #expect(try await asked() == "/away")
  }

  @Test(
    "gives up in time, on silence and on drops, and sends nothing twice",
    arguments: ["/mute", "/drops"])
  func late(path: String) async throws {
    await #expect(throws: RESTClient.Failure.timedOut) {
      try await RESTClient().send("POST", base + path, body: [1], within: .milliseconds(700))
    }
    #expect(try await asked() == path)
  }

  @Test("stops reading an answer that is too long")
  func endless() async throws {
    await #expect(throws: RESTClient.Failure.answerTooLong) {
      try await RESTClient(maximumAnswer: 1 << 20).send(
        "GET", base + "/endless", within: .seconds(20))
    }
  }

  @Test("tells a broken connection, and nobody listening", arguments: [true, false])
  func broken(listens: Bool) async throws {
    await #expect(throws: RESTClient.Failure.connection) {
      try await RESTClient().send(
        "POST", listens ? base + "/broken" : "http://127.0.0.1:1/", body: [1],
        within: .seconds(20))
    }
    if listens { #expect(try await asked() == "/broken") }
  }

  @Test("sends nothing where the address is none", arguments: ["", "bot.example.com", "ftp://h/x"])
  func badURL(url: String) async throws {
    await #expect(throws: RESTClient.Failure.badURL) {
      try await RESTClient().send("GET", url, within: .seconds(1))
    }
  }

  @Test("ends with its task")
  func cancelled() async throws {
    let base = base
    let task = Task {
      try await RESTClient().send("GET", base + "/drops", within: .seconds(60))
    }
    while try await asked() != "/drops" { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: RESTClient.Failure.timedOut) { try await task.value }
  }
}
