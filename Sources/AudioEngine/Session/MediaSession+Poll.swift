/// Speech going out: what is due, and when something will be.
extension MediaSession {
  /// The next message to the platform, or nil when nothing is due at `now`.
  ///
  /// Call it until it gives nil. A clear goes ahead of everything; a mark follows the chunk that
  /// reaches its place. A media message is due when the lead has fallen to the policy's, so that after
  /// a stall of the host the lead is filled again at once.
  public mutating func poll(at now: MonotonicTime) -> Outbound? {
    advance(to: now)
    if pendingClear {
      pendingClear = false
      statistics.outbound.clears += 1
      statistics.outbound.clearDelay.add(now - clearAskedAt)
      return .clear
    }
    guard !isClosed, pause == nil else { return nil }
    return nextMark(at: now) ?? nextChunk(at: now).map { .media($0) }
  }

  /// Writes the base64 of a chunk's payload, its padding included, behind what `message` holds.
  ///
  /// To be called before the session is used for anything else; allocates only for the message to
  /// grow.
  public func appendBase64(of chunk: LegalChunk, to message: inout MessageBuffer) {
    var writer = Base64Writer()
    queue.forEachPiece(in: chunk.position..<chunk.audioEnd) { writer.append($0, to: &message) }
    writer.append(
      repeating: configuration.wire.encoding.silence, count: chunk.paddingByteCount, to: &message)
    writer.finish(&message)
  }

  /// Writes a chunk's payload, its padding included, behind what `message` holds, for platforms that
  /// carry audio in binary messages. Else as ``appendBase64(of:to:)``.
  public func appendPayload(of chunk: LegalChunk, to message: inout MessageBuffer) {
    queue.forEachPiece(in: chunk.position..<chunk.audioEnd) { message.append(contentsOf: $0) }
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
    if pendingClear { return now }
    guard !isClosed, pause == nil else { return nil }
    var earliest = Int64.max
    if let mark = marksToSend.first, mark.position <= sent { return now }
    if implicitEpoch != nil {
      earliest = min(earliest, lastWrite + configuration.idleFinish.wholeNanoseconds)
    }
    if let oldest = marksSent.first { earliest = min(earliest, resolutionTime(of: oldest)) }
    if let due = chunkDue(at: now.nanoseconds) { earliest = min(earliest, due.time) }
    return earliest == .max ? nil : MonotonicTime(nanoseconds: earliest)
  }

  /// Lets the passing of time do its part: utterances that end by themselves, marks whose echo will
  /// not come, audio that need not be kept.
  mutating func advance(to now: MonotonicTime) {
    let time = now.nanoseconds
    if implicitEpoch != nil, time - lastWrite >= configuration.idleFinish.wholeNanoseconds {
      finishOpenUtterance()
    }
    while let oldest = marksSent.first, time >= resolutionTime(of: oldest) {
      marksSent.removeFirst()
      if configuration.playback.echoesMarks, !oldest.isEchoed {
        statistics.outbound.missingEchoes += 1
      }
      resolve(oldest)
    }
    guard pause == nil else { return }
    let bound = configuration.playback.latencyBound.wholeNanoseconds
    if !latency.hasEcho { confirmed = max(confirmed, min(clock.passed(at: time - bound), sent)) }
    estimated = max(estimated, confirmed, min(clock.passed(at: time - latency.mean), sent))
    resumable = max(
      resumable, confirmed, min(clock.passed(at: time - min(latency.late, bound)), sent))
    queue.release(upTo: resumable)
    clock.forget(before: time - 2 * bound)
  }

  /// A mark resolves when its echo has come, though never before the ear can have reached it; without
  /// an echo, when by the policy's bound it has been heard.
  private func resolutionTime(of mark: SentMark) -> Int64 {
    guard !mark.isEchoed else { return mark.playedAt }
    return clock.latest(mark.playedAt, offset: mark.offset)
      + configuration.playback.latencyBound.wholeNanoseconds
  }

  private mutating func nextMark(at now: MonotonicTime) -> Outbound? {
    let playedAt = max(clock.earEnd ?? now.nanoseconds, now.nanoseconds)
    let echoes = configuration.playback.echoesMarks
    // The end of an utterance is its last audio, which leaves together with its padding.
    while let mark = marksToSend.first, mark.position <= sent {
      marksToSend.removeFirst()
      let name = place(mark.kind, position: mark.position, epoch: mark.epoch, playedAt: playedAt)
      if echoes { return .mark(name: name) }
    }
    let interval = configuration.wire.byteCount(
      nanoseconds: configuration.playback.markInterval.wholeNanoseconds)
    guard echoes, sent - lastMarkPosition >= interval, let speaking = sendingIndex else {
      return nil
    }
    let epoch = utterances[speaking].epoch
    return .mark(name: place(nil, position: sent, epoch: epoch, playedAt: playedAt))
  }

