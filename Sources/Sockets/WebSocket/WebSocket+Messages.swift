import AudioEngine
import CLibWebSockets

// Messages in and out: the paths that run for every message.
extension WebSocket {
  /// Part of a message, or all of it.
  func received(_ piece: UnsafeRawBufferPointer) {
    guard case .open = state, let wsi = unsafe link?.wsi else { return }
    let isFinal = unsafe lws_is_final_fragment(wsi) != 0
    let known = (isAssembling ? pieces?.count ?? 0 : 0) + piece.count
    // What the frame still announces counts as well: nothing is stored that could not be used.
    let announced = unsafe lws_remaining_packet_payload(wsi)
    guard known <= limits.maximumMessageSize,
      announced <= limits.maximumMessageSize - known
    else {
      close(.messageTooBig, reason: "message over \(limits.maximumMessageSize) bytes")
      return
    }
    let isBinary = unsafe lws_frame_is_binary(wsi) != 0
    if isFinal, !isAssembling {
      unsafe deliver(RawSpan(_unsafeBytes: piece), isBinary: isBinary)
      return
    }
    let expected = known + announced
    // A stranger's announcement alone reserves no more than this.
    var message = pieces.take() ?? MessageBuffer(capacity: min(max(expected, 1), Self.keptSize))
    if !isAssembling { message.removeAll() }
    unsafe message.append(contentsOf: RawSpan(_unsafeBytes: piece))
    isAssembling = !isFinal
    if isFinal { deliver(message.bytes, isBinary: isBinary) }
    if isAssembling || message.count <= Self.keptSize, isOpen { pieces = consume message }
  }

  /// Messages up to this size leave their buffer to the next one.
  private static let keptSize = 32_768

  private func deliver(_ message: RawSpan, isBinary: Bool) {
    counters.messagesIn += 1
    counters.bytesIn += message.byteCount
    if isBinary {
      delegate?.socket(self, didReceiveBinary: message)
    } else if isUTF8(message) {
      delegate?.socket(self, didReceiveText: message)
    } else {
      close(.invalidText, reason: "text is not UTF-8")
    }
  }

  /// libwebsockets has sent all that it had and the peer takes more.
  func writable() -> Int32 {
    sendDeadline?.cancel()
    if case .closing(let code, let reason) = state {
      sendClose(code, reason: reason)
      return -1
    }
    // It says so unasked after it has sent what it kept.
    return waitsToWrite ? writeFrame() : 0
  }

  /// Writes a ping or a message of the delegate's; other than 0 when the connection is broken.
  private func writeFrame() -> Int32 {
    waitsToWrite = false
    guard case .open = state, let wsi = unsafe link?.wsi, let delegate else { return 0 }
    loop.outgoing.removeAll()
    if let pings, pings.isDue {
      // libwebsockets tells of a pong only when it has a payload.
      loop.outgoing.append("sidetone")
      pings.sent()
      // This turn may have been asked for by the delegate.
      requestWrite()
      return unsafe write(wsi, LWS_WRITE_PING)
    }
    switch delegate.socketCanWrite(self, buffer: &loop.outgoing) {
    case .nothing:
      return 0
    case .text:
      countOut()
      return unsafe write(wsi, LWS_WRITE_TEXT)
    case .binary:
      countOut()
      return unsafe write(wsi, LWS_WRITE_BINARY)
    case .close(let code, let reason):
      close(code, reason: reason)
      return 0
    }
  }

  private func countOut() {
    counters.messagesOut += 1
    counters.bytesOut += loop.outgoing.count
  }

  /// Sends what `outgoing` holds as one frame; libwebsockets keeps what the peer does not take yet.
  private func write(_ wsi: OpaquePointer, _ kind: lws_write_protocol) -> Int32 {
    unsafe loop.outgoing.withUnsafeMutableMessage { start, byteCount in
      let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
      guard unsafe lws_write(wsi, bytes, byteCount, kind) >= 0 else { return -1 }
      if unsafe lws_partial_buffered(wsi) != 0 { beginSendDeadline() }
      return 0
    }
  }

  /// libwebsockets tells through ``writable()`` when the last of what it keeps has gone.
  private func beginSendDeadline() {
    guard let timeout = limits.sendTimeout else { return }
    // Keeps the socket until ``finish()`` drops it.
    let timer =
      sendDeadline
      ?? LoopTimer(loop: loop) { [self] in abort(reason: Self.unreadReason) }
    timer.arm(at: EventLoop.now + timeout)
    sendDeadline = timer
  }
}

// Usually a socket takes a message at once. Asking libwebsockets to ask poll(2) first, as its manual
// wants, means a second look at every descriptor of the loop for each message. It keeps what the peer
// does not take, so writing without a look is safe as long as nothing is kept already.
extension WebSocket: LoopWriter {
  func takeTurnToWrite() {
    // Closing, or served meanwhile by libwebsockets' own callback.
    guard isOpen, waitsToWrite, let link, let wsi = unsafe link.wsi else { return }
    if unsafe lws_partial_buffered(wsi) != 0 {
      unsafe lws_callback_on_writable(wsi)
    } else if writeFrame() != 0 {
      link.kill()
    }
  }
}

/// Whether `text` is UTF-8 (RFC 3629). Most of ours is ASCII, which goes at eight bytes a step.
func isUTF8(_ text: RawSpan) -> Bool {
  unsafe text.withUnsafeBytes { bytes in
    let units = unsafe Span<UInt8>(_unsafeBytes: bytes)
    return (try? UTF8Span(validating: units)) != nil
  }
}
