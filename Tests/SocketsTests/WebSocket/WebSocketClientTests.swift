import AudioEngine
import Sockets
import Synchronization
import TestSupport
import Testing

/// The client for tasks, against Python's server and our own.
@Suite("WebSocketClient", .timeLimit(.minutes(2)))
struct WebSocketClientTests {
  /// A Python server that runs `body` with a connection `ws`.
  private func server(_ body: String) throws -> PythonPeer {
    try PythonPeer(
      port: 0,
      """
      async def serve(ws, path=None):
        try:
      \(body.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
        except websockets.ConnectionClosed as e: say("closed", e.rcvd.code if e.rcvd else None)
      async def main():
        async with websockets.serve(serve, "127.0.0.1", 0, subprotocols=["b"], max_size=None) as s:
          say(s.sockets[0].getsockname()[1])
          await asyncio.sleep(60)
      asyncio.run(main())
      """)
  }

  @Test("sends and hears, from any task, and closes")
  func talks() async throws {
    let peer = try server(
      """
      say(ws.request_headers["X-Key"])
      async for message in ws: await ws.send(message)
      say("code", ws.close_code, ws.close_reason)
      signal.raise_signal(signal.SIGTERM)  # All is said: the test waits for the end of this.
      """)
    defer { peer.end() }
    let client = try await WebSocketClient.connect(
      "ws://127.0.0.1:\(try await peer.port())/v1", headers: ["X-Key": "k"],
      subprotocols: ["a", "b"])
    #expect(client.subprotocol == "b")
    let big = [UInt8](repeating: 9, count: 400_000)
    async let sent: Void = {
      try await client.send("hello")
      try await client.send(big)
      for number in 0..<500 { try await client.send("\(number)") }
    }()
    var heard: [WebSocketClient.Message] = []
    for try await message in client.messages {
      heard.append(message)
      if heard.count == 502 { break }
    }
    try await sent
    #expect(heard == [.text("hello"), .binary(big)] + (0..<500).map { .text("\($0)") })
    await client.close(reason: "done")
    await client.close()
    await #expect(throws: WebSocketClientError.self) { try await client.send("late") }
    var iterator = client.messages.makeAsyncIterator()
    let end = try await iterator.next()
    #expect(end == nil)
    #expect(try await peer.lines().dropFirst() == ["k", "code 1000 done"])
  }

