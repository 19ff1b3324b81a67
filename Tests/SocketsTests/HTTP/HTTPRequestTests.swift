import Sockets
import Synchronization
import TestSupport
import Testing

/// What a server answers to requests, good ones and such as no client of good repute sends.
@Suite("HTTP requests", .timeLimit(.minutes(2)))
struct HTTPRequestTests {
  private static let upgrade =
    "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 13|"
    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|"

  /// Requests, `|` for a line's end, and the status that each is answered with.
  private static let cases: [(request: String, status: String)] = [
    ("GET /a HTTP/1.1|Host: a||", "200"),
    ("GET /a HTTP/1.0||", "200"),
    ("|GET /a HTTP/1.1|Host: a||", "200"),
    ("OPTIONS * HTTP/1.1|Host: a||", "200"),
    ("get /a HTTP/1.1|Host: a||", "200"),
    ("GET http://a/a?x=1 HTTP/1.1|Host: a||", "200"),
    ("GET https://a HTTP/1.1|Host: a||", "200"),
    ("DELETE /a HTTP/1.1|Host: a|Content-Length: 3||abc", "200"),
    ("GET /a?x=100%&y=%zz&z=% HTTP/1.1|Host: a||", "200"),
    ("GET /a HTTP/1.1|Host: a||GET /b HTTP/1.1|Host: a||", "200"),
    ("GET /a HTTP/1.1||", "400"),
    ("GET /a HTTP/1.1|Host: a|Host: b||", "400"),
    ("GET /a HTTP/2.0|Host: a||", "505"),
    ("PRI * HTTP/2.0||SM||", "505"),
    ("GET /a HTTP/9||", "505"),
    ("GET /a FTP/1.1|Host: a||", "400"),
    ("GET /a||", "400"),
    ("GET  /a HTTP/1.1|Host: a||", "400"),
    ("GET a HTTP/1.1|Host: a||", "400"),
    ("GET /a#b HTTP/1.1|Host: a||", "400"),
    ("GET /a%00b HTTP/1.1|Host: a||", "400"),
    ("CONNECT a:80 HTTP/1.1|Host: a||", "400"),
    ("G\u{e9}T /a HTTP/1.1|Host: a||", "400"),
    ("|||", "400"),
    ("GET /a HTTP/1.1|Host: a|X : b||", "400"),
    ("GET /a HTTP/1.1|Host: a|: b||", "400"),
    ("GET /a HTTP/1.1|Host: a|nothing||", "400"),
    ("GET /a HTTP/1.1|Host: a| folded||", "400"),
    ("GET /a\u{0} HTTP/1.1|Host: a||", "400"),
    ("GET /a HTTP/1.1|Host: a|X: \u{0}||", "400"),
    ("\u{0}\u{1}\u{2}", "400"),
    ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "400"),
    ("GET /a HTTP/1.1\rHost: a||", "400"),
    ("GET /\(String(repeating: "a", count: 8_100)) HTTP/1.1|Host: a||", "200"),
    ("GET /\(String(repeating: "a", count: 8_200)) HTTP/1.1|Host: a||", "414"),
    ("GET /\(String(repeating: "a", count: 9_000))", "414"),
    ("GET /a HTTP/1.1|Host: a|X: \(String(repeating: "y", count: 20_000))||", "431"),
    ("GET /a HTTP/1.1|Host: a|\(String(repeating: "X: y|", count: 200))|", "431"),
    // Bodies.
    ("POST /a HTTP/1.1|Host: a|Content-Length: 3||abc", "200"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: 3, 3||abc", "200"),
    ("POST /a HTTP/1.1|Host: a||", "411"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: 3|Content-Length: 4||abc", "400"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: -1||", "400"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: +1||a", "400"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: 65537||", "413"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: 99999999999999999999||", "413"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: 1|Transfer-Encoding: chunked||0||", "400"),
    ("POST /a HTTP/1.0|Host: a|Transfer-Encoding: chunked||0||", "400"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||", "501"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: Chunked||3|abc|0||", "200"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: chunked||1;x=y|a|A|0123456789|0|T: x||", "200"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: chunked||x|", "400"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|ab|", "400"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: chunked||10001|", "413"),
    ("POST /a HTTP/1.1|Host: a|Transfer-Encoding: chunked||fffffffff|", "413"),
    ("POST /a HTTP/1.1|Host: a|Expect: magic|Content-Length: 1||a", "417"),
    ("POST /a HTTP/1.1|Host: a|Expect: 100-continue|Content-Length: 1||", "100"),
    // Upgrades.
    ("GET /a HTTP/1.1|Host: a|\(upgrade)|", "101"),
    ("GET /a HTTP/1.1|Host: a|\(upgrade)X:||", "101"),
    ("GET /a HTTP/1.1|Host: a|\(upgrade)Ac:||", "101"),
    ("GET /a HTTP/1.1|Host: a|\(upgrade)Ac: b||", "101"),
    ("GET ws://a/a HTTP/1.1|Host: a|\(upgrade)|", "101"),
    ("GET /a?t=100% HTTP/1.1|Host: a|\(upgrade)|", "101"),
    (
      "GET /a HTTP/1.1|Host: a|upgrade: h2c, WebSocket|CONNECTION: keep-alive, UPGRADE|"
        + "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "101"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Upgrade: websocket|Sec-WebSocket-Version: 13|"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "426"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Upgrade: websocket|Connection: keep-alive|"
        + "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "426"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Sec-WebSocket-Version: 13|"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "426"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 8|"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "426"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Upgrade: websocket|Connection: Upgrade|"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "426"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Upgrade: websocket|Connection: Upgrade|"
        + "Sec-WebSocket-Version: 13||", "400"
    ),
    (
      "GET /a HTTP/1.1|Host: a|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 13|"
        + "Sec-WebSocket-Key: short||", "400"
    ),
    ("GET /a HTTP/1.0|\(upgrade)|", "400"),
    ("GET /a HTTP/1.1|\(upgrade)|", "400"),
    ("POST /a HTTP/1.1|Host: a|Content-Length: 0|\(upgrade)|", "400"),
    ("GET /a HTTP/1.1|Host: a|Upgrade: h2c|Connection: Upgrade||", "200"),
  ]

