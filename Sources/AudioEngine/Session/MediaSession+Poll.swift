/// Speech going out: what is due, when something will be, and what the caller has heard.
extension MediaSession {
  /// The next message to the platform, or nil when nothing is due at `now`.
  ///
  /// Call it until it gives nil. A clear goes ahead of everything; a mark follows the chunk that
  /// reaches its place. A media message is due when the lead has fallen to the policy's, so that after
  /// a stall of the host the lead is filled again at once.
  public mutating func poll(at now: MonotonicTime) -> Outbound? {
    advance(to: now)
    if let since = playout.takeClear() {
      statistics.outbound.clears += 1
      recorder?.cleared(at: now)
      stage?.cleared(at: now)
      statistics.outbound.clearDelay.add(now - since)
      return .clear
    }
    guard !isClosed, !playout.isPaused else { return nil }
    let speaking = speech.leavingEpoch
    if let name = playout.nextMark(at: speech.sent, speaking: speaking, now: now) {
      statistics.outbound.marks += 1
      return .mark(name: name)
    }
    guard let next = nextDeparture(at: now), next.due <= now.nanoseconds else { return nil }
    let chunk = speech.leave(next.departure, at: now.nanoseconds, &statistics.outbound)
    let underruns = statistics.outbound.underruns
    if recorder != nil || stage != nil {
      let start = MonotonicTime(nanoseconds: max(playout.earEnd ?? .min, now.nanoseconds))
      record(chunk, playedFrom: start)
      expectEcho(of: chunk, playedFrom: start)
    }
    playout.left(
      chunk, at: now.nanoseconds, due: next.due, leavesSince: next.departure.leavesSince,
      &statistics.outbound)
    noteSound(in: chunk, at: now)
    if let trace {
      note(chunk, in: trace, isUnderrun: statistics.outbound.underruns > underruns, at: now)
    }
    if speech.takesMoreAgain() { events.append(.roomAvailable) }
    return .media(chunk)
  }

  /// Writes the base64 of a chunk's payload, its padding included, behind what `message` holds.
  ///
  /// To be called before the session is used for anything else; allocates only for the message to
  /// grow.
  public func appendBase64(of chunk: LegalChunk, to message: inout MessageBuffer) {
    var writer = Base64Writer()
    speech.queue.forEachPiece(in: chunk.position..<chunk.audioEnd) {
      writer.append($0, to: &message)
    }
    writer.append(
      repeating: configuration.wire.encoding.silence, count: chunk.paddingByteCount, to: &message)
    writer.finish(&message)
  }

  /// Writes a chunk's payload, its padding included, behind what `message` holds, for platforms that
  /// carry audio in binary messages. Else as ``appendBase64(of:to:)``.
  public func appendPayload(of chunk: LegalChunk, to message: inout MessageBuffer) {
    speech.queue.forEachPiece(in: chunk.position..<chunk.audioEnd) {
      message.append(contentsOf: $0)
    }
    let silence = configuration.wire.encoding.silence
    for _ in 0..<chunk.paddingByteCount { message.append(byte: silence) }
  }

  /// Payload bytes that have left since the session began: padding, and what was sent again, too.
  /// What ``allowance`` is compared with.
  public var leftBytes: Int {
    statistics.outbound.sentBytes + statistics.outbound.resentBytes
      + statistics.outbound.paddingBytes
  }

  /// When ``poll(at:)`` must be called next, nil when only new input can make something due.
  /// A time that is not later than `now` means at once.
  public func nextDeadline(at now: MonotonicTime) -> MonotonicTime? {
    if playout.owesClear { return now }
    let decision = min(barge.deadline, turnPolicy.first?.state.deadline ?? .distantFuture)
    guard !isClosed, !playout.isPaused else { return decision == .distantFuture ? nil : decision }
    if playout.owesMark(at: speech.sent) { return now }
    var earliest = min(
      speech.idleDeadline ?? .max, playout.markDeadline ?? .max, decision.nanoseconds)
    if let next = nextDeparture(at: now) { earliest = min(earliest, next.due) }
    return earliest == .max ? nil : MonotonicTime(nanoseconds: earliest)
  }

  /// How much of the speech the caller has heard at `now`.
  ///
  /// `played` rests on echoes of marks alone, so it is never more than what was heard; until a
  /// platform has echoed one, it is the clock's limit less the policy's latency bound. Allocates
  /// nothing.
  public mutating func position(at now: MonotonicTime) -> PlaybackPosition {
    trace?.enter(.advance, at: now)
    defer { trace?.leave() }
    advance(to: now)
    let ear = playout.ear(at: now)
    guard let current = speech.utterance(at: ear.limit) else {
      return PlaybackPosition(epoch: nil, played: .zero, estimate: .zero, limit: .zero)
    }
    return PlaybackPosition(
      epoch: current.epoch, played: duration(current.heard(upTo: ear.played)),
      estimate: duration(current.heard(upTo: playout.estimate)),
      limit: duration(current.byteCount(upTo: ear.limit)))
  }

  /// Takes the platform's echo of a mark.
  ///
  /// - Parameters:
  ///   - name: as it was echoed. An unknown one, or one of a cleared epoch, is counted and changes
  ///     nothing.
  ///   - now: when it arrived.
  public mutating func receiveMarkEcho(_ name: String, at now: MonotonicTime) {
    if !playout.echo(name, at: now) { statistics.outbound.lateEchoes += 1 }
    turns?.latency = playout.knownLatency
    advance(to: now)
  }

  /// Lets the passing of time do its part: utterances that end by themselves, marks that have been
  /// played or whose echo will not come, audio that need not be kept.
  mutating func advance(to now: MonotonicTime) {
    if let deadline = speech.idleDeadline, now.nanoseconds >= deadline {
      finishOpenUtterance(at: deadline)
    }
    while let mark = playout.takePlayedMark(at: now) { played(mark) }
    while let mark = playout.takeReckonedMark(at: now) { tell(mark, heardAt: now) }
    playout.advance(to: now)
    speech.release(upTo: playout.resumable)
    if turns != nil { advanceTurns(to: now) }
    if now >= barge.deadline { bargeInIsDue(at: now) }
    if !turnPolicy.isEmpty, now >= turnPolicy[0].state.deadline { turnIsDue(at: now) }
  }

  /// A mark counts as played: the caller has heard everything before it.
  private mutating func played(_ sent: SentMark) {
    if configuration.playback.echoesMarks, !sent.isEchoed {
      statistics.outbound.missingEchoes += 1
    }
    tell(sent.mark, heardAt: MonotonicTime(nanoseconds: sent.playedAt))
  }

  private mutating func tell(_ mark: Mark, heardAt time: MonotonicTime) {
    switch mark.kind {
    case .named(let name):
      recorder?.note(name, at: time)
      events.append(.markEnded(name: name, mark.epoch, .played))
    case .position: break
    case .end:
      while let utterance = speech.takeEnded(upTo: mark.epoch) {
        events.append(.utteranceEnded(utterance.epoch, .played))
      }
    }
  }

  /// The next chunk and when it is due; nil while there is too little speech for one.
  private func nextDeparture(
    at now: MonotonicTime
  ) -> (departure: Departure, due: Int64)? {
    let isDry = playout.isDry(at: now.nanoseconds)
    let room = allowance.map { $0 - leftBytes }
    guard let departure = speech.next(isDry: isDry, room: room) else { return nil }
    return (departure, playout.dueTime(byteCount: departure.cut.total, at: now.nanoseconds))
  }
}
