import Sockets
import TestSupport
import Testing

/// Our client against Debian's Python as the server.
@Suite("WebSocketConnector with TLS", .timeLimit(.minutes(2)))
struct TLSClientTests {
  /// A Python server that echoes, and says the name each client asked for and the one it shows.
  private static func server(
    _ pair: (certificate: String, key: String), clientCA: String? = nil
  ) throws -> PythonPeer {
    try PythonPeer(
      port: 0,
      """
      import ssl
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain("\(pair.certificate)", "\(pair.key)")
      client_ca = "\(clientCA ?? "")"
      if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
      context.sni_callback = lambda s, name, c: say("name", name)
      async def echo(socket, path=None):
        peer = socket.transport.get_extra_info("peercert") or {}
        say("peer", dict(x[0] for x in peer.get("subject", ())).get("commonName"))
        say("version", socket.transport.get_extra_info("ssl_object").version())
        async for message in socket: await socket.send(message)
      async def main():
        server = await websockets.serve(echo, "127.0.0.1", 0, ssl=context)
        say(server.sockets[0].getsockname()[1])
        await asyncio.sleep(30)
      asyncio.run(main())
      """)
  }

  /// What became of one connection.
  private struct Outcome: Sendable {
    let events: [SocketEvent]
    let failure: ConnectFailure?
  }

  private func connect(
    _ url: String, _ tls: TLSClientConfiguration?, openTimeout: Duration = .seconds(10)
  ) async throws -> Outcome {
    let loop = try EventLoop(name: "tls-client")
    loop.start()
    defer { loop.stop() }
    let client = SocketProbe(loop: loop)
    var limits = WebSocket.Limits()
    limits.openTimeout = openTimeout
    let socket = try WebSocketConnector.connect(
      loop: loop, url: url, limits: limits, tls: tls, delegate: client)
    var events = try await client.next(1)
    if events == [.opened] {
      // More than one TLS record, so that what lies inside OpenSSL has to be asked for.
      let message = [UInt8](repeating: 7, count: 100_000)
      await client.send("hello")
      await client.send(message)
      events += try await client.next(2)
      #expect(events == [.opened, .text("hello"), .binary(message)])
    }
    let failure = Asked<ConnectFailure?>()
    loop.perform { failure.answer(socket.failure) }
    return Outcome(events: events, failure: try await failure.value)
  }