  @Test(
    "answers each as HTTP wants it, and never by hanging up or not at all",
    arguments: [false, true])
  func answers(isSecure: Bool) async throws {
    var options = ListenerOptions()
    let files = try await TestCertificates()
    if isSecure {
      options.tls = TLSServerConfiguration(
        certificateFile: files.server.certificate, keyFile: files.server.key)
      // A test that connects seventy times in a second is no stranger.
      options.connections = ConnectionLimits(
        handshakesPerSecond: 10_000, handshakesPerSecondOfAddress: 10_000)
    }
    let faults = Mutex<[Int]>([])
    let server = try TestServer(
      options: options, onHTTP: { _ in HTTPResponse(status: 200, body: "") },
      onFault: { fault in faults.withLock { $0.append(fault.status) } })
    let requests = Self.cases.map { item in
      item.request.unicodeScalars.map { scalar in
        switch scalar {
        case "|": #"\r\n"#
        case "a"..."z", "A"..."Z", " ", ":", "/": String(scalar)
        default: #"\x"# + hexadecimal(scalar.value)
        }
      }.joined()
    }
    let lines = try await PythonPeer(
      port: server.port,
      """
      import ssl
      context = ssl.create_default_context(cafile="\(files.ca)")
      for request in [\(requests.map { "b\"\($0)\"" }.joined(separator: ",\n"))]:
        s = socket.create_connection(("127.0.0.1", port))
        if \(isSecure ? "True" : "False"): s = context.wrap_socket(s, server_hostname="localhost")
        s.settimeout(8)
        try:
          s.sendall(request)
          answer = b""
          while b"\\r\\n" not in answer:
            piece = s.recv(4096)
            if not piece: break
            answer += piece
          say(answer.split(b"\\r\\n")[0].decode()[9:12] or "nothing")
        except OSError as e: say(type(e).__name__)
        s.close()
      """
    ).lines()
    #expect(lines.count == Self.cases.count)
    for (line, expected) in zip(lines, Self.cases) {
      #expect(line == expected.status, "\(expected.request.prefix(160))")
    }
    let refused = Self.cases.map(\.status).compactMap(Int.init).filter { $0 >= 400 }
    #expect(faults.withLock { $0 } == refused)
  }

  private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value & 0xFF, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  @Test("reads targets, queries and chunks as they were meant")
  func meanings() async throws {
    let seen = Mutex<[HTTPRequest]>([])
    let server = try TestServer(onHTTP: { request in
      seen.withLock { $0.append(request) }
      return HTTPResponse(status: 200, body: "")
    })
    _ = try await PythonPeer(
      port: server.port,
      #"""
      def ask(*pieces):
        s = socket.create_connection(("127.0.0.1", port))
        for piece in pieces:
          s.sendall(piece)
          import time; time.sleep(0.05)
        while s.recv(4096): pass
      ask(b"GET /a%20b/./c//d/../e?x=100%&y=a%26b+c&z&=w HTTP/1.1\r\nHost: a\r\nX: 1\r\nx:  2 \r\n\r\n")
      ask(b"GET http://other/p?q=%41 HTTP/1.1\r\nHost: a\r\n\r\n")
      ask(b"POST /t HTTP/1.1\r\nHost: a\r\nTransfer-Encod", b"ing: chunked\r\n\r\n5\r\nhel",
          b"lo\r\n1", b"\r\n \r\n5;e=1\r", b"\nworld\r\n0\r\nTrailer: x\r\n", b"\r\n")
      ask(b"POST /l HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", b"he", b"llo and more")
      """#
    ).lines()
    let requests = seen.withLock { $0 }
    try #require(requests.count == 4)
    #expect(requests[0].path == "/a b/c/e")
    #expect(
      requests[0].query == [
        QueryItem(name: "x", value: "100%"), QueryItem(name: "y", value: "a&b c"),
        QueryItem(name: "z", value: ""), QueryItem(name: "", value: "w"),
      ])
    #expect(requests[0].headers["x"] == "1, 2")
    #expect(requests[1].path == "/p" && requests[1].headers["host"] == "other")
    #expect(requests[1].query == [QueryItem(name: "q", value: "A")])
    #expect(requests[2].body == Array("hello world".utf8))
    #expect(requests[3].body == Array("hello".utf8))
  }

  @Test("takes frames that come with the handshake, and says 408 to half a request")
  func early() async throws {
    var options = ListenerOptions()
    options.handshakeTimeout = .milliseconds(500)
    let server = try TestServer(options: options)
    let lines = try await PythonPeer(
      port: server.port,
      #"""
      def connect(text):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(text)
        s.settimeout(10)
        return s
      upgrade = (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      s = connect(upgrade + b"\x81\x82\0\0\0\0hi")
      answer = b""
      while not answer.endswith(b"\x81\x02hi"): answer += s.recv(4096)
      say("echo")
      for text in [b"GET / HTTP/1.1\r\nHost: a\r\n",
                   b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc"]:
        say(connect(text).recv(4096).split(b"\r\n")[0].decode())
      """#
    ).lines()
    #expect(lines == ["echo"] + Array(repeating: "HTTP/1.1 408 Request Timeout", count: 2))
  }
}
