import TestSupport
import Testing

@testable import BotTransport

@Suite("answers that are found out later", .timeLimit(.minutes(2))) struct LateAnswerTests {
  /// A server whose answer is what `find` finds.
  private func server(
    _ options: ListenerOptions = ListenerOptions(),
    _ find: @escaping @Sendable (@escaping @Sendable (HTTPResponse) -> Void) -> Void
  ) throws -> TestServer {
    try TestServer(options: options, onHTTP: { _ in HTTPResponse(later: find) })
  }

  private func ask(_ server: TestServer, _ program: String) async throws -> [String] {
    try await PythonPeer(port: server.port, program).lines()
  }

  private static let get = """
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=15) as answer:
            body = answer.read()
            say(answer.status, len(body), len(set(body)))
    except (OSError, urllib.error.URLError) as error:
        say("cut")
    """

  @Test(
    "go out whole from another thread, at once, late, and of any size", arguments: [1, 2_000_000])
  func sizes(byteCount: Int) async throws {
    let server = try server { answer in
      Task.detached {
        try? await Task.sleep(for: .milliseconds(30))
        answer(HTTPResponse(status: 200, body: String(repeating: "a", count: byteCount)))
        answer(HTTPResponse(status: 500, body: "a second answer counts for nothing"))
      }
    }
    #expect(try await ask(server, Self.get) == ["200 \(byteCount) 1"])
    let atOnce = try self.server { $0(HTTPResponse(status: 200, body: "b")) }
    #expect(try await ask(atOnce, Self.get) == ["200 1 1"])
  }

  @Test("that never come are cut off at the handshake's deadline")
  func never() async throws {
    var options = ListenerOptions()
    options.handshakeTimeout = .milliseconds(400)
    let server = try server(options) { _ in }
    #expect(try await ask(server, Self.get) == ["cut"])
  }

  @Test("hurt nobody when the peer has gone")
  func gone() async throws {
    let waiting = Asked<@Sendable (HTTPResponse) -> Void>()
    let server = try TestServer(onHTTP: { request in
      guard request.path == "/late" else { return HTTPResponse(status: 200, body: "here") }
      return HTTPResponse(later: { waiting.answer($0) })
    })
    let leaving = """
      peer = socket.create_connection(("127.0.0.1", port))
      peer.sendall(b"GET /late HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
      peer.recv(1)
      """
    let peer = try PythonPeer(port: server.port, leaving)
    let answer = try await waiting.value
    peer.end()
    _ = try await peer.lines()
    answer(HTTPResponse(status: 200, body: "nobody"))
    #expect(try await ask(server, Self.get) == ["200 4 3"])
  }
}
