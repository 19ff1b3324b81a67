import AudioEngine
import CLibWebSockets
import Glibc

// What libwebsockets says. A result other than 0 ends the connection.
extension WebSocket: LoopSocketOwner {
  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    switch reason {
    case LWS_CALLBACK_RECEIVE, LWS_CALLBACK_CLIENT_RECEIVE:
      unsafe received(UnsafeRawBufferPointer(start: input, count: byteCount))
      loop.messageTaken()
      return 0
    case LWS_CALLBACK_SERVER_WRITEABLE, LWS_CALLBACK_CLIENT_WRITEABLE:
      return writable()
    case LWS_CALLBACK_RECEIVE_PONG, LWS_CALLBACK_CLIENT_RECEIVE_PONG:
      if let time = pings?.answered() { roundTrip = time }
      return 0
    case LWS_CALLBACK_ESTABLISHED, LWS_CALLBACK_CLIENT_ESTABLISHED:
      return established()
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      return unsafe peerCloses(UnsafeRawBufferPointer(start: input, count: byteCount))
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
      return unsafe appendHeaders(at: input, capacity: byteCount)
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
      subprotocol = link?.header(WSI_TOKEN_PROTOCOL)
      return 0
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      unsafe connectionFailed(UnsafeRawBufferPointer(start: input, count: byteCount))
      return 0
    case LWS_CALLBACK_CLOSED, LWS_CALLBACK_CLIENT_CLOSED:
      finish()
      return 0
    default:
      return 0
    }
  }

  func socketDestroyed() { finish() }

  private func established() -> Int32 {
    guard case .opening = state else { return -1 }
    state = .open
    openDeadline?.cancel()
    openDeadline = nil
    delegate?.socketDidOpen(self)
    return 0
  }

  /// Tells the delegate, once, and lets go of it.
  func finish() {
    if case .opening = state, !loop.isEnding { fail(Self.hungUp) }
    let ended = state
    state = .closed
    openDeadline?.cancel()
    openDeadline = nil
    sendDeadline?.cancel()
    sendDeadline = nil
    link = nil
    pieces = nil
    pings?.stop()
    pings = nil
    guard let delegate else { return }
    self.delegate = nil
    switch ended {
    case .ending(let code, let reason):
      delegate.socketDidClose(self, code: code, reason: reason)
    case .failing(let reason):
      delegate.socketDidClose(self, code: nil, reason: reason)
    case .opening, .open, .closing, .closed:
      let cause = loop.isEnding ? "the event loop has stopped" : "connection lost"
      delegate.socketDidClose(self, code: nil, reason: cause)
    }
  }

  private func connectionFailed(_ text: UnsafeRawBufferPointer) {
    guard case .opening = state else { return }
    let words = unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    fail(failure(saying: words))
    finish()
  }

  private func failure(saying words: String) -> ConnectFailure {
    guard let link, let wsi = unsafe link.wsi else { return .unreachable(reason: words) }
    let status = unsafe Int(lws_http_client_http_response(wsi))
    if status > 0 {
      // The status line begins with the number.
      let phrase = link.header(WSI_TOKEN_HTTP)?.drop { $0.isNumber || $0 == " " }
      return .refused(status: status, message: status == 101 ? words : String(phrase ?? ""))
    }
    if words.hasPrefix("Timed out") { return .timedOut }
    if link.clientHost != nil, let problem = unsafe TLSProgress.problem(lws_get_ssl(wsi)) {
      return .tls(reason: problem)
    }
    let isCut = ["read failed", "Peer hung up", "closed before established", "Closed before conn"]
      .contains(words)
    return isCut ? Self.hungUp : .unreachable(reason: words)
  }

  package static let hungUp = ConnectFailure.unreachable(
    reason: "the server hung up before it answered")

  /// Notes why a client's connection could not be made, and that it is over.
  func fail(_ failure: ConnectFailure) {
    guard case .opening = state else { return }
    self.failure = failure
    state = .failing(reason: failure.description)
  }

  /// The peer's close frame; libwebsockets answers it.
  private func peerCloses(_ payload: UnsafeRawBufferPointer) -> Int32 {
    guard isOpen || isClosing else { return 0 }
    pings?.stop()
    switch payload.count {
    case 0:
      state = .ending(1005, reason: "")
    case 1:
      return failClosing(.protocolError, "close frame of one byte")
    default:
      guard let reason = unsafe String(validating: payload.dropFirst(2), as: UTF8.self) else {
        return failClosing(.invalidText, "close reason is not UTF-8")
      }
      let code = unsafe UInt16(payload[0]) << 8 | UInt16(payload[1])
      guard CloseCode(rawValue: code).isSendable else {
        return failClosing(.protocolError, "close code \(code) means nothing")
      }
      state = .ending(code, reason: reason)
    }
    return 0
  }

  private var isClosing: Bool {
    if case .closing = state { true } else { false }
  }

  /// Answers the peer's faulty close frame with one that says so.
  private func failClosing(_ code: CloseCode, _ reason: String) -> Int32 {
    sendClose(code, reason: reason)
    return -1
  }

  /// Puts down the close frame that libwebsockets sends when the callback returns other than 0.
  func sendClose(_ code: CloseCode, reason: String) {
    state = .ending(code.rawValue, reason: reason)
    guard let wsi = unsafe link?.wsi else { return }
    var text = Array(reason.utf8.prefix(123))
    // Not in the middle of a character.
    while String(validating: text, as: UTF8.self) == nil, !text.isEmpty { text.removeLast() }
    unsafe text.withUnsafeMutableBufferPointer {
      unsafe lws_close_reason(
        wsi, lws_close_status(rawValue: UInt32(code.rawValue)), $0.baseAddress, $0.count)
    }
  }
}
