/// What a session tells its trace beside what it is given.
extension MediaSession {
  /// Notes what is known of a chunk that leaves.
  func note(
    _ chunk: LegalChunk, in trace: TraceRecorder, isUnderrun: Bool, at now: MonotonicTime
  ) {
    let peak = speech.queue.peak(
      in: chunk.position..<chunk.audioEnd, of: configuration.wire)
    trace.chunk = TracedChunk(
      byteCount: chunk.byteCount, epoch: chunk.epoch.number, peak: UInt16(clamping: peak),
      lead: .nanoseconds(max((playout.earEnd ?? now.nanoseconds) - now.nanoseconds, 0)),
      queued: queuedDuration, isUnderrun: isUnderrun)
    if isUnderrun { trace.note(trouble: "underrun") }
  }
}

extension TraceRecorder {
  /// What a detector said.
  func add(_ hearing: TracedHearing, at now: MonotonicTime) {
    add(.detected, at: now) { hearing.write(to: &$0) }
  }

  /// Something the bot is told.
  func add(_ event: SessionEvent) {
    guard let told = TracedEvent(event) else { return }
    add(.told) { told.write(to: &$0) }
  }
}

extension TraceBytes {
  mutating func append(_ options: UtteranceOptions) {
    append(optional: options.rate) { $0.append($1.hertz) }
    append(options.isInterruptible)
  }
}

/// What a session told its bot, as a trace has it: what, of which utterance, and for how long.
package struct TracedEvent: Hashable, Sendable {
  /// What happened.
  package enum Kind: UInt8, CaseIterable, Sendable {
    case played, interrupted, closed
    case markPlayed, markCleared, markClosed
    case callerBegan, callerEnded
    case bargedIn, held, asked, dismissed
    case turn, settled
  }

  package var kind: Kind
  package var epoch = 0
  package var duration = Duration.zero
  package var name = ""

  init?(_ event: SessionEvent) {
    switch event {
    case .utteranceEnded(let epoch, let outcome):
      switch outcome {
      case .played: kind = .played
      case .interrupted(let played):
        kind = .interrupted
        duration = played
      case .closed(let played):
        kind = .closed
        duration = played
      }
      self.epoch = epoch.number
    case .markEnded(let name, let epoch, let outcome):
      switch outcome {
      case .played: kind = .markPlayed
      case .cleared: kind = .markCleared
      case .closed: kind = .markClosed
      }
      self.epoch = epoch.number
      self.name = name
    case .callerSpeech(let boundary):
      kind = boundary.edge == .began ? .callerBegan : .callerEnded
    case .turn(let turn):
      kind = .turn
      duration = turn.response
    case .bargedIn(let interruption):
      kind = .bargedIn
      epoch = interruption.epoch.number
      duration = interruption.played
    case .bargeInHeld: kind = .held
    case .bargeInAsked: kind = .asked
    case .bargeInDismissed(let reason, let held):
      kind = .dismissed
      duration = held
      name = reason.rawValue
    case .interruptionSettled(let interruption):
      kind = .settled
      epoch = interruption.epoch.number
      duration = interruption.played
    // A replay listens for no tones, and what it says does not hang on whose turn it is.
    case .roomAvailable, .beep, .keyTone, .turnEnded, .turnEndAsked: return nil
    }
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    kind = try cursor.choice(of: Kind.allCases)
    epoch = try cursor.epoch()
    duration = try cursor.duration()
    name = try cursor.text()
  }

  func write(to bytes: inout TraceBytes) {
    bytes.append(byte: kind.rawValue)
    bytes.append(epoch)
    bytes.append(duration)
    bytes.append(name)
  }
}
