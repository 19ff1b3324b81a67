import AudioEngine

/// An accepted connection until it becomes a WebSocket, or to its end as plain HTTP.
final class HTTPConnection: ConnectionOwner, @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  private enum Phase {
    case head(HTTPHeadReader)
    case body(RequestHead, BodyReader)
    /// The request is complete; whatever comes behind it is dropped, for the connection closes.
    case answering(isHead: Bool)
    case ended
  }

  private let loop: EventLoop
  private let rules: ListenerRules
  private let peerAddress: String
  private let connection: Connection
  private var phase = Phase.head(HTTPHeadReader())
  private var deadline: LoopTimer?

  /// Takes over a connection, until the handshake's deadline.
  init(loop: EventLoop, rules: ListenerRules, peerAddress: String, connection: Connection) {
    self.loop = loop
    self.rules = rules
    self.peerAddress = peerAddress
    self.connection = connection
    let timer = LoopTimer(loop: loop) { [unowned self] in outOfTime() }
    timer.arm(at: EventLoop.now + rules.handshakeTimeout)
    deadline = timer
  }

  func connectionSecured() {}

  func connectionCanWrite() {}

  func connectionEnded(problem: String?) { end() }

  func received(_ bytes: UnsafeMutableRawBufferPointer) {
    do throws(HTTPFault) {
      unsafe try take(UnsafeRawBufferPointer(bytes))
    } catch {
      refuse(error)
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) throws(HTTPFault) {
    switch phase {
    case .head(var reader):
      // Not copied when it grows: nobody else has it.
      phase = .ended
      guard let count = unsafe try reader.take(bytes) else {
        phase = .head(reader)
        return
      }
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[count...])
      unsafe try begin(RequestHead(reader), rest)
    case .body(let head, var body):
      phase = .ended
      unsafe try body.take(bytes)
      goOn(head, body)
    case .answering, .ended: break
    }
  }

  private func begin(_ head: RequestHead, _ rest: UnsafeRawBufferPointer) throws(HTTPFault) {
    if head.asksForWebSocket {
      unsafe try upgrade(head, rest)
      return
    }
    if head.body == .none, ["POST", "PUT", "PATCH"].contains(head.method) {
      throw HTTPFault(411, "Send a Content-Length")
    }
    if let expected = head.headers["expect"] {
      guard expected.lowercased() == "100-continue" else {
        throw HTTPFault(417, "of expectations, 100-continue is known here")
      }
      if head.minorVersion > 0, head.body != .none, unsafe rest.isEmpty {
        connection.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
    }
    var body = BodyReader(head.body)
    unsafe try body.take(rest)
    goOn(head, body)
  }

  private func goOn(_ head: RequestHead, _ body: BodyReader) {
    guard body.isComplete else {
      phase = .body(head, body)
      return
    }
    phase = .answering(isHead: head.method == "HEAD")
    let request = HTTPRequest(
      method: head.method, path: head.path, query: head.query, headers: head.headers,
      body: body.body, peerAddress: peerAddress, target: head.target)
    let response =
      rules.onHTTP?(request) ?? HTTPResponse(status: 404, body: "This is a WebSocket server.\n")
    guard let later = response.later else {
      send(response)
      return
    }
    later { [weak self, loop] answer in
      loop.perform { [weak self] in self?.send(answer) }
    }
  }

  private func upgrade(
    _ head: RequestHead, _ rest: UnsafeRawBufferPointer
  ) throws(HTTPFault) {
    let handshake = try ServerHandshake(head)
    let request = UpgradeRequest(
      path: head.path, query: head.query, headers: head.headers, peerAddress: peerAddress,
      subprotocols: handshake.offered, target: head.target)
    switch rules.onUpgrade(request) {
    case .refuse(let status, let body):
      // RFC 9110: a 401 says what would do (11.6.1), a 503 when to come again (10.2.3).
      let headers: HTTPHeaders =
        switch status {
        case 401: ["WWW-Authenticate": "Basic"]
        case 503: ["Retry-After": "1"]
        default: [:]
        }
      send(HTTPResponse(status: status, headers: headers, body: body))
    case .accept(let delegate):
      end()
      let subprotocol = rules.subprotocol(among: handshake.offered)
      let socket = WebSocket(
        loop: loop, request: request, limits: rules.limits, delegate: delegate)
      rules.hasBecomeWebSocket(connection)
      socket.accepted(connection, subprotocol: subprotocol, answer: handshake.answer(subprotocol))
      guard unsafe !rest.isEmpty else { return }
      // A client that did not wait for the answer.
      var copy = unsafe Array(rest)
      unsafe copy.withUnsafeMutableBytes { unsafe socket.received($0) }
    }
  }

  /// Answers a request that cannot be read, and tells the listener's owner.
  private func refuse(_ fault: HTTPFault) {
    rules.onFault?(RequestFault(status: fault.status, reason: fault.reason, peer: peerAddress))
    var headers = HTTPHeaders()
    if fault.status == 426 {
      headers = ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"]
    }
    send(HTTPResponse(status: fault.status, headers: headers, body: fault.sentence + "\n"))
  }

  private func outOfTime() {
    switch phase {
    case .head(let reader) where reader.isEmpty: break
    case .head, .body:
      refuse(HTTPFault(408, "the request took too long"))
      return
    case .answering, .ended: break
    }
    end()
    connection.kill()
  }

  /// Sends the answer and has the connection closed once it is out.
  private func send(_ response: HTTPResponse) {
    if case .ended = phase, deadline == nil { return }
    var isHead = false
    if case .answering(let asked) = phase { isHead = asked }
    end()
    connection.write(response.serialized(withBody: !isHead))
    connection.close()
  }

  private func end() {
    phase = .ended
    deadline?.cancel()
    deadline = nil
  }
}
