import Sockets
import TestSupport
import Testing

/// What connections may cost that have not shown who they are.
@Suite("strangers' connections", .timeLimit(.minutes(2)))
struct StrangerTests {
  private func options(
    _ limits: ConnectionLimits, _ files: TestCertificates?
  ) -> ListenerOptions {
    var options = ListenerOptions()
    options.connections = limits
    options.handshakeTimeout = .seconds(60)
    options.tls = files.map {
      TLSServerConfiguration(
        certificateFile: $0.server.certificate, keyFile: $0.server.key)
    }
    return options
  }

  /// Connections, the way in, and what became of them.
  private static let tools = #"""
    import select, ssl, threading, time
    def wrap(s): return context.wrap_socket(s, server_hostname="localhost") if secure else s
    def connect(address="127.0.0.1"):
      return socket.create_connection(("127.0.0.1", port), 20, (address, 0))
    def enter(address="127.0.0.1"):
      s = wrap(connect(address))
      s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      return s.recv(4096).split(b"\r\n")[0].decode()[9:12]
    def cut(sockets):
      time.sleep(0.5)
      count = 0
      for s in sockets:
        if select.select([s], [], [], 0)[0]: count += 1
      return count

    """#

  private func peer(
    _ server: TestServer, _ files: TestCertificates?, _ program: String
  ) throws -> PythonPeer {
    try PythonPeer(
      port: server.port,
      """
      import ssl
      secure = \(files == nil ? "False" : "True")
      context = ssl.create_default_context(cafile=\(files.map { "\"\($0.ca)\"" } ?? "None"))

      """ + Self.tools + program)
  }

  @Test("400 that say nothing, or half, keep nobody out", arguments: [false, true])
  func holders(isSecure: Bool) async throws {
    let files = try await TestCertificates()
    let tls = isSecure ? files : nil
    let server = try TestServer(options: options(ConnectionLimits(pending: 40), tls))
    let lines = try await peer(
      server, tls,
      #"""
      held = []
      for number in range(400):
        s = connect()
        if number % 2: s.sendall(b"GET / HT" if not secure else b"\x16\x03\x01\x02\x00\x01")
        held.append(s)
      say(enter())
      gone = cut(held)
      say(gone >= 360, enter())
      """#
    ).lines()
    #expect(lines == ["101", "True 101"])
  }

  @Test("many addresses together hold no more than the listener's bound")
  func all() async throws {
    let server = try TestServer(
      options: options(ConnectionLimits(pending: 40, pendingOfAddress: 40), nil))
    let lines = try await peer(
      server, nil,
      #"""
      held = [connect("127.0.1.%d" % number) for number in range(1, 101)]
      say(cut(held), enter())
      """#
    ).lines()
    #expect(lines == ["60 101"])
  }

  @Test("each address has its share, and open WebSockets are none of them")
  func addresses() async throws {
    let server = try TestServer(
      options: options(ConnectionLimits(pending: 100, pendingOfAddress: 10), nil))
    let lines = try await peer(
      server, nil,
      #"""
      entered = [enter() for n in range(30)]
      one = [connect() for n in range(3)]
      many = [connect("127.0.0.2") for n in range(30)]
      say(set(entered), cut(one), cut(many))
      """#
    ).lines()
    #expect(lines == ["{'101'} 0 20"])
  }

  @Test("TLS handshakes begin at a bounded rate, in order, and idle connections use none up")
  func handshakes() async throws {
    let files = try await TestCertificates()
    let limits = ConnectionLimits(
      pending: 500, pendingOfAddress: 400, handshakesPerSecond: 40,
      handshakesPerSecondOfAddress: 20)
    let server = try TestServer(options: options(limits, files))
    let lines = try await peer(
      server, files,
      #"""
      idle = [connect() for n in range(100)]
      done, stops = [0] * 32, threading.Event()
      def flood(number):
        while not stops.is_set():
          try: wrap(connect("127.0.0.3")).close()
          except OSError: continue
          done[number] += 1
      begin = time.monotonic()
      threads = [threading.Thread(target=flood, args=(n,)) for n in range(32)]
      for thread in threads: thread.start()
      time.sleep(1)
      # Of another address, and of the same.
      say(enter("127.0.0.4"), enter("127.0.0.3"), cut(idle))
      time.sleep(1)
      stops.set()
      count, took = sum(done), time.monotonic() - begin
      for thread in threads: thread.join()
      # Eight at once, then twenty a second.
      say(count > 8, count <= 8 + 20 * took + 1 or (count, took))
      """#
    ).lines()
    #expect(lines == ["101 101 0", "True True"])
  }
}
