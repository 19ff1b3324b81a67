import Foundation
import Sockets
import TestSupport
import Testing

@Suite("WebSocketListener with TLS", .timeLimit(.minutes(2)))
struct TLSServerTests {
  private static func server(
    _ tls: TLSServerConfiguration, handshakeTimeout: Duration = .seconds(10)
  ) throws -> TestServer {
    var options = ListenerOptions()
    options.tls = tls
    options.handshakeTimeout = handshakeTimeout
    return try TestServer(
      options: options, onHTTP: { _ in HTTPResponse(status: 200, body: "ok\n") })
  }

  /// Connects and sends one message; the failure where there was one.
  private func call(_ port: Int, _ tls: TLSClientConfiguration) async throws -> ConnectFailure? {
    let loop = try EventLoop(name: "tls-client")
    loop.start()
    defer { loop.stop() }
    let client = SocketProbe(loop: loop)
    let socket = try WebSocketConnector.connect(
      loop: loop, url: "wss://localhost:\(port)/a", tls: tls, delegate: client)
    if try await client.next(1) == [.opened] {
      let message = [UInt8](repeating: 9, count: 300_000)
      await client.send(message)
      #expect(try await client.next(1) == [.binary(message)])
    }
    let failure = Asked<ConnectFailure?>()
    loop.perform { failure.answer(socket.failure) }
    return try await failure.value
  }

  private func curl(_ port: Int, _ options: [String]) async throws -> Subprocess.Result {
    try await Subprocess(
      "/usr/bin/curl", ["-sS", "--max-time", "10"] + options + ["https://localhost:\(port)/"]
    ).end()
  }

  @Test("serves our own client, Python's and curl, in TLS 1.3 and 1.2")
  func serves() async throws {
    let files = try await TestCertificates()
    let server = try Self.server(
      TLSServerConfiguration(
        certificateFile: files.server.certificate, keyFile: files.server.key))
    #expect(try await call(server.port, TLSClientConfiguration(caFile: files.ca)) == nil)
    let peer = try PythonPeer(
      port: server.port,
      """
      import ssl
      async def main(version):
        context = ssl.create_default_context(cafile="\(files.ca)")
        context.maximum_version = version
        url = f"wss://localhost:{port}/x"
        async with websockets.connect(url, ssl=context, subprotocols=["a.b"]) as socket:
          say(socket.transport.get_extra_info("ssl_object").version(), socket.subprotocol)
          await socket.send("x" * 70000)
          say(len(await socket.recv()))
      asyncio.run(main(ssl.TLSVersion.TLSv1_3))
      asyncio.run(main(ssl.TLSVersion.TLSv1_2))
      """)
    #expect(try await peer.lines() == ["TLSv1.3 a.b", "70000", "TLSv1.2 a.b", "70000"])
    // Offers HTTP/2, which is not what the port speaks.
    let answer = try await curl(server.port, ["--cacert", files.ca, "-w", "%{http_version}"])
    #expect(answer.output == "ok\n1.1")
  }

