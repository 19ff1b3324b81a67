public import AudioEngine

// What goes out, and when.
extension AgenTaoCallSession {
  /// Writes the next message to the server into `message`, which is emptied first. Commands go ahead
  /// of audio, in the order they were given.
  ///
  /// - Returns: what to do, or nil when nothing is due at `now`.
  public mutating func poll(at now: MonotonicTime, into message: inout MessageBuffer) -> Output? {
    message.removeAll()
    advance(to: now)
    switch link {
    case .opening, .closed:
      return nil
    case .ending(let time, let code):
      guard now >= time else { return nil }
      link = .closed
      return .close(code: code, reason: "")
    case .live:
      break
    }
    if !outgoing.isEmpty { return write(outgoing.removeFirst(), into: &message) }
    switch media.poll(at: now) {
    case .clear:
      // An interruption or a pause of the engine's own: nobody waits for the answer.
      guard pending.count < Self.mostCommands else { return nil }
      commandCount += 1
      enqueue(.interrupt, AgenTaoCommandToken(number: commandCount), at: now)
      return write(outgoing.removeFirst(), into: &message)
    case .media(let chunk):
      wire.beginAudio(header(of: chunk), into: &message)
      media.appendPayload(of: chunk, to: &message)
      framesSent += 1
      return .binary
    case .mark, nil:
      return nil
    }
  }

  private func write(
    _ command: AgenTaoCommandMessage, into message: inout MessageBuffer
  ) -> Output {
    wire.encode(command, into: &message)
    return .text
  }

  private func header(of chunk: LegalChunk) -> AgenTaoAudioHeader {
    // The session has counted the chunk already.
    AgenTaoAudioHeader(
      epoch: epoch, number: framesSent, sampleIndex: (media.leftBytes - chunk.byteCount) / 2,
      endsUtterance: chunk.endsUtterance)
  }

  /// When ``poll(at:into:)`` must be called next; nil when only new input can make something due.
  public func nextDeadline(at now: MonotonicTime) -> MonotonicTime? {
    switch link {
    case .closed: return nil
    case .opening(let until): return until
    case .ending(let time, _): return time
    case .live: break
    }
    if !outgoing.isEmpty { return now }
    var earliest = media.nextDeadline(at: now) ?? .distantFuture
    if let heldUntil { earliest = min(earliest, heldUntil) }
    for command in pending { earliest = min(earliest, command.until) }
    return earliest == .distantFuture ? nil : earliest
  }

  /// Lets the passing of time do its part.
  mutating func advance(to now: MonotonicTime) {
    switch link {
    case .opening(let until):
      guard now >= until else { return }
      mediaFailure = .notOpened(reason: "no media link within \(Self.openTimeout)")
      terminate(.mediaLost, outcome: nil, at: now)
      link = .ending(at: now, code: 1000)
    case .live:
      if let heldUntil, heldUntil <= now { release() }
      expireCommands(at: now)
    case .ending, .closed:
      break
    }
  }
}
