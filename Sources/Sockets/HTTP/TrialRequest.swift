import AudioEngine
import CLibWebSockets

/// One HTTP request on a connection of its own, as a simulated platform sends it: whom it trusts can be
/// chosen, no redirection is followed, nothing is sent again. For a thread that may block.
///
/// Commands that talk to real platforms have `RESTClient`, over URLSession, which takes the system's
/// authorities alone.
package struct TrialRequest: Sendable {
  /// The most of an answer that is read, in bytes.
  package static let mostBytes = 1 << 20

  /// What was answered.
  package struct Answer: Sendable {
    /// The status code.
    package let status: Int
    /// The header fields.
    package let headers: HTTPHeaders
    /// The whole body.
    package let body: [UInt8]
    /// From the first packet to the last byte.
    package let time: Duration
  }

  /// `GET`, `POST`.
  package var method: String
  /// Where: a WebSocket's address, of which `ws` stands for `http`.
  package var target: WebSocketURL
  /// Beside `Host`, `Content-Length` and `Connection`.
  package var headers = HTTPHeaders()
  /// Empty for none.
  package var body: [UInt8] = []

  /// Makes a request without headers or a body.
  ///
  /// - Parameters:
  ///   - method: `GET`, `POST`.
  ///   - url: `http://host:port/path?query`, or `https:`.
  /// - Throws: ``WebSocketURL/Problem``.
  package init(_ method: String, _ url: String) throws(WebSocketURL.Problem) {
    guard url.lowercased().hasPrefix("http") else { throw .scheme }
    self.method = method
    target = try WebSocketURL("ws" + url.dropFirst(4))
  }

  /// Sends it and reads the answer. Blocks, at most for `limit` and the look-up of the name.
  ///
  /// - Parameters:
  ///   - tls: whom to trust where the address is `https`.
  ///   - limit: from the first packet to the answer's last byte.
  /// - Returns: the answer, whatever its status.
  /// - Throws: ``ConnectFailure``.
  package func send(
    trusting tls: TLSClientConfiguration, within limit: Duration
  ) throws(ConnectFailure) -> Answer {
    let addresses = try TrialConnection.addresses(of: target.host, port: target.port)
    let begin = EventLoop.now
    let deadline = begin + limit
    let connection = try Self.connect(addresses, until: deadline)
    var session: OpaquePointer?
    var context: TLSContext?
    defer { unsafe SSL_free(session) }
    if target.isSecure {
      do { context = try TLSContext.client(tls, host: target.host) } catch {
        throw .tls(reason: error.description)
      }
      guard let made = unsafe context.flatMap({ unsafe SSL_new($0.pointer) }) else {
        throw .tls(reason: "no memory")
      }
      unsafe session = made
      unsafe try connection.shakeHands(made, until: deadline)
    }
    unsafe try connection.send(bytes, session, until: deadline)
    var reader = HTTPHeadReader()
    var rest: [UInt8] = []
    while true {
      let input = unsafe try connection.receive(session, until: deadline)
      guard !input.isEmpty else { throw .unreachable(reason: "the server ended without an answer") }
      let taken: Int?
      do throws(HTTPFault) {
        taken = unsafe try input.span.withUnsafeBytes { bytes throws(HTTPFault) in
          unsafe try reader.take(bytes)
        }
      } catch {
        throw .unreachable(reason: "the answer is not HTTP: \(error.reason)")
      }
      guard let taken else { continue }
      rest = Array(input[taken...])
      break
    }
    let (status, fields) = try Self.head(reader)
    let framing = framing(of: status, fields)
    // RFC 9112, 6.3: one that is not delimited lasts as long as the connection.
    var body = BodyReader(framing ?? .length(Self.mostBytes + 1), limit: Self.mostBytes)
    try Self.take(rest, &body)
    while !body.isComplete {
      let input = unsafe try connection.receive(session, until: deadline)
      if input.isEmpty {
        guard framing == nil else { throw .unreachable(reason: "the answer ended before its end") }
        break
      }
      try Self.take(input, &body)
    }
    guard body.body.count <= Self.mostBytes else { throw Self.tooLong }
    return Answer(
      status: status, headers: fields, body: body.body, time: EventLoop.now - begin)
  }

  private static let tooLong = ConnectFailure.unreachable(
    reason: "the answer has more than \(mostBytes >> 20) MiB")

  /// How the body of an answer is delimited; nil for by the connection's end.
  private func framing(of status: Int, _ fields: HTTPHeaders) -> RequestHead.Body? {
    if method == "HEAD" || status == 204 || status == 304 { return RequestHead.Body.none }
    if HTTPToken.list(fields["transfer-encoding"], has: "chunked") { return .chunked }
    // One byte more than is read suffices to know that it is too long.
    return fields["content-length"].flatMap { Int($0) }
      .map { .length(min(max($0, 0), Self.mostBytes + 1)) }
  }

  private static func take(_ input: [UInt8], _ body: inout BodyReader) throws(ConnectFailure) {
    do throws(HTTPFault) {
      try unsafe input.span.withUnsafeBytes { bytes throws(HTTPFault) in
        unsafe try body.take(bytes)
      }
    } catch {
      throw error.status == HTTPFault.bodyTooLarge.status
        ? tooLong : .unreachable(reason: "the answer is not HTTP: \(error.reason)")
    }
  }

  private static func connect(
    _ addresses: [SocketAddress], until deadline: MonotonicTime
  ) throws(ConnectFailure) -> TrialConnection {
    var failure = ConnectFailure.unreachable(reason: "the host has no address")
    for address in addresses {
      do throws(ConnectFailure) {
        return try TrialConnection.open(address, within: deadline - EventLoop.now)
      } catch {
        failure = error
      }
    }
    throw failure
  }

  private var bytes: [UInt8] {
    var text = "\(method) \(target.target) HTTP/1.1\r\nHost: \(target.authority)\r\n"
    for (name, value) in headers.fields { text += "\(name): \(value)\r\n" }
    if !body.isEmpty || method == "POST" { text += "Content-Length: \(body.count)\r\n" }
    return Array((text + "Connection: close\r\n\r\n").utf8) + body
  }

  private static func head(
    _ reader: HTTPHeadReader
  ) throws(ConnectFailure) -> (Int, HTTPHeaders) {
    let words = reader.firstLine.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8),
      let status = Int(String(decoding: words[1], as: UTF8.self))
    else { throw .unreachable(reason: "the answer is not HTTP") }
    do throws(HTTPFault) { return (status, try reader.fields()) } catch {
      throw .unreachable(reason: "the answer is not HTTP: \(error.reason)")
    }
  }
}