  @Test("echoes through TLS 1.3, asking for the name and showing no certificate")
  func echo() async throws {
    let files = try await TestCertificates()
    let server = try Self.server(files.server)
    let port = try await server.port()
    let tls = TLSClientConfiguration(caFile: files.ca)
    #expect(try await connect("wss://localhost:\(port)/a", tls).failure == nil)
    // An address is not a name (RFC 6066, 3).
    #expect(try await connect("wss://127.0.0.1:\(port)/a", tls).failure == nil)
    server.end()
    #expect(
      try await server.lines().dropFirst() == [
        "name localhost", "peer None", "version TLSv1.3", "name None", "peer None",
        "version TLSv1.3",
      ])
  }

  @Test("shows its certificate where the server wants one")
  func clientCertificate() async throws {
    let files = try await TestCertificates()
    let server = try Self.server(files.server, clientCA: files.ca)
    let url = "wss://localhost:\(try await server.port())"
    let tls = TLSClientConfiguration(
      caFile: files.ca, certificateFile: files.client.certificate, keyFile: files.client.key)
    #expect(try await connect(url, tls).failure == nil)
    // Python's server hangs up at times before its alert is out, and then nobody can know why.
    let bare = try await connect(url, TLSClientConfiguration(caFile: files.ca)).failure
    #expect(
      bare == .tls(reason: "the server refused: certificate required")
        || bare == .unreachable(reason: "the server hung up before it answered"), "\(bare as Any)")
    server.end()
    #expect(try await server.lines().contains("peer client"))
  }

  @Test("refuses servers that it has no reason to trust")
  func wrongServers() async throws {
    let files = try await TestCertificates()
    func failure(
      _ pair: (certificate: String, key: String), _ tls: TLSClientConfiguration?
    ) async throws -> ConnectFailure? {
      let server = try Self.server(pair)
      defer { server.end() }
      return try await connect("wss://localhost:\(try await server.port())", tls).failure
    }
    func refused(_ why: String) -> ConnectFailure {
      .tls(reason: "the server's certificate was refused: " + why)
    }
    let tls = TLSClientConfiguration(caFile: files.ca)
    #expect(
      try await failure(files.server, TLSClientConfiguration(caFile: files.strangerCA))
        == refused("unable to get local issuer certificate"))
    // The system's authorities have not signed it either.
    #expect(
      try await failure(files.server, nil) == refused("unable to get local issuer certificate"))
    #expect(try await failure(files.expiredServer, tls) == refused("certificate has expired"))
    #expect(try await failure(files.otherServer, tls) == refused("hostname mismatch"))
    #expect(
      try await failure(
        files.expiredServer, TLSClientConfiguration(trustsAnythingOnLoopback: true)) == nil)
  }

  @Test("says what kind of failure it was")
  func kinds() async throws {
    let plain = try TestServer(decide: { _ in .refuse(status: 403, body: "no\n") })
    #expect(
      try await connect("ws://127.0.0.1:\(plain.port)", nil).failure
        == .refused(status: 403, message: "Forbidden"))
    guard case .tls = try await connect("wss://127.0.0.1:\(plain.port)", nil).failure else {
      Issue.record("TLS to a plain port")
      return
    }
    let silent = try PythonPeer(
      port: 0,
      """
      s = socket.create_server(("127.0.0.1", 0))
      say(s.getsockname()[1])
      c = [s.accept()[0] for i in range(2)]
      while c[1].recv(65536): pass
      """)
    let port = try await silent.port()
    for scheme in ["ws", "wss"] {
      #expect(
        try await connect(
          "\(scheme)://127.0.0.1:\(port)", nil, openTimeout: .milliseconds(200)
        ).failure == .timedOut)
    }
    let nobody = try { try TestServer().port }()
    for url in ["ws://127.0.0.1:\(nobody)", "wss://127.0.0.1:\(nobody)", "wss://x.invalid"] {
      guard case .unreachable = try await connect(url, nil).failure else {
        Issue.record("\(url) was reached")
        return
      }
    }
  }

  @Test("refuses files that it cannot use before it connects")
  func files() async throws {
    let files = try await TestCertificates()
    let loop = try EventLoop(name: "tls-files")
    loop.start()
    defer { loop.stop() }
    func error(_ tls: TLSClientConfiguration, host: String = "localhost") -> TLSFileError? {
      do {
        try WebSocketConnector.connect(
          loop: loop, url: "wss://\(host):1", tls: tls, delegate: SocketProbe(loop: loop))
        return nil
      } catch {
        guard case .tls(let error) = error else { return nil }
        return error
      }
    }
    let missing = files.file("missing.pem")
    #expect(
      error(TLSClientConfiguration(caFile: missing))
        == .unreadable(file: missing, reason: "No such file or directory"))
    #expect(
      error(TLSClientConfiguration(caFile: files.client.key))
        == .noCertificate(file: files.client.key))
    #expect(
      error(TLSClientConfiguration(certificateFile: files.client.certificate)) == .halfAPair)
    #expect(
      error(
        TLSClientConfiguration(
          certificateFile: files.client.certificate, keyFile: files.server.key))
        == .mismatch(certificate: files.client.certificate, key: files.server.key))
    #expect(
      error(
        TLSClientConfiguration(certificateFile: files.client.certificate, keyFile: files.ca))
        == .noKey(file: files.ca))
    #expect(
      error(TLSClientConfiguration(trustsAnythingOnLoopback: true), host: "example.com")
        == .unverifiedStranger(host: "example.com"))
  }
}