  /// Enters a mark among those whose echo is awaited; its name starts with a serial number, so that
  /// an echo can never be taken for that of another mark of the same label.
  private mutating func place(
    _ kind: QueuedMark.Kind?, position: Int, epoch: Epoch, playedAt: Int64
  ) -> String {
    lastMarkSerial += 1
    lastMarkPosition = sent
    marksSent.append(
      SentMark(
        serial: lastMarkSerial, position: position, offset: clock.left, epoch: epoch, kind: kind,
        playedAt: playedAt))
    if configuration.playback.echoesMarks { statistics.outbound.marks += 1 }
    if case .named(let label) = kind { return "\(lastMarkSerial):\(label)" }
    return String(lastMarkSerial)
  }

  /// The utterance whose audio leaves next.
  private var sendingIndex: Int? {
    for index in 0..<utterances.count {
      guard let end = utterances[index].end, end <= sent else { return index }
    }
    return nil
  }

  private struct Due {
    let time: Int64
    let index: Int
    let audio: Int
    let total: Int
  }

  /// The next chunk and when it is due; nil while there is not enough audio for one.
  private func chunkDue(at now: Int64) -> Due? {
    guard let index = sendingIndex else { return nil }
    let utterance = utterances[index]
    let policy = configuration.playback.chunk
    let waiting = (utterance.end ?? queue.end) - sent
    var audio: Int
    var total: Int
    if utterance.end != nil {
      guard waiting > 0 else { return nil }
      // A tail that fits into one chunk with what is before it wastes less padding than two.
      if waiting >= policy.preferredBytes + policy.minimumBytes || waiting > policy.maximumBytes {
        audio = policy.preferredBytes
        total = audio
      } else {
        audio = waiting
        let rounded = (waiting + policy.tailMultipleBytes - 1) / policy.tailMultipleBytes
        total = min(
          max(rounded * policy.tailMultipleBytes, policy.minimumBytes), policy.maximumBytes)
      }
    } else {
      var needed = policy.preferredBytes
      if begins(utterance.leavesSince, at: now) {
        needed += configuration.wire.byteCount(
          nanoseconds: configuration.playback.prime.wholeNanoseconds)
      }
      // Never wait for more than the queue can hold.
      guard waiting >= min(needed, max(capacityBytes, policy.preferredBytes)) else { return nil }
      audio = policy.preferredBytes
      total = audio
    }
    if let allowance, total > allowance - leftBytes {
      total = (allowance - leftBytes) / policy.multipleBytes * policy.multipleBytes
      guard total >= policy.minimumBytes else { return nil }
      audio = min(audio, total)
    }
    let duration = configuration.wire.nanoseconds(byteCount: total)
    let most = max(configuration.playback.platformBuffer.wholeNanoseconds - duration, 0)
    let time = (clock.earEnd ?? now) - min(lead.nanoseconds, most)
    return Due(time: time, index: index, audio: audio, total: total)
  }

  /// Whether an utterance that leaves since `leavesSince` begins, or begins again after silence.
  private func begins(_ leavesSince: Int64?, at now: Int64) -> Bool {
    leavesSince == nil || now > (clock.earEnd ?? .min)
  }

  private mutating func nextChunk(at now: MonotonicTime) -> LegalChunk? {
    let time = now.nanoseconds
    guard let due = chunkDue(at: time), due.time <= time else { return nil }
    let utterance = utterances[due.index]
    let chunk = LegalChunk(
      audio: sent..<(sent + due.audio), paddingByteCount: due.total - due.audio,
      epoch: utterance.epoch, endsUtterance: utterance.end == sent + due.audio,
      policy: configuration.playback.chunk)
    note(due, at: time, leavesSince: utterance.leavesSince)
    if begins(utterance.leavesSince, at: time) {
      utterances[due.index].leavesSince = time
    }
    clock.sent(sent..<chunk.audioEnd, padding: chunk.paddingByteCount, at: time)
    sent = chunk.audioEnd
    if refusedForRoom, writableBytes > 0 {
      refusedForRoom = false
      events.append(.roomAvailable)
    }
    return chunk
  }

  private mutating func note(_ due: Due, at time: Int64, leavesSince: Int64?) {
    statistics.outbound.messages += 1
    statistics.outbound.sentBytes += due.audio
    statistics.outbound.paddingBytes += due.total - due.audio
    guard let earEnd = clock.earEnd, let leavesSince else { return }
    // What builds up the lead at the beginning leaves at once and is not late.
    let lateness = time - max(due.time, leavesSince)
    lead.observe(lateness: lateness)
    statistics.outbound.lateness.add(.nanoseconds(lateness))
    statistics.outbound.lead.add(.nanoseconds(earEnd - time))
    if time > earEnd {
      statistics.outbound.underruns += 1
      statistics.outbound.insertedSilence += .nanoseconds(time - earEnd)
    }
  }
}
