/// When the caller's turn is over.
extension MediaSession {
  /// When a turn of the caller's ends; nil, the default, where the detector says so alone. Needs
  /// ``detector``. Setting it begins anew.
  public var endOfTurn: EndOfTurnPolicy? {
    get { turnPolicy.first?.policy }
    set {
      turnPolicy =
        newValue.map {
          [(policy: $0, state: EndOfTurn($0, rate: configuration.wire.rate))]
        } ?? []
    }
  }

  /// The caller's newest audio, oldest first, as much as ``EndOfTurnPolicy/window`` says, at the wire's rate.
  public var recentAudio: [Int16] { turnPolicy.first?.state.recent?.newest ?? [] }

  /// Answers ``SessionEvent/turnEndAsked(_:)``. An answer that comes too late is counted and changes nothing.
  ///
  /// - Parameters:
  ///   - probability: that the turn is over, 0 to 1, and what is beyond as the nearest of both; nil where
  ///     nobody knows, so that silence alone decides from now on.
  ///   - number: the question's.
  ///   - now: the time.
  /// - Returns: whether it came in time.
  @discardableResult
  public mutating func decideTurnEnd(
    _ probability: Double?, of number: Int, at now: MonotonicTime
  ) -> Bool {
    advance(to: now)
    guard !turnPolicy.isEmpty else { return false }
    let answer = turnPolicy[0].state.answer(probability, to: number, at: now)
    tell(answer.change, at: now)
    return answer.isTaken
  }

  /// Whether an end of speech has been told for which the detector waits.
  var hasToldEnd: Bool { turnPolicy.first?.state.isEarly ?? false }

  /// Takes what a detector has said of a message. A caller who speaks on after the end of his turn, which to
  /// the detector was no end of speech, begins for everybody else.
  ///
  /// - Returns: what is to be told of the turn.
  mutating func hearTurn(
    _ heard: inout EndOfTurn.Hearing, at now: MonotonicTime
  ) -> EndOfTurn.Change? {
    guard !turnPolicy.isEmpty else { return nil }
    let change = turnPolicy[0].state.hear(
      heard, isUnanswered: turns?.isUnanswered ?? false, at: now)
    if change == .began, hasToldEnd {
      heard.edge = .began
      turnPolicy[0].state.catchUp()
    }
    return change
  }

  /// The detector has told the end of speech of which everybody knows.
  mutating func catchUpWithEnd() { turnPolicy[0].state.catchUp() }

  /// Lets the passing of time end a turn.
  mutating func turnIsDue(at now: MonotonicTime) {
    tell(turnPolicy[0].state.advance(to: now), at: now)
  }

  mutating func tell(_ change: EndOfTurn.Change?, at now: MonotonicTime) {
    guard !turnPolicy.isEmpty else { return }
    statistics.turnEnds = turnPolicy[0].state.counts
    switch change {
    case nil: break
    case .began: noteCaller(.began, since: now.nanoseconds, at: now)
    case .asks(let question): events.append(.turnEndAsked(question))
    case .ended(let end):
      // Everybody hears of an end of speech before the turn's.
      if hasToldEnd { events.append(.callerSpeech(inbound.boundary(.ended))) }
      events.append(.turnEnded(end))
      noteCaller(.ended, since: end.speechEnd.nanoseconds, at: now)
    }
  }
}
