import BotTransport
import Testing

@Suite("WebSocket")
struct WebSocketTests {
  @Test("echoes text and binary between its own client and server")
  func echo() async throws {
    let loop = try EventLoop(name: "echo")
    loop.start()
    defer { loop.stop() }
    let server = SocketProbe(loop: loop, echoes: true)
    let listener = try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0) { _ in
      .accept(server)
    }
    let client = SocketProbe(loop: loop)
    try WebSocketConnector.connect(
      loop: loop, url: "ws://127.0.0.1:\(listener.port)/any/path?x=1", delegate: client)
    await client.send("hello")
    await client.send([0, 1, 2, 255])
    #expect(try await client.next(3) == [.opened, .text("hello"), .binary([0, 1, 2, 255])])
    await client.withSocket { $0.close(.normal, reason: "done") }
    #expect(try await client.next(1) == [.closed(code: 1000, reason: "done")])
    #expect(
      try await server.next(4) == [
        .opened, .text("hello"), .binary([0, 1, 2, 255]), .closed(code: 1000, reason: "done"),
      ])
  }
}
