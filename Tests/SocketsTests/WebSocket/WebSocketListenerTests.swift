import Sockets
import Synchronization
import TestSupport
import Testing

@Suite("WebSocketListener")
struct WebSocketListenerTests {
  @Test("says that a port is in use, and takes it when it is free again")
  func portInUse() throws {
    let first = try TestServer()
    let loop = try EventLoop(name: "second")
    loop.start()
    defer { loop.stop() }
    let refuse: @Sendable (UpgradeRequest) -> UpgradeDecision = { _ in
      .refuse(status: 503, body: "")
    }
    #expect(throws: ListenError.portInUse(host: "127.0.0.1", port: first.port)) {
      try WebSocketListener(loop: loop, host: "127.0.0.1", port: first.port, onUpgrade: refuse)
    }
    first.loop.stop()
    _ = try WebSocketListener(loop: loop, host: "127.0.0.1", port: first.port, onUpgrade: refuse)
  }

  @Test("says that an address is no address of this machine")
  func badAddress() throws {
    let loop = try EventLoop(name: "bad")
    loop.start()
    defer { loop.stop() }
    for (host, port) in [("192.0.2.1", 0), ("no such host", 0), ("127.0.0.1", 65_536)] {
      #expect(throws: ListenError.badAddress(host: host, port: port)) {
        try WebSocketListener(loop: loop, host: host, port: port) { _ in
          .refuse(status: 503, body: "")
        }
      }
    }
  }

  @Test("needs a loop that runs")
  func notRunning() throws {
    let loop = try EventLoop(name: "idle")
    #expect(throws: ListenError.loop(.notRunning)) {
      try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0) { _ in
        .refuse(status: 503, body: "")
      }
    }
  }

  @Test("shares a port among loops where asked to")
  func sharedPort() throws {
    let loops = try (0..<2).map { try EventLoop(name: "shared \($0)") }
    defer { for loop in loops { loop.stop() } }
    var port = 0
    for loop in loops {
      loop.start()
      let socket = try ListeningSocket(host: "127.0.0.1", port: port, sharesPort: true)
      port = socket.port
      _ = try WebSocketListener(loop: loop, socket: socket) { _ in .refuse(status: 503, body: "") }
    }
  }

  @Test("accepts nobody after its close, while the sockets there are go on")
  func close() async throws {
    let loop = try EventLoop(name: "closing")
    loop.start()
    defer { loop.stop() }
    let server = SocketProbe(loop: loop, echoes: true)
    let listener = try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0) { _ in
      .accept(server)
    }
    let url = "ws://127.0.0.1:\(listener.port)"
    let client = SocketProbe(loop: loop)
    try WebSocketConnector.connect(loop: loop, url: url, delegate: client)
    #expect(try await client.next(1) == [.opened])
    listener.close()
    listener.close()
    _ = try WebSocketListener(loop: loop, host: "127.0.0.1", port: listener.port) { _ in
      .refuse(status: 503, body: "")
    }.close()
    let late = SocketProbe(loop: loop)
    try WebSocketConnector.connect(loop: loop, url: url, delegate: late)
    let event = try await late.next(1)
    guard case .closed(code: nil, _) = event.first else {
      Issue.record("connected to a closed listener: \(event)")
      return
    }
    await client.send("still here")
    #expect(try await client.next(1) == [.text("still here")])
  }

  @Test("answers plain HTTP through its hook, bodies included")
  func http() async throws {
    let seen = Mutex<[HTTPRequest]>([])
    let server = try TestServer(onHTTP: { request in
      seen.withLock { $0.append(request) }
      switch request.path {
      case "/healthz": return HTTPResponse(status: 200, body: "ok\n")
      case "/callback": return HTTPResponse(status: 200, body: "\(request.body.count)")
      default: return nil
      }
    })
    let lines = try await PythonPeer(
      port: server.port,
      """
      def fetch(path, data=None, method=None, headers={}):
        try:
          r = urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", data=data, method=method, headers=headers))
          say(r.status, r.read().decode().strip())
        except urllib.error.HTTPError as e: say(e.code, e.read().decode().strip())
      fetch("/healthz?x=1")
      fetch("/nothing")
      fetch("/callback", b"a" * 65536)
      fetch("/callback", b"")
      fetch("/callback", b"a" * 100, "PUT")
      fetch("/healthz", None, "HEAD")
      fetch("/healthz", headers={"Upgrade": "nonsense", "Connection": "Upgrade"})
      fetch("/healthz", headers={"Upgrade": "h2c", "Connection": "Upgrade"})
      fetch("/healthz", headers={"Upgrade": "websocket"})
      fetch("/healthz")
      """
    ).lines()
    #expect(
      lines == [
        "200 ok", "404 This is a WebSocket server.", "200 65536", "200 0", "200 100", "200 ",
        "200 ok", "200 ok",
        "426 The header Connection: Upgrade is missing. Does a proxy drop it?", "200 ok",
      ])
    let first = try #require(seen.withLock { $0.first })
    #expect(first.method == "GET")
    #expect(first.query == [QueryItem(name: "x", value: "1")])
  }

  @Test("cuts connections that never finish their request, however they trickle")
  func slowHeaders() async throws {
    var options = ListenerOptions()
    options.handshakeTimeout = .milliseconds(400)
    let server = try TestServer(options: options)
    let lines = try await PythonPeer(
      port: server.port,
      """
      import time
      silent = socket.create_connection(("127.0.0.1", port))
      slow = socket.create_connection(("127.0.0.1", port))
      slow.sendall(b"GET / HTTP/1.1")
      silent.settimeout(20)
      try:
        for i in range(1000):
          slow.sendall(b"x")
          time.sleep(0.02)
      except OSError: say("slow was cut")
      try:
        say("silent got", silent.recv(1))
      except OSError: say("silent got", b"")
      """
    ).lines()
    #expect(lines == ["slow was cut", "silent got b''"])
  }
}
