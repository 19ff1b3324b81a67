import Sockets
import TestSupport
import Testing

@Suite("WebSocket")
struct WebSocketTests {
  @Test("echoes text and binary between its own client and server")
  func echo() async throws {
    let server = try TestServer()
    let client = SocketProbe(loop: server.loop)
    try WebSocketConnector.connect(
      loop: server.loop, url: "ws://127.0.0.1:\(server.port)/any/path?x=1", delegate: client)
    await client.send("hello")
    await client.send([0, 1, 2, 255])
    #expect(try await client.next(3) == [.opened, .text("hello"), .binary([0, 1, 2, 255])])
    let counters = try #require(await client.withSocket { $0.counters })
    #expect(counters.messagesIn == 2 && counters.bytesIn == 9)
    #expect(counters.messagesOut == 2 && counters.bytesOut == 9)
    await client.withSocket { $0.close(.normal, reason: "done") }
    #expect(try await client.next(1) == [.closed(code: 1000, reason: "done")])
    #expect(
      try await server.nextProbe().next(4) == [
        .opened, .text("hello"), .binary([0, 1, 2, 255]), .closed(code: 1000, reason: "done"),
      ])
  }

  @Test("carries 200 sockets at once on two loops")
  func manySockets() async throws {
    let server = try TestServer()
    let loop = try EventLoop(name: "clients")
    loop.start()
    defer { loop.stop() }
    let url = "ws://127.0.0.1:\(server.port)"
    let clients = (0..<200).map { _ in SocketProbe(loop: loop) }
    for (number, client) in clients.enumerated() {
      try WebSocketConnector.connect(loop: loop, url: url, delegate: client)
      for round in 0..<10 { await client.send("\(number): \(round)") }
    }
    for (number, client) in clients.enumerated() {
      let expected = [.opened] + (0..<10).map { SocketEvent.text("\(number): \($0)") }
      #expect(try await client.next(11) == expected)
      await client.withSocket { $0.close(.normal) }
    }
    for client in clients {
      #expect(try await client.next(1) == [.closed(code: 1000, reason: "")])
    }
  }

  @Test("writes several messages in a turn, as a late one has to, but not all")
  func messagesInTurn() async throws {
    let server = try TestServer(echoes: false)
    let client = SocketProbe(loop: server.loop)
    try WebSocketConnector.connect(
      loop: server.loop, url: "ws://127.0.0.1:\(server.port)", delegate: client)
    #expect(try await client.next(1) == [.opened])
    let probe = try await server.nextProbe()
    #expect(try await probe.next(1) == [.opened])
    let sent = await probe.sentInOneTurn(of: 20)
    #expect(sent == 8)
    #expect(try await client.next(20) == (0..<20).map { .text("\($0)") })
  }

  @Test("asks once for each message, also when the peer takes them in pieces")
  func asksOnce() async throws {
    let server = try TestServer(echoes: false)
    let loop = try EventLoop(name: "pieces")
    loop.start()
    defer { loop.stop() }
    let client = SocketProbe(loop: loop)
    try WebSocketConnector.connect(
      loop: loop, url: "ws://127.0.0.1:\(server.port)", delegate: client)
    #expect(try await client.next(1) == [.opened])
    let probe = try await server.nextProbe()
    #expect(try await probe.next(1) == [.opened])
    for number in 0..<20 {
      let message = [UInt8](repeating: UInt8(number), count: 1_000_000)
      await client.send(message)
      #expect(try await probe.next(1) == [.binary(message)])
    }
    #expect(await client.asked == 20)
  }

  @Test("tells every delegate, once, when the loop stops under open sockets")
  func loopStops() async throws {
    let server = try TestServer()
    let loop = try EventLoop(name: "stopping")
    loop.start()
    let clients = (0..<20).map { _ in SocketProbe(loop: loop) }
    for client in clients {
      try WebSocketConnector.connect(
        loop: loop, url: "ws://127.0.0.1:\(server.port)", delegate: client)
    }
    for client in clients { #expect(try await client.next(1) == [.opened]) }
    let opening = SocketProbe(loop: loop)
    try WebSocketConnector.connect(
      loop: loop, url: "ws://127.0.0.1:\(server.port)", delegate: opening)
    loop.stop()
    for client in clients {
      #expect(
        try await client.next(1) == [.closed(code: nil, reason: "the event loop has stopped")])
      await client.finish()
      #expect(try await client.next(1) == [])
    }
    let last = try await opening.next(1)
    #expect(last == [.opened] || last == [.closed(code: nil, reason: "the event loop has stopped")])
  }

  @Test("reports a refused connection as a close without a code")
  func refusedConnection() async throws {
    let port = try { try TestServer().port }()
    let loop = try EventLoop(name: "refused")
    loop.start()
    defer { loop.stop() }
    let client = SocketProbe(loop: loop)
    try WebSocketConnector.connect(loop: loop, url: "ws://127.0.0.1:\(port)", delegate: client)
    guard case .closed(code: nil, let reason) = try await client.next(1).first else {
      Issue.record("a connection to nobody")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test("reports a refused upgrade with its status")
  func refusedUpgrade() async throws {
    let server = try TestServer(decide: { _ in .refuse(status: 401, body: "no\n") })
    let client = SocketProbe(loop: server.loop)
    try WebSocketConnector.connect(
      loop: server.loop, url: "ws://127.0.0.1:\(server.port)", delegate: client)
    #expect(
      try await client.next(1) == [.closed(code: nil, reason: "the server answered HTTP 401")])
  }

  @Test("gives up a handshake that the server does not answer, when asked to")
  func closesWhileOpening() async throws {
    let peer = try PythonPeer(
      port: 0,
      """
      s = socket.create_server(("127.0.0.1", 0))
      say(s.getsockname()[1])
      c = s.accept()[0]
      try:
        while c.recv(65536): pass
      except ConnectionResetError: say("reset")
      """)
    let loop = try EventLoop(name: "opening")
    loop.start()
    defer { loop.stop() }
    let client = SocketProbe(loop: loop)
    let socket = try WebSocketConnector.connect(
      loop: loop, url: "ws://127.0.0.1:\(try await peer.port())", delegate: client)
    loop.perform { socket.close(.goingAway, reason: "changed our mind") }
    #expect(try await client.next(1) == [.closed(code: nil, reason: "changed our mind")])
    #expect(try await peer.lines().last == "reset")
  }

  @Test("refuses headers that would end the header")
  func headerInjection() throws {
    let loop = try EventLoop(name: "headers")
    loop.start()
    defer { loop.stop() }
    for headers in [["a b": "c"], ["a": "b\r\nc: d"], ["": "x"]] as [HTTPHeaders] {
      let name = headers.fields[0].name
      #expect(throws: ConnectError.badHeader(name: name)) {
        try WebSocketConnector.connect(
          loop: loop, url: "ws://127.0.0.1:1", headers: headers, delegate: SocketProbe(loop: loop))
      }
    }
  }

  @Test("closes from within its callbacks, also twice and with an abort after it")
  func closesInCallback() async throws {
    let server = try TestServer(echoes: false)
    let client = SocketProbe(loop: server.loop)
    try WebSocketConnector.connect(
      loop: server.loop, url: "ws://127.0.0.1:\(server.port)", delegate: client)
    #expect(try await client.next(1) == [.opened])
    await client.withSocket { socket in
      socket.close(4000, reason: "first")
      socket.close(4001, reason: "second")
      socket.requestWrite()
    }
    #expect(try await client.next(1) == [.closed(code: 4000, reason: "first")])
    let probe = try await server.nextProbe()
    #expect(try await probe.next(2) == [.opened, .closed(code: 4000, reason: "first")])
  }
}