  @Test("ends its messages at a good close, and throws another", arguments: [1000, 1001, 1011])
  func ends(code: Int) async throws {
    let peer = try server(
      """
      await ws.send("last")
      await ws.close(\(code), "because")
      """)
    defer { peer.end() }
    let client = try await WebSocketClient.connect("ws://127.0.0.1:\(try await peer.port())")
    var iterator = client.messages.makeAsyncIterator()
    let last = try await iterator.next()
    #expect(last == .text("last"))
    if code == 1011 {
      await #expect(throws: WebSocketClientError.closed(code: 1011, reason: "because")) {
        try await client.messages.first { _ in true }
      }
    } else {
      let end = try await iterator.next()
      #expect(end == nil)
    }
  }

  @Test("waits with sending while the server does not read, and can be called off")
  func backPressure() async throws {
    let peer = try server("await asyncio.sleep(60)")
    defer { peer.end() }
    var limits = WebSocketClient.Limits()
    limits.outgoingBytes = 10_000
    limits.pingInterval = nil
    limits.socket.sendTimeout = nil
    let client = try await WebSocketClient.connect(
      "ws://127.0.0.1:\(try await peer.port())", limits: limits)
    let count = Mutex(0)
    let sending = Task {
      let message = [UInt8](repeating: 1, count: 100_000)
      for _ in 0..<10_000 {
        try await client.send(message)
        count.withLock { $0 += 1 }
      }
    }
    // A gigabyte would have gone by now, were it kept.
    var before = -1
    while before != count.withLock({ $0 }) {
      before = count.withLock { $0 }
      try await Task.sleep(for: .milliseconds(400))
    }
    #expect(before < 1_000)
    sending.cancel()
    await #expect(throws: WebSocketClientError.cancelled) { try await sending.value }
  }

  @Test("does not read a server that says more than is heard")
  func incomingBound() async throws {
    let sent = Mutex(0)
    let server = try TestServer(echoes: false)
    var limits = WebSocketClient.Limits()
    limits.incomingBytes = 50_000
    limits.pingInterval = nil
    let loop = try EventLoop(name: "bounded")
    loop.start()
    defer { loop.stop() }
    let client = try await WebSocketClient.connect(
      "ws://127.0.0.1:\(server.port)", limits: limits, on: loop)
    let probe = try await server.nextProbe()
    let message = [UInt8](repeating: 2, count: 100_000)
    for _ in 0..<200 { await probe.send(message) }
    var before = -1
    while before != sent.withLock({ $0 }) || before <= 0 {
      before = sent.withLock { $0 }
      try await Task.sleep(for: .milliseconds(300))
      let now = await probe.withSocket { $0.counters.messagesOut } ?? 0
      sent.withLock { $0 = now }
    }
    #expect(before < 200)
    var heard = 0
    for try await got in client.messages {
      #expect(got == .binary(message))
      heard += 1
      if heard == 200 { break }
    }
    #expect(heard == 200)
  }

  @Test("says why it could not connect, and gives up when its task is cancelled")
  func failures() async throws {
    let refusing = try TestServer(decide: { _ in .refuse(status: 401, body: "no\n") })
    await #expect(
      throws: WebSocketClientError.failed(.refused(status: 401, message: "Unauthorized"))
    ) {
      _ = try await WebSocketClient.connect("ws://127.0.0.1:\(refusing.port)")
    }
    await #expect(throws: WebSocketClientError.connect(.badURL(.scheme))) {
      _ = try await WebSocketClient.connect("http://127.0.0.1")
    }
    let silent = try PythonPeer(
      port: 0,
      """
      s = socket.create_server(("127.0.0.1", 0))
      say(s.getsockname()[1])
      c = s.accept()[0]
      c.settimeout(20)
      try:
        while c.recv(65536): pass
        say("end")
      except ConnectionResetError: say("reset")
      """)
    let port = try await silent.port()
    let connecting = Task { try await WebSocketClient.connect("ws://127.0.0.1:\(port)") }
    try await Task.sleep(for: .milliseconds(100))
    connecting.cancel()
    await #expect(throws: WebSocketClientError.cancelled) { _ = try await connecting.value }
    #expect(["end", "reset"].contains(try await silent.lines().last))
  }

  @Test("closes with 1001 when nobody has it any more")
  func dropped() async throws {
    let server = try TestServer()
    do {
      let client = try await WebSocketClient.connect("ws://127.0.0.1:\(server.port)")
      try await client.send("a")
    }
    let events = try await server.nextProbe().next(3)
    #expect(events == [.opened, .text("a"), .closed(code: 1001, reason: "")])
  }

  @Test("lets sockets, timers and loops be asked from any task")
  func anyTask() async throws {
    let server = try TestServer()
    let probe = SocketProbe(loop: server.loop)
    let socket = try WebSocketConnector.connect(
      loop: server.loop, url: "ws://127.0.0.1:\(server.port)", delegate: probe)
    #expect(try await probe.next(1) == [.opened])
    let fired = Asked<Bool>()
    let timer = LoopTimer(loop: server.loop) { fired.answer(true) }
    await Task.detached {
      socket.requestWrite()
      socket.setPingInterval(.seconds(1))
      timer.cancel()
      timer.arm(at: EventLoop.now)
      socket.close(.normal, reason: "from a task")
      socket.abort(reason: "too late")
    }.value
    #expect(try await fired.value)
    #expect(try await probe.next(1) == [.closed(code: 1000, reason: "from a task")])
  }
}
