/// Ending speech early, holding it, and what the platform says of the speech that a clear cut off.
extension MediaSession {
  /// Ends all speech at once.
  ///
  /// Everything that has not left is dropped, the platform is told to drop what it holds before any
  /// further media leaves, and no audio of this epoch or an older one is sent again: later writes to
  /// them throw ``SpeechError/interrupted``, and their marks end as ``MarkOutcome/cleared`` whatever
  /// the platform echoes. Speech of the next utterance is not touched.
  public mutating func interrupt(at now: MonotonicTime) -> InterruptResult {
    trace?.enter(.interrupt, at: now)
    defer { trace?.leave() }
    advance(to: now)
    let ear = playout.ear(at: now)
    guard !isClosed, let heard = speech.utterance(at: ear.limit) else { return .idle }
    if let epoch = speech.protectedEpoch { return .protected(epoch) }
    forgetBargeIn(at: now)
    var interruption = Interruption(of: heard, at: ear, wire: configuration.wire)
    interruption.discarded = duration(speech.waiting)
    interruption.inFlight = duration(speech.sent - max(ear.played, 0))
    statistics.outbound.interruptions += 1
    recorder?.note("interrupted", at: now)
    var cut: CutSpeech?
    if !playout.isPaused, playout.askForClear(at: now) {
      statistics.outbound.residue.add(interruption.inFlight)
      if configuration.playback.acknowledgesClear {
        cut = playout.cutSpeech(
          interruption, of: heard, at: ear, clearNumber: statistics.outbound.clears + 1)
      }
    }
    dropSpeech(mark: .cleared, remembering: cut, at: now) { .interrupted(played: $0) }
    return .interrupted(interruption)
  }

  /// Holds speech: the platform drops what it has, which is kept here, and nothing leaves until
  /// ``resume(at:)`` or ``interrupt(at:)``. A cough must not cost an answer. Writing goes on.
  ///
  /// Speech that is held for a caller who speaks over it stays so, whatever becomes of him.
  ///
  /// - Returns: whether there was speech to hold.
  @discardableResult
  public mutating func pause(at now: MonotonicTime) -> Bool {
    trace?.enter(.pause, at: now)
    defer { trace?.leave() }
    advance(to: now)
    guard !isClosed, !speech.isDrained else { return false }
    if barge.heldSince != nil {
      barge.giveUpHold()
      return true
    }
    guard !playout.isPaused else { return false }
    holdSpeech(at: now)
    return true
  }

  /// Has the platform drop what it holds, which waits here again.
  mutating func holdSpeech(at now: MonotonicTime) {
    playout.pause(at: now)
    turns?.cleared(heard: now.nanoseconds)
    tellTurn()
    let resumed = speech.takeBack(
      from: playout.resumable, certain: playout.played, &statistics.outbound)
    playout.takeBack(to: resumed)
  }

  /// Goes on where the caller stopped hearing, as well as that is known: rather a little earlier. Also
  /// where it is held for a caller who speaks over it, who does not interrupt it then.
  public mutating func resume(at now: MonotonicTime) {
    trace?.enter(.resume, at: now)
    defer { trace?.leave() }
    advance(to: now)
    if barge.heldSince != nil { return dismissBargeIn(.vetoed, at: now) }
    playout.resume()
  }

  /// Whether speech is held, by ``pause(at:)`` or for a caller who speaks over it.
  public var isPaused: Bool { playout.isPaused }

  /// Takes the platform's word that it has dropped what it held.
  ///
  /// What the caller had heard of the speech that was cut off is known better then, and
  /// ``SessionEvent/interruptionSettled(_:)`` says it. An acknowledgement that nobody waits for changes
  /// nothing.
  public mutating func receiveCleared(at now: MonotonicTime) {
    advance(to: now)
    guard statistics.outbound.clearsAcknowledged < statistics.outbound.clears else { return }
    statistics.outbound.clearsAcknowledged += 1
    let number = statistics.outbound.clearsAcknowledged
    let isNewest = number == statistics.outbound.clears
    guard let cut = playout.acknowledge(number, isNewest: isNewest) else { return }
    let piece = configuration.wire.byteCount(nanoseconds: 20_000_000)
    var settled = Interruption(
      of: cut.utterance, at: cut.ear(pieceBytes: piece), wire: configuration.wire)
    settled.discarded = cut.interruption.discarded
    settled.inFlight = cut.interruption.inFlight
    events.append(.interruptionSettled(settled))
  }

  /// Drops all speech and resolves whatever waits for it.
  mutating func dropSpeech(
    mark outcome: MarkOutcome, remembering cut: CutSpeech? = nil, at now: MonotonicTime,
    _ utteranceOutcome: (Duration) -> UtteranceOutcome
  ) {
    while let mark = playout.takeMark() {
      guard case .named(let name) = mark.kind else { continue }
      events.append(.markEnded(name: name, mark.epoch, outcome))
    }
    let dropped = speech.drop(&statistics.outbound)
    for index in 0..<dropped.count {
      let heard = duration(dropped[index].heard(upTo: playout.played))
      events.append(.utteranceEnded(dropped[index].epoch, utteranceOutcome(heard)))
    }
    playout.drop(to: speech.sent, remembering: cut)
    turns?.cleared(heard: now.nanoseconds)
    tellTurn()
    if speech.takesMoreAgain() { events.append(.roomAvailable) }
  }
}
