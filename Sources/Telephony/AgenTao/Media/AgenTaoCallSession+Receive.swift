public import AudioEngine

// What happens on the media link.
extension AgenTaoCallSession {
  /// The socket is open.
  public mutating func opened(at now: MonotonicTime) {
    if !wire.announcesMedia { becomeLive() }
  }

  /// The socket is gone, or was never there. A call that was not over is now, and says so; commands
  /// that wait fail at once.
  public mutating func closed(_ loss: AgenTaoLinkLoss, at now: MonotonicTime) {
    guard link != .closed else { return }
    if state.termination == nil { mediaFailure = failure(loss) }
    link = .closed
    // 4410 says that the call was over: the word before it was lost.
    let isRegular = if case .closed(4_410, _) = loss { true } else { false }
    terminate(isRegular ? .unspecified : .mediaLost, outcome: nil, at: now)
  }

  private func failure(_ loss: AgenTaoLinkLoss) -> AgenTaoMediaFailure {
    if case .refused(409, _) = loss { return .busy }
    let reason = loss.connectionError.description
    return if case .opening = link { .notOpened(reason: reason) } else { .lost(reason: reason) }
  }

  /// Takes one text message. Never traps, whatever the bytes; what comes often allocates nothing.
  public mutating func receive(text: RawSpan, at now: MonotonicTime) {
    advance(to: now)
    switch link {
    case .ending, .closed: return refuse(.afterEnd)
    case .opening, .live: break
    }
    switch wire.decodeMedia(text) {
    case .ready(let rate): ready(rate, at: now)
    case .unsupported(let format):
      mediaFailure = .notOpened(reason: "unsupported audio format: \(format)")
      terminate(.mediaLost, outcome: nil, at: now)
    case .granted(let id, let reply): granted(id, reply, at: now)
    case .refused(let id, let code, let message): refused(id, code, message, at: now)
    case .answered: becomeAnswered()
    case .connected(let mode): becomeConnected(mode)
    // The reply follows with the reason; it makes the event.
    case .answerFailed, .connectFailed: break
    case .terminated(let reason): terminate(reason, outcome: nil, at: now)
    case .serviceError(let code, let message):
      events.append(.call(.serviceError(code: code, message: message)))
    case .allowMore(let bytes): allow(allowed.addingReportingOverflow(bytes))
    case .allowUpTo(let bytes, let epoch):
      guard epoch == self.epoch else { return }
      allow(epochBase.addingReportingOverflow(bytes))
    case .ignored: refuse(.unknownMessage)
    case .malformed: refuse(.malformedText)
    }
  }

  private mutating func ready(_ rate: Int?, at now: MonotonicTime) {
    guard rate ?? configuration.rate.hertz == configuration.rate.hertz else {
      mediaFailure = .notOpened(reason: "the server speaks at \(rate ?? 0) Hz")
      terminate(.mediaLost, outcome: nil, at: now)
      return
    }
    becomeLive()
  }

  private mutating func becomeLive() {
    guard case .opening = link else { return }
    link = .live
    events.append(.opened)
  }

  /// An allowance never shrinks, and nothing that a server says makes it overflow.
  private mutating func allow(_ total: (partialValue: Int, overflow: Bool)) {
    allowed = max(allowed, total.overflow ? .max : total.partialValue)
    if heldUntil == nil { media.allowance = allowed }
  }

  /// Takes one binary message: audio of the call.
  ///
  /// - Returns: whether there is more to be read.
  /// - Complexity: O(n); allocates nothing.
  public mutating func receive(binary message: RawSpan, at now: MonotonicTime) -> Bool {
    switch link {
    case .ending, .closed:
      refuse(.afterEnd)
      return false
    case .opening, .live: break
    }
    guard let frame = wire.decodeAudio(message) else {
      refuse(.badFrame)
      if wire.announcesMedia, refused[.badFrame, default: 0] >= Self.mostBadFrames {
        mediaFailure = .lost(reason: "too many unusable messages")
        terminate(.mediaLost, outcome: nil, at: now)
        link = .ending(at: now, code: 4_400)
      }
      return false
    }
    guard frame.track == 0 else {
      refuse(.otherTrack)
      return false
    }
    let payload = message.extracting(frame.payloadStart..<message.byteCount)
    let timing = MediaTiming(chunk: frame.number)
    switch media.receive(payload: payload, timing: timing, at: now) {
    case .taken: return true
    case .duplicate: refuse(.duplicateFrame)
    case .empty, .invalidBase64: refuse(.badFrame)
    case .closed: refuse(.afterEnd)
    }
    return false
  }

  mutating func refuse(_ kind: AgenTaoRefusedInput) {
    refused[kind, default: 0] += 1
  }
}
