/// Turns: who spoke when, as the detector and the playout clock have it.
extension MediaSession {
  /// Takes the bot's word of how far it is with its answer; of the turn that the caller waits in, else of
  /// none.
  public mutating func note(_ step: Turn.Step, at now: MonotonicTime) {
    turns?.note(step, at: now.nanoseconds)
  }

  /// The caller has begun to speak, or stopped at `time`, as the detector knows at `now`.
  mutating func noteCaller(_ edge: SpeechEdge, since time: Int64, at now: MonotonicTime) {
    var clock = turns.take() ?? TurnClock(latency: playout.knownLatency)
    switch edge {
    case .began: clock.callerBegan(at: now.nanoseconds)
    case .ended: clock.callerEnded(speechEnd: time, at: now.nanoseconds)
    }
    turns = clock
    tellTurn()
  }

  /// Notes where the sound in a chunk that leaves will be heard, if there is any.
  mutating func noteSound(in chunk: LegalChunk, at now: MonotonicTime) {
    guard turns != nil, let end = playout.earEnd else { return }
    let wire = configuration.wire
    let audio = chunk.position..<chunk.audioEnd
    guard let sound = speech.queue.sound(in: audio, of: wire, beyond: TurnClock.audiblePeak) else {
      return
    }
    let start = end - wire.nanoseconds(byteCount: audio.count + chunk.paddingByteCount)
    turns?.left(
      at: now.nanoseconds, heard: start + wire.nanoseconds(byteCount: sound.lowerBound),
      start + wire.nanoseconds(byteCount: sound.upperBound))
  }

  mutating func advanceTurns(to now: MonotonicTime) {
    turns?.advance(to: now.nanoseconds)
    tellTurn()
  }

  /// Tells the turn that is over, if one is.
  mutating func tellTurn() {
    guard let turn = turns?.take() else { return }
    var all = statistics.turns.take() ?? TurnStatistics()
    all.add(turn)
    statistics.turns = all
    events.append(.turn(turn))
  }
}