  @Test("sends a message whole that the peer takes in small pieces", arguments: ["3", "2"])
  func pieces(version: String) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(
      TLSServerConfiguration(
        certificateFile: files.server.certificate, keyFile: files.server.key))
    let peer = try PythonPeer(
      rawOn: server.port,
      """
      import ssl
      context = ssl.create_default_context(cafile="\(files.ca)")
      context.maximum_version = ssl.TLSVersion.TLSv1_\(version)
      def secure(s): return context.wrap_socket(s, server_hostname="localhost")
      s = upgrade("/", 4096, secure)
      message = os.urandom(1 << 20)
      s.sendall(frame(message, 2))
      time.sleep(0.3)
      echo = b""
      while len(echo) < len(message) + 10:
          piece = s.recv(5_000)
          if not piece: break
          echo += piece
      say(echo[10:] == message)
      """)
    #expect(try await peer.lines() == ["True"])
  }

  @Test("refuses TLS 1.1, plain HTTP and what is no TLS, and goes on")
  func refuses() async throws {
    let files = try await TestCertificates()
    let server = try Self.server(
      TLSServerConfiguration(
        certificateFile: files.server.certificate, keyFile: files.server.key),
      handshakeTimeout: .milliseconds(500))
    let old = try await Subprocess(
      "/usr/bin/openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_1", "-cipher",
        "DEFAULT@SECLEVEL=0",
      ]
    ).end()
    #expect(old.errors.contains("alert protocol version"), "\(old.errors)")
    let peer = try PythonPeer(
      port: server.port,
      #"""
      import ssl
      def left(connection):
        try: return connection.recv(9)[:1]
        except ConnectionResetError: return b""
      def plain(first):
        s = socket.create_connection(("127.0.0.1", port))
        s.settimeout(10)
        s.sendall(first)
        # An alert's first byte is 21 (RFC 8446, 5.1); nothing of HTTP.
        say(left(s) in (b"", b"\x15"))
      plain(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
      hello = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="a")
      try: hello.do_handshake()
      except ssl.SSLWantReadError: pass
      first = outgoing.read()
      # Half a greeting and then nothing: cut at the deadline. Or hung up.
      plain(first[:100])
      s = socket.create_connection(("127.0.0.1", port))
      s.sendall(first[:100])
      s.close()
      # A whole greeting, and then no answer to the server's.
      s = socket.create_connection(("127.0.0.1", port))
      s.settimeout(10)
      s.sendall(first)
      say(s.recv(1) == b"\x16")
      while left(s): pass
      say("cut")
      # Cut off inside a call, without TLS's farewell.
      context = ssl.create_default_context(cafile="CA")
      raw = socket.create_connection(("localhost", port))
      s = context.wrap_socket(raw, server_hostname="localhost")
      s.sendall(b"GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n")
      say(s.recv(12).decode())
      raw = socket.socket(fileno=s.detach())
      raw.sendall(b"\x17\x03\x03\x40\x00half of a record")
      raw.close()
      """#.replacing("\"CA\"", with: "\"\(files.ca)\""))
    #expect(
      try await peer.lines() == ["True", "True", "True", "cut", "HTTP/1.1 101"])
    let probe = try await server.nextProbe()
    #expect(try await probe.next(2) == [.opened, .closed(code: nil, reason: "connection lost")])
    #expect(try await call(server.port, TLSClientConfiguration(caFile: files.ca)) == nil)
  }

  @Test("refuses clients without a certificate of the authority's")
  func clientCertificates() async throws {
    let files = try await TestCertificates()
    let server = try Self.server(
      TLSServerConfiguration(
        certificateFile: files.server.certificate, keyFile: files.server.key,
        clientCAFile: files.ca))
    func client(_ pair: (certificate: String, key: String)?) -> TLSClientConfiguration {
      TLSClientConfiguration(
        caFile: files.ca, certificateFile: pair?.certificate, keyFile: pair?.key)
    }
    #expect(try await call(server.port, client(files.client)) == nil)
    for pair in [nil, files.expiredClient, files.strangerClient] {
      // In TLS 1.3 the client has sent its request by now, so that the server's end of the connection
      // may overtake its alert.
      switch try await call(server.port, client(pair)) {
      case .tls(let reason): #expect(reason.hasPrefix("the server refused: "))
      case let other:
        #expect(other == .unreachable(reason: "the server hung up before it answered"))
      }
    }
    for (pair, alert) in [
      (nil, "handshake failure"), (files.expiredClient, "certificate expired"),
      (files.strangerClient, "unknown ca"),
    ] as [((certificate: String, key: String)?, String)] {
      let shown = pair.map { ["-cert", $0.certificate, "-key", $0.key] } ?? []
      let seen = try await Subprocess(
        "/usr/bin/openssl",
        ["s_client", "-tls1_2", "-connect", "127.0.0.1:\(server.port)"] + shown
      ).end()
      #expect(seen.errors.contains("alert \(alert)"), "\(seen.errors)")
    }
    #expect(try await curl(server.port, ["--cacert", files.ca]).status != 0)
    let shown = try await curl(
      server.port,
      ["--cacert", files.ca, "--cert", files.client.certificate, "--key", files.client.key])
    #expect(shown.output == "ok\n")
    #expect(server.upgrades.count == 1)
  }

  @Test("shows the new certificate after a reload, and keeps the old one's calls and a good one")
  func reloads() async throws {
    let files = try await TestCertificates()
    let certificate = files.file("live.pem")
    let key = files.file("live.key")
    func install(_ pair: (certificate: String, key: String)) throws {
      for (from, to) in [(pair.certificate, certificate), (pair.key, key)] {
        try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
      }
    }
    func serial(_ port: Int) async throws -> String {
      let seen = try await Subprocess(
        "/bin/sh",
        [
          "-c",
          "openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null | "
            + "openssl x509 -noout -subject",
        ], environment: ["PATH=/usr/bin:/bin"]
      ).end()
      return seen.output
    }
    try install(files.server)
    let tls = TLSServerConfiguration(certificateFile: certificate, keyFile: key)
    let server = try Self.server(tls)
    let loop = try EventLoop(name: "tls-reload")
    loop.start()
    defer { loop.stop() }
    let client = SocketProbe(loop: loop)
    try WebSocketConnector.connect(
      loop: loop, url: "wss://localhost:\(server.port)",
      tls: TLSClientConfiguration(caFile: files.ca), delegate: client)
    #expect(try await client.next(1) == [.opened])
    #expect(try await serial(server.port) == "subject=CN = server\n")

    try install(files.renewedServer)
    #expect(try await serial(server.port) == "subject=CN = server\n")
    try tls.reload()
    #expect(try await serial(server.port) == "subject=CN = renewed\n")
    await client.send("still here")
    #expect(try await client.next(1) == [.text("still here")])

    // A key of another certificate, then no certificate at all: the last good pair stays.
    try install((files.renewedServer.certificate, files.server.key))
    #expect(throws: TLSFileError.mismatch(certificate: certificate, key: key)) {
      try tls.reload()
    }
    try install((files.server.key, files.server.key))
    #expect(throws: TLSFileError.noCertificate(file: certificate)) { try tls.reload() }
    #expect(try await serial(server.port) == "subject=CN = renewed\n")
    #expect(try await call(server.port, TLSClientConfiguration(caFile: files.ca)) == nil)
    await client.send("and here")
    #expect(try await client.next(1) == [.text("and here")])
  }

  @Test("refuses to listen with files that cannot be used")
  func badFiles() async throws {
    let files = try await TestCertificates()
    let missing = files.file("missing.pem")
    func error(_ tls: TLSServerConfiguration) -> ListenError? {
      do {
        _ = try Self.server(tls)
        return nil
      } catch { return error as? ListenError }
    }
    #expect(
      error(TLSServerConfiguration(certificateFile: missing, keyFile: files.server.key))
        == .tls(.unreadable(file: missing, reason: "No such file or directory")))
    // Shorter than today's measure: refused here, not in each handshake.
    let weak = (certificate: files.file("weak.pem"), key: files.file("weak.key"))
    _ = try await Subprocess(
      "/usr/bin/openssl",
      ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=weak", "-days", "3"]
        + ["-keyout", weak.key, "-out", weak.certificate]
    ).end()
    #expect(
      error(TLSServerConfiguration(certificateFile: weak.certificate, keyFile: weak.key))
        == .tls(.library(reason: "\(weak.certificate): ee key too small")))
    #expect(
      error(
        TLSServerConfiguration(
          certificateFile: files.server.certificate, keyFile: files.client.key))
        == .tls(.mismatch(certificate: files.server.certificate, key: files.client.key)))
    #expect(
      error(
        TLSServerConfiguration(
          certificateFile: files.server.certificate, keyFile: files.server.key,
          clientCAFile: files.server.key)) == .tls(.noCertificate(file: files.server.key)))
  }
}
