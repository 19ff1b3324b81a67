import AudioEngine

// Messages in and out: the paths that run for every message.
extension WebSocket {
  func received(_ bytes: UnsafeMutableRawBufferPointer) {
    do throws(FrameFault) {
      var rest = unsafe bytes
      if case .opening = flow.state {
        guard let count = unsafe answered(UnsafeRawBufferPointer(bytes)) else { return }
        unsafe rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
      }
      unsafe try take(rest)
    } catch {
      fail(error.code, error.reason)
    }
    loop.messageTaken()
  }

  /// Reads frames until the bytes, or the socket, are at an end.
  private func take(_ bytes: UnsafeMutableRawBufferPointer) throws(FrameFault) {
    var index = 0
    while true {
      switch flow.state {
      case .open, .closing, .closeSent: break
      case .opening, .failing, .closed: return
      }
      if let frame = flow.incoming.frame {
        let count = min(frame.left, bytes.count - index)
        let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[index..<(index + count)])
        index += count
        flow.incoming.frame?.taken += count
        if let mask = frame.head.mask { unsafe applyMask(mask, to: piece, at: frame.taken) }
        let isWhole = count == frame.left
        if isWhole { flow.incoming.frame = nil }
        if frame.head.opcode.isControl {
          unsafe flow.incoming.control.append(contentsOf: piece)
          if isWhole { takeControl(frame.head.opcode) }
        } else {
          unsafe takeData(UnsafeRawBufferPointer(piece), frame, isWhole: isWhole)
        }
        if !isWhole { return }
      } else {
        guard index < bytes.count else { return }
        let input = unsafe UnsafeRawBufferPointer(rebasing: bytes[index...])
        let (taken, head) = unsafe try flow.incoming.heads.take(input)
        index += taken
        guard let head else { return }
        try begin(head)
      }
    }
  }

  private func begin(_ head: FrameHead) throws(FrameFault) {
    if head.opcode.isControl {
      flow.incoming.control.removeAll(keepingCapacity: true)
    } else {
      try flow.incoming.begin(head)
      // What the frame announces counts: nothing is stored that could not be used.
      guard head.byteCount <= limits.maximumMessageSize - flow.incoming.collected else {
        fail(.messageTooBig, "message over \(limits.maximumMessageSize) bytes")
        return
      }
    }
    flow.incoming.frame = IncomingFrames.Frame(head: head)
  }

  /// A part of a data frame.
  private func takeData(
    _ piece: UnsafeRawBufferPointer, _ frame: IncomingFrames.Frame, isWhole: Bool
  ) {
    // After our close frame nobody listens.
    guard isOpen else {
      if isWhole, frame.head.isFinal { flow.incoming.endMessage() }
      return
    }
    let isText = flow.incoming.message == .text
    let isFinal = isWhole && frame.head.isFinal
    if isFinal, !flow.incoming.isAssembling {
      flow.incoming.endMessage()
      unsafe deliver(RawSpan(_unsafeBytes: piece), isText: isText)
      return
    }
    unsafe flow.incoming.append(piece, of: flow.incoming.collected + frame.left)
    guard isFinal else { return }
    var message = flow.incoming.takeMessage()
    deliver(message.bytes, isText: isText)
    flow.incoming.keep(&message)
  }

  private func deliver(_ message: RawSpan, isText: Bool) {
    guard !isText || isUTF8(message) else {
      fail(.invalidText, "text is not UTF-8")
      return
    }
    flow.counters.messagesIn += 1
    flow.counters.bytesIn += message.byteCount
    if isText {
      flow.delegate?.socket(self, didReceiveText: message)
    } else {
      flow.delegate?.socket(self, didReceiveBinary: message)
    }
    loop.messageTaken()
  }

  private func takeControl(_ opcode: Opcode) {
    switch opcode {
    case .ping:
      // At once, so that no data overtakes it, after what was to be said before; where the peer does
      // not read, the last one counts.
      writeWhatWaits()
      guard isOpen else { return }
      pong = flow.incoming.control
      sendPong()
    case .pong:
      if let time = flow.pings?.answered() { roundTrip = time }
    case .close: peerCloses(flow.incoming.control)
    case .continuation, .text, .binary: break
    }
  }

  /// The peer takes more: nothing that was written waits.
  func connectionCanWrite() {
    sendDeadline?.cancel()
    if case .closing(let code, let reason) = flow.state {
      sendClose(code, reason: reason)
      return
    }
    sendPong()
    // It says so unasked after it has sent what it kept.
    if flow.waitsToWrite, flow.connection?.holdsUnsent == false { writeMessage() }
  }

  /// Lets the delegate say what it has asked to say, so that it is not overtaken.
  func writeWhatWaits() {
    for _ in 0..<EventLoop.messagesPerTurn where flow.waitsToWrite { takeTurnToWrite() }
  }

  private func sendPong() {
    guard isOpen, let connection = flow.connection, var payload = pong else { return }
    guard !connection.holdsUnsent else {
      connection.askToWrite()
      return
    }
    pong = nil
    send(.pong, &payload)
  }

  /// Writes a ping or a message of the delegate's.
  private func writeMessage() {
    flow.waitsToWrite = false
    guard isOpen, let delegate = flow.delegate else { return }
    if let pings = flow.pings, pings.isDue {
      pings.sent()
      // This turn may have been asked for by the delegate.
      requestWrite()
      var payload: [UInt8] = []
      send(.ping, &payload)
      return
    }
    loop.outgoing.removeAll()
    switch delegate.socketCanWrite(self, buffer: &loop.outgoing) {
    case .nothing: break
    case .text: sendOutgoing(.text)
    case .binary: sendOutgoing(.binary)
    case .close(let code, let reason): close(code, reason: reason)
    }
  }

  /// Sends what the loop's buffer holds as one frame; the connection keeps what the peer does not take.
  private func sendOutgoing(_ opcode: Opcode) {
    flow.counters.messagesOut += 1
    flow.counters.bytesOut += loop.outgoing.count
    unsafe loop.outgoing.withUnsafeMutableMessage { start, byteCount in
      unsafe send(opcode, UnsafeMutableRawBufferPointer(start: start, count: byteCount))
    }
  }

  /// Sends a control frame.
  func send(_ opcode: Opcode, _ payload: inout [UInt8]) {
    var frame = [UInt8](repeating: 0, count: FrameHead.limit) + payload
    unsafe frame.withUnsafeMutableBytes {
      unsafe send(opcode, UnsafeMutableRawBufferPointer(rebasing: $0[FrameHead.limit...]))
    }
  }

  /// Sends a frame, whose head goes in front of the payload.
  private func send(_ opcode: Opcode, _ payload: UnsafeMutableRawBufferPointer) {
    guard let connection = flow.connection else { return }
    let mask = flow.incoming.heads.isServer ? nil : UInt32.random(in: .min ... .max)
    let frame = unsafe FrameHead.put(opcode, mask: mask, before: payload)
    if unsafe connection.write(frame), connection.holdsUnsent { beginSendDeadline() }
  }

  /// The connection tells through ``connectionCanWrite()`` when the last of what it keeps has gone.
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

// Usually a socket takes a message at once. Asking poll(2) first would mean a second look at every
// descriptor of the loop for each message. The connection keeps what the peer does not take, so writing
// without a look is safe as long as nothing is kept already.
extension WebSocket: LoopWriter {
  func takeTurnToWrite() {
    // Closing, or served meanwhile by the connection's own callback.
    guard isOpen, flow.waitsToWrite, let connection = flow.connection else { return }
    if connection.holdsUnsent {
      connection.askToWrite()
    } else {
      writeMessage()
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
