/// Ending speech early, and taking it up again.
extension MediaSession {
  /// Ends all speech at once.
  ///
  /// Everything that has not left is dropped, the platform is told to drop what it holds before any
  /// further media leaves, and no audio of this epoch or an older one is sent again: later writes to
  /// them throw ``SpeechError/interrupted``, and their marks end as ``MarkOutcome/cleared`` whatever
  /// the platform echoes. Speech of the next utterance is not touched.
  public mutating func interrupt(at now: MonotonicTime) -> InterruptResult {
    advance(to: now)
    guard !isClosed, let newest = utterances.last else { return .idle }
    for index in 0..<utterances.count where !utterances[index].isInterruptible {
      return .protected(utterances[index].epoch)
    }
    let played = pause?.played ?? confirmed
    let limit = limit(at: now)
    var heard = utterances[0]
    for index in 0..<utterances.count where utterances[index].start < limit {
      heard = utterances[index]
    }
    let waiting = expectedEnd(newest) - sent
    var interruption = interruption(of: heard, played: played, limit: limit)
    interruption.discarded = duration(waiting)
    interruption.inFlight = duration(sent - max(played, 0))
    statistics.outbound.interruptions += 1
    let isCleared = pause == nil && mayStillPlay(at: now)
    if isCleared {
      askForClear(at: now)
      statistics.outbound.residue.add(interruption.inFlight)
    }
    let cut = isCleared ? cut(heard, interruption, played: played, limit: limit) : nil
    endEverything(at: now, mark: .cleared) { .interrupted(played: $0) }
    cutSpeech = cut
    return .interrupted(interruption)
  }

  /// Holds speech: the platform drops what it has, which is kept here, and nothing leaves until
  /// ``resume(at:)`` or ``interrupt(at:)``. A cough must not cost an answer. Writing goes on.
  ///
  /// - Returns: whether there was speech to hold.
  @discardableResult
  public mutating func pause(at now: MonotonicTime) -> Bool {
    advance(to: now)
    guard !isClosed, pause == nil, !utterances.isEmpty else { return false }
    pause = PauseRecord(played: confirmed)
    // Until the clear arrives the platform plays on: all that has left may be heard.
    reach = max(reach, sent)
    if mayStillPlay(at: now) { askForClear(at: now) }
    takeBack(from: resumable)
    return true
  }

  /// Goes on where the caller stopped hearing, as well as that is known: rather a little earlier.
  public mutating func resume(at now: MonotonicTime) {
    advance(to: now)
    pause = nil
  }

  /// Whether speech is held by ``pause(at:)``.
  public var isPaused: Bool { pause != nil }

  /// Whether the platform may hold audio that the caller has not heard.
  func mayStillPlay(at now: MonotonicTime) -> Bool {
    guard let end = clock.latestEnd, sent > confirmed else { return false }
    return now.nanoseconds < end + configuration.playback.latencyBound.wholeNanoseconds
  }

  /// Has the next ``poll(at:)`` give a clear; one that still waits serves both.
  private mutating func askForClear(at now: MonotonicTime) {
    if !pendingClear { clearAskedAt = now }
    pendingClear = true
  }

  /// Makes audio that has left wait again, from `position` on.
  private mutating func takeBack(from position: Int) {
    // What a full queue has pushed out cannot go again.
    let resumed = min(max(position, queue.start), sent)
    // From here to there the caller has probably heard it; nobody can say so.
    for index in 0..<utterances.count {
      let utterance = utterances[index]
      let first = max(confirmed, utterance.start)
      let end = min(resumed, expectedEnd(utterance))
      if first < end { utterances[index].noteUnsure(first..<end) }
    }
    statistics.outbound.resentBytes += sent - resumed
    statistics.outbound.sentBytes -= sent - resumed
    sent = resumed
    lastMarkPosition = min(lastMarkPosition, resumed)
    clock.cleared(position: resumed)
    // A platform may forget the marks it is told to clear: those whose echo is awaited go again.
    var again = FIFO<QueuedMark>()
    for index in 0..<marksSent.count {
      let mark = marksSent[index]
      guard let kind = mark.kind else { continue }
      again.append(QueuedMark(position: mark.position, epoch: mark.epoch, kind: kind))
    }
    for index in 0..<marksToSend.count { again.append(marksToSend[index]) }
    marksToSend = again
    marksSent.removeAll()
  }

  /// Drops all speech and resolves whatever waits for it.
  mutating func endEverything(
    at now: MonotonicTime, mark outcome: MarkOutcome,
    _ utteranceOutcome: (Duration) -> UtteranceOutcome
  ) {
    for index in 0..<marksSent.count {
      if case .named(let name) = marksSent[index].kind {
        events.append(.markEnded(name: name, marksSent[index].epoch, outcome))
      }
    }
    for index in 0..<marksToSend.count {
      if case .named(let name) = marksToSend[index].kind {
        events.append(.markEnded(name: name, marksToSend[index].epoch, outcome))
      }
    }
    let played = pause?.played ?? confirmed
    for index in 0..<utterances.count {
      let utterance = utterances[index]
      if utterance.end == nil {
        statistics.outbound.writtenBytes += expectedEnd(utterance) - utterance.start
      }
      let heard = heard(of: utterance, upTo: played)
      events.append(.utteranceEnded(utterance.epoch, utteranceOutcome(heard)))
    }
    if let newest = utterances.last {
      statistics.outbound.discardedBytes += expectedEnd(newest) - sent
    }
    if refusedForRoom {
      refusedForRoom = false
      events.append(.roomAvailable)
    }
    utterances.removeAll()
    marksSent.removeAll()
    marksToSend.removeAll()
    cutSpeech = nil
    flushedEpoch = lastEpoch
    implicitEpoch = nil
    pause = nil
    resampler?.reset()
    queue.removeAll()
    sent = queue.end
    confirmed = sent
    estimated = sent
    resumable = sent
    lastMarkPosition = sent
    reach = sent
    clock.cleared(position: sent)
  }
}
