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

  /// The socket takes one frame: the close frame, a ping, or a message of the delegate's.
  func writable() -> Int32 {
    switch state {
    case .closing(let code, let reason):
      sendClose(code, reason: reason)
      return -1
    case .open:
      break
    case .opening, .ending, .failing, .closed:
      return 0
    }
    guard let wsi = unsafe link?.wsi, let delegate else { return 0 }
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
      precondition(code.isSendable, "close code \(code.rawValue) must not be sent")
      // The delegate may have aborted the socket meanwhile; that stands.
      guard case .open = state else { return 0 }
      sendClose(code, reason: reason)
      return -1
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
      return unsafe lws_write(wsi, bytes, byteCount, kind) < 0 ? -1 : 0
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
