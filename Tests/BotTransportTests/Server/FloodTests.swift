import AudioEngine
import BotTransport
import Telephony
import TestSupport
import Testing

/// Floods of strangers on a loop that carries a call.
@Suite("floods of strangers", .timeLimit(.minutes(2)))
struct FloodTests {
  /// 32 connections that do one thing, again and again, until the input ends.
  private static let flood = #"""
    import ssl, threading, time
    context = ssl.create_default_context(cafile=ca)
    request = (b"GET /exotel?token=guess HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    held = []
    def once():
      # Guessers are slowed down by their address, others are not.
      source = "127.0.0.5" if kind == "guesses" else "127.0.0.1"
      s = socket.create_connection(("127.0.0.1", port), 20, (source, 0))
      if kind == "idle":
        held.append(s)
        time.sleep(0.01)
        return
      if kind == "hello":
        s.sendall(b"\x16\x03\x01\x02\x00\x01" + bytes(200))
        held.append(s)
        time.sleep(0.01)
        return
      s = context.wrap_socket(s, server_hostname="localhost")
      if kind == "guesses":
        s.sendall(request)
        s.recv(4096)
      s.close()
    stops = threading.Event()
    def loop():
      while not stops.is_set():
        try: once()
        except OSError: pass
    threads = [threading.Thread(target=loop, daemon=True) for n in range(32)]
    for thread in threads: thread.start()
    time.sleep(1)
    say("flooding")
    time.sleep(3)
    stops.set()
    """#

  @Test(
    "leave a call that is up without a gap, and a new one is answered",
    arguments: ["handshakes", "guesses", "idle", "hello"])
  func floods(kind: String) async throws {
    let files = try await TestCertificates()
    var configuration = ServerConfiguration()
    configuration.listener.tls = TLSServerConfiguration(
      certificateFile: files.server.certificate, keyFile: files.server.key)
    configuration.access = AccessPolicy(tokens: [try #require(Secret("right-token"))])
    // The machine has other tests to run, whose stalls are not the question; a flood that was let in made
    // holes of ten seconds.
    configuration.call.lead = .fixed(.seconds(2))
    let underruns = Asked<Int>()
    let server = try await RunningServer(configuration) { call in
      let utterance = try await call.say()
      let speaking = Task {
        while !Task.isCancelled {
          try await utterance.write([Int16](repeating: 1_000, count: 8_000))
        }
      }
      await call.ended()
      speaking.cancel()
      underruns.answer(await call.statistics.outbound.underruns)
    }
    let loop = try EventLoop(name: "callers")
    loop.start()
    defer { loop.stop() }
    func call() throws -> SocketProbe {
      let caller = SocketProbe(loop: loop)
      try WebSocketConnector.connect(
        loop: loop, url: "wss://localhost:\(server.port)/exotel?token=right-token",
        tls: TLSClientConfiguration(caFile: files.ca), delegate: caller)
      return caller
    }
    let caller = try call()
    await caller.send(ExotelCaller.start(callID: "c"))
    #expect(try await caller.next(2).first == .opened)
    let strangers = try PythonPeer(
      port: server.port, "ca, kind = \"\(files.ca)\", \"\(kind)\"\n" + Self.flood)
    #expect(try await strangers.firstLine() == "flooding")
    for _ in 0..<3 { #expect(try await call().next(1) == [.opened]) }
    _ = try await strangers.lines()
    await caller.send(ExotelCaller.stop)
    #expect(try await underruns.value == 0)
    try await server.stop()
  }
}
