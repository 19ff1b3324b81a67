import AudioEngine

// How speech goes in, for all calls.
extension MediaCall {
  /// Samples that are taken at once: what a bot hands over by the minute keeps no other call waiting.
  private static var samplesPerTurn: Int { 16_000 }

  /// Writes what fits of samples that need no change on their way, as most do.
  ///
  /// - Returns: how many were taken; the rest is for ``write(_:from:at:to:)``.
  func writeNow(
    _ samples: [Int16], at rate: SampleRate?, to epoch: Epoch?
  ) throws(SpeechError) -> Int {
    guard takesSpeech else { throw .closed }
    guard !samples.isEmpty, samples.count <= Self.samplesPerTurn else { return 0 }
    let now = loop.now
    do throws(SpeechError) {
      let input = voice.input
      let taken = try withMedia { (media) throws(SpeechError) -> Int in
        let target = input.rate(of: epoch ?? media.openEpoch) ?? media.configuration.botRate
        guard input.passes(from: rate ?? target, to: target) else { return 0 }
        if let epoch { return try media.write(samples.span, to: epoch, at: now) }
        return try media.write(samples.span, at: now)
      }
      mediaChanged()
      return taken ?? 0
    } catch {
      voice.input.drop()
      throw error
    }
  }

  /// Sends a frame. A bot that runs on the call's loop is not sent there, which would cost two switches of
  /// its task a frame.
  @inline(__always)
  nonisolated func sendWhereItRuns(_ frame: AudioFrame) async throws(SpeakingError) {
    var taken = 0
    if loop.isCurrent {
      taken = try inside(
        { (call, frame) throws(SpeakingError) in try call.sendNow(frame) }, frame)
      if taken == frame.samples.count { return }
    }
    try await send(frame, from: taken)
  }

  /// Sends what fits at once.
  ///
  /// - Returns: how many samples were taken.
  private func sendNow(_ frame: AudioFrame) throws(SpeakingError) -> Int {
    try checkMaySpeak()
    do {
      return try writeNow(frame.samples, at: frame.rate, to: nil)
    } catch {
      throw speakingError(error)
    }
  }

  private func send(_ frame: AudioFrame, from start: Int) async throws(SpeakingError) {
    let start = start > 0 ? start : try sendNow(frame)
    guard start < frame.samples.count else { return }
    do {
      try await write(frame.samples, from: start, at: frame.rate, to: nil)
    } catch {
      throw speakingError(error)
    }
  }

  /// Writes samples of any rate to an utterance, or to whichever is open or begins by itself.
  func write(
    _ samples: [Int16], at rate: SampleRate?, to epoch: Epoch?
  ) async throws(SpeechError) {
    let taken = try writeNow(samples, at: rate, to: epoch)
    guard taken < samples.count else { return }
    try await write(samples, from: taken, at: rate, to: epoch)
  }

  /// The same for the samples from `start` on.
  func write(
    _ samples: [Int16], from start: Int, at rate: SampleRate?, to epoch: Epoch?
  ) async throws(SpeechError) {
    guard
      let (open, botRate, policy) = withMedia({
        ($0.openEpoch, $0.configuration.botRate, $0.configuration.whenFull)
      })
    else { throw .closed }
    let target = voice.input.rate(of: epoch ?? open) ?? botRate
    // A queue that refuses takes all or nothing.
    let most = policy == .refuse ? max(samples.count, 1) : Self.samplesPerTurn
    let first = start
    var start = start
    while start < samples.count {
      if start > first { await Task.yield() }
      let end = min(start + most, samples.count)
      let piece = try voice.input.convert(
        samples, start..<end, from: rate ?? target, to: target, in: epoch ?? open)
      do throws(SpeechError) {
        try await offer(piece.samples, piece.range, to: epoch, policy)
      } catch {
        voice.input.drop()
        throw error
      }
      if epoch == nil { voice.input.continues(in: withMedia { $0.openEpoch } ?? nil) }
      start = end
    }
  }

  /// Offers samples until all are taken, waiting for room in between.
  private func offer(
    _ samples: [Int16], _ range: Range<Int>, to epoch: Epoch?, _ policy: FullQueuePolicy
  ) async throws(SpeechError) {
    var start = range.lowerBound
    while start < range.upperBound {
      guard takesSpeech else { throw .closed }
      let seen = voice.roomCount
      let now = loop.now
      let taken = try withMedia { (media) throws(SpeechError) -> Int in
        let rest = samples.span.extracting(start..<range.upperBound)
        if let epoch { return try media.write(rest, to: epoch, at: now) }
        return try media.write(rest, at: now)
      }
      mediaChanged()
      start += taken ?? 0
      guard start < range.upperBound else { return }
      if policy == .wait {
        await withCheckedContinuation { continuation in
          if takesSpeech {
            voice.addWriter(continuation, seen: seen)
          } else {
            continuation.resume()
          }
        }
      } else if taken ?? 0 == 0 {
        // Dropping the oldest makes room; what finds none all the same never will.
        throw .full
      }
    }
  }

  /// The samples that `bytes` and half of one from before make.
  func samples(of bytes: [UInt8], in epoch: Epoch) -> [Int16] {
    voice.input.samples(of: bytes, in: epoch)
  }

  /// Begins an utterance on behalf of a front's `say`.
  func begin(_ options: UtteranceOptions) throws(SpeechError) -> Utterance {
    let now = loop.now
    let epoch = try withMedia { (media) throws(SpeechError) in
      try media.beginUtterance(options, at: now)
    }
    guard let epoch else { throw .closed }
    voice.input.begin(epoch, at: options.rate)
    return Utterance(call: self, epoch: epoch)
  }

  func mark(_ name: String, in epoch: Epoch) throws(SpeechError) {
    try withMedia { (media) throws(SpeechError) in try media.mark(name, in: epoch) }
    mediaChanged()
  }

  func attach(
    text: String, from start: Duration, to end: Duration, in epoch: Epoch
  ) throws(SpeechError) {
    try withMedia { (media) throws(SpeechError) in
      try media.attach(text: text, from: start, to: end, in: epoch)
    }
    voice.note(SpokenText(text: text, start: start, end: end, epoch: epoch))
  }

  func finish(_ epoch: Epoch) async throws(SpeechError) {
    let tail = voice.input.finish(epoch)
    if !tail.isEmpty, let policy = withMedia({ $0.configuration.whenFull }) {
      do throws(SpeechError) {
        try await offer(tail, 0..<tail.count, to: epoch, policy)
      } catch {
        // A queue that refuses has no room for the last milliseconds: no reason not to finish.
        guard error == .full else { throw error }
      }
    }
    try withMedia { (media) throws(SpeechError) in try media.finish(epoch) }
    mediaChanged()
  }

  func outcome(of epoch: Epoch) async -> UtteranceOutcome {
    if let outcome = voice.outcome(of: epoch, isOver: isOver) { return outcome }
    return await withCheckedContinuation { continuation in
      if let outcome = voice.outcome(of: epoch, isOver: isOver) {
        continuation.resume(returning: outcome)
      } else {
        voice.add(continuation, for: epoch)
      }
    }
  }
}
