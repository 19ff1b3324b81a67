import AudioEngine

// Opening and closing.
extension WebSocket: ConnectionOwner {
  /// How long the peer may take to answer a close frame.
  private static let closeAnswerTimeout: Duration = .seconds(5)

  /// A server's side: sends the answer to the handshake, and is open.
  func accepted(_ connection: Connection, subprotocol: String?, answer: [UInt8]) {
    self.subprotocol = subprotocol
    flow.connection = connection
    connection.owner = self
    connection.write(answer)
    opened()
  }

  /// A client's side: the connection stands, and the handshake begins.
  func connected(_ connection: Connection, hasTLS: Bool) {
    flow.connection = connection
    connection.owner = self
    if !hasTLS { connectionSecured() }
  }

  func connectionSecured() {
    if let handshake { flow.connection?.write(handshake.request) }
  }

  /// Takes what the server answers; gives how many bytes that was, once the socket is open.
  func answered(_ bytes: UnsafeRawBufferPointer) -> Int? {
    do throws(ConnectFailure) {
      guard let (count, subprotocol) = unsafe try handshake?.take(bytes) else { return nil }
      handshake = nil
      self.subprotocol = subprotocol
      opened()
      return count
    } catch {
      fail(error)
      flow.connection?.close()
      finish()
      return nil
    }
  }

  private func opened() {
    flow.state = .open
    deadline?.cancel()
    deadline = nil
    flow.delegate?.socketDidOpen(self)
  }

  func connectionEnded(problem: String?) {
    if case .opening = flow.state, !loop.isEnding {
      fail(problem.map { .tls(reason: $0) } ?? Self.hungUp)
    }
    finish()
  }

  package static let hungUp = ConnectFailure.unreachable(
    reason: "the server hung up before it answered")

  /// Notes why a client's connection could not be made, and that it is over.
  func fail(_ failure: ConnectFailure) {
    guard case .opening = flow.state else { return }
    self.failure = failure
    flow.state = .failing(reason: failure.description)
  }

  /// The peer broke a rule: says so in a close frame, after what was to be said before, and ends without its
  /// answer, which would be as hard to understand. Nothing follows the frame.
  func fail(_ code: CloseCode, _ reason: String) {
    writeWhatWaits()
    switch flow.state {
    case .open, .closing:
      sendClose(code, reason: reason)
      end()
    case .closeSent: end()
    case .opening, .failing, .closed: break
    }
  }

  /// Tells the delegate, and leaves the connection to close by itself.
  private func end() {
    let connection = flow.connection
    finish()
    connection?.close()
  }

  /// Tells the delegate, once, and lets go of it.
  func finish() {
    let ended = flow.state
    flow.state = .closed
    deadline?.cancel()
    deadline = nil
    sendDeadline?.cancel()
    sendDeadline = nil
    flow.connection = nil
    handshake = nil
    pong = nil
    flow.incoming.dropMessage()
    flow.pings?.stop()
    flow.pings = nil
    guard let delegate = flow.delegate else { return }
    flow.delegate = nil
    switch ended {
    case .closeSent(let code, let reason):
      delegate.socketDidClose(self, code: code.rawValue, reason: reason)
    case .failing(let reason):
      delegate.socketDidClose(self, code: nil, reason: reason)
    case .opening, .open, .closing, .closed:
      let cause = loop.isEnding ? "the event loop has stopped" : "connection lost"
      delegate.socketDidClose(self, code: nil, reason: cause)
    }
  }

  /// The peer's close frame, which is answered with its own code (RFC 6455, 5.5.1).
  func peerCloses(_ payload: [UInt8]) {
    writeWhatWaits()
    if case .closeSent = flow.state {
      end()
      return
    }
    guard payload.count != 1 else { return fail(.protocolError, "close frame of one byte") }
    guard payload.count >= 2 else {
      var nothing: [UInt8] = []
      send(.close, &nothing)
      flow.state = .closeSent(CloseCode(rawValue: 1005), reason: "")
      end()
      return
    }
    let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
    guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else {
      return fail(.invalidText, "close reason is not UTF-8")
    }
    guard code.isSendable else {
      return fail(.protocolError, "close code \(code.rawValue) means nothing")
    }
    sendClose(code, reason: reason)
    end()
  }

  /// Sends our close frame; what follows is the peer's, or the end.
  func sendClose(_ code: CloseCode, reason: String) {
    var text = Array(reason.utf8.prefix(FrameHead.controlLimit - 2))
    // Not in the middle of a character.
    while String(validating: text, as: UTF8.self) == nil, !text.isEmpty { text.removeLast() }
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)] + text
    flow.state = .closeSent(code, reason: reason)
    send(.close, &payload)
    startDeadline(Self.closeAnswerTimeout) { [unowned self] in
      flow.connection?.kill()
      finish()
    }
  }

  func startDeadline(_ time: Duration, _ body: @escaping () -> Void) {
    deadline?.cancel()
    let timer = LoopTimer(loop: loop, fire: body)
    timer.arm(at: EventLoop.now + time)
    deadline = timer
  }
}
