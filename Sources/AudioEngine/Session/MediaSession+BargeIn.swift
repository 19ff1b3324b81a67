/// What becomes of the bot's speech when the caller speaks over it.
extension MediaSession {
  /// Answers ``SessionEvent/bargeInAsked(until:)``. Without effect where nothing is asked (any more).
  ///
  /// - Returns: whether it was asked.
  @discardableResult
  public mutating func decideBargeIn(_ verdict: BargeInVerdict, at now: MonotonicTime) -> Bool {
    trace?.enter(.verdict, at: now) { $0.append(verdict == .interrupt) }
    defer { trace?.leave() }
    advance(to: now)
    guard barge.phase == .asked else { return false }
    switch verdict {
    case .interrupt: commitBargeIn(at: now)
    case .goOn: dismissBargeIn(.vetoed, at: now)
    }
    return true
  }

  /// Takes what a detector has found in a message.
  mutating func hear(
    _ edge: SpeechEdge?, _ boundary: SpeechBoundary?, spoken: Duration?, at now: MonotonicTime
  ) {
    if edge == .ended, hasToldEnd {
      catchUpWithEnd()
    } else if let edge {
      events.append(.callerSpeech(boundary ?? inbound.boundary(edge)))
    }
    guard let bargeIn else { return }
    switch edge {
    case .began where barge.phase == .none:
      guard !isClosed, !speech.isDrained else { return }
      barge.begin(at: now, ear: playout.estimate)
    case .ended where barge.phase == .listening:
      let isEnough = bargeIn.manner == .polite && barge.isEnough
      return dismissBargeIn(isEnough ? .noPause : .short, at: now)
    default: break
    }
    if barge.phase == .listening {
      listen(bargeIn, spoken: spoken ?? now - barge.began, at: now)
    }
  }

  /// Decides what can be, of a caller who speaks.
  private mutating func listen(_ policy: BargeInPolicy, spoken: Duration, at now: MonotonicTime) {
    advance(to: now)
    // The bot may have come to its end, or what may not be interrupted may not be heard yet.
    guard barge.phase == .listening else { return }
    if speech.isDrained {
      // What was held was heard to its end all the same: its last echo was late.
      return barge.heldSince == nil ? forgetBargeIn(at: now) : dismissBargeIn(.expired, at: now)
    }
    guard speech.protectedEpoch == nil else { return }
    if policy.manner == .confirmed, barge.heldSince == nil, !isPaused {
      barge.hold(at: now, atMost: policy.longestHold)
      holdSpeech(at: now)
      statistics.bargeIns.held += 1
      events.append(.bargeInHeld)
    }
    let isPause = policy.manner != .polite || isAtPause
    barge.isEnough = spoken >= policy.after
    guard barge.isEnough, isPause else { return }
    if let veto = policy.veto {
      barge.ask(until: now + veto)
      events.append(.bargeInAsked(until: now + veto))
    } else {
      commitBargeIn(at: now)
    }
  }

  /// Does what time alone decides.
  mutating func bargeInIsDue(at now: MonotonicTime) {
    switch barge.phase {
    case .asked: commitBargeIn(at: now)
    case .listening: dismissBargeIn(.expired, at: now)
    case .none: break
    }
  }

  private mutating func commitBargeIn(at now: MonotonicTime) {
    let held = barge.settle()
    switch interrupt(at: now) {
    case .interrupted(let interruption):
      statistics.bargeIns.interrupted += 1
      count(held, until: now)
      events.append(.bargedIn(interruption))
    case .idle, .protected:
      // Something that may not be interrupted was begun while the bot was asked.
      guard let held else { return }
      count(held, until: now)
      playout.resume()
      events.append(.bargeInDismissed(.noPause, held: now - held))
    }
  }

  mutating func dismissBargeIn(_ reason: BargeInDismissal, at now: MonotonicTime) {
    let held = barge.settle()
    count(held, until: now)
    if held != nil {
      advance(to: now)
      playout.resume()
    }
    statistics.bargeIns.count(reason)
    events.append(.bargeInDismissed(reason, held: held.map { now - $0 } ?? .zero))
  }

  /// There is nothing to decide any more: the speech is over, or somebody else has decided.
  mutating func forgetBargeIn(at now: MonotonicTime) {
    guard barge.phase != .none else { return }
    count(barge.settle(), until: now)
  }

  private mutating func count(_ held: MonotonicTime?, until now: MonotonicTime) {
    if let held { statistics.bargeIns.heldDuration += now - held }
  }

  /// Whether the caller hears a pause of the bot's: an utterance has ended since he was last listened to,
  /// or what comes next is quiet.
  private var isAtPause: Bool {
    mutating get {
      let ear = playout.estimate
      let seen = barge.ear
      barge.ear = ear
      if speech.hasBoundary(after: seen, upTo: ear) { return true }
      return speech.isQuiet(from: ear, for: .milliseconds(120))
    }
  }
}
