public import AudioEngine
public import Telephony

// Hearing and speaking.
extension AgenTaoCall: MediaCall {
  /// The call's audio on one unbroken line of time, each frame as much as has arrived. A bot that reads
  /// too slowly loses the oldest, counted in ``statistics``. Ends with the call.
  public nonisolated var audio: CallAudio { CallAudio(call: self, sampleCount: nil) }

  /// The call's audio in frames of exactly `duration`. What is left at the end and fills no frame is
  /// not given.
  public nonisolated func audio(frame duration: Duration, at rate: SampleRate) -> CallAudio {
    let count = rate.sampleCount(nanoseconds: duration.wholeNanoseconds)
    return CallAudio(call: self, sampleCount: max(count, 1))
  }

  /// Begins an utterance.
  ///
  /// - Throws: ``AgenTaoSendError``: the call is over, being left, or not answered.
  public func say(
    _ options: UtteranceOptions = UtteranceOptions()
  ) throws(AgenTaoSendError) -> Utterance {
    try session.checkMaySpeak()
    do {
      return Utterance(call: self, epoch: try session.media.beginUtterance(options, at: loop.now))
    } catch {
      throw sendError(error)
    }
  }

  /// Sends audio that belongs to no utterance of the bot's own. A full queue does what
  /// ``AgenTaoCallConfiguration/whenFull`` says: it lets the bot wait, refuses, or drops the oldest.
  ///
  /// - Throws: ``AgenTaoSendError``.
  public func send(_ frame: AudioFrame) async throws(AgenTaoSendError) {
    try session.checkMaySpeak()
    do {
      try await write(frame.samples) { (call, samples) throws(SpeechError) in
        try call.session.media.write(samples, at: call.loop.now)
      }
    } catch {
      throw sendError(error)
    }
  }

  /// Takes all of the samples or none, at once, whatever the policy of a full queue; the rest as
  /// ``send(_:)``.
  ///
  /// - Throws: ``AgenTaoSendError/bufferFull(capacityBytes:queuedBytes:)`` where they do not fit.
  public func enqueue(_ samples: [Int16]) throws(AgenTaoSendError) {
    try session.checkMaySpeak()
    let room = session.media.writableDuration.wholeNanoseconds
    let rate = session.media.configuration.botRate
    // A nanosecond more, since the way through time rounds down.
    guard samples.count <= rate.sampleCount(nanoseconds: room + 1) else { throw bufferFull }
    do {
      _ = try session.media.write(samples.span, at: loop.now)
    } catch {
      throw sendError(error)
    }
    step()
  }

  /// Ends all speech at once and lets the server drop what it holds, without waiting for its word.
  @discardableResult
  public func interrupt() -> InterruptResult {
    defer { step() }
    return session.media.interrupt(at: loop.now)
  }

  /// Holds speech until ``resume()`` or ``interrupt()``; false when nothing was being said.
  @discardableResult
  public func pause() -> Bool {
    defer { step() }
    return session.media.pause(at: loop.now)
  }

  /// Goes on where the caller stopped hearing.
  public func resume() {
    session.media.resume(at: loop.now)
    step()
  }

  /// How much of the speech has been heard.
  public var position: PlaybackPosition {
    defer { step() }
    return session.media.position(at: loop.now)
  }

  /// Waits until everything that was said has been heard, as far as that can be known, at most for
  /// `timeout`; gives whether it was.
  @discardableResult
  public func waitUntilPlayed(timeout: Duration = .seconds(60)) async -> Bool {
    guard session.state.termination == nil, !session.media.isDrained else { return true }
    let alarm = LoopTimer(loop: loop) { [weak self] in
      self?.assumeIsolated { $0.waiters.wakeDrained() }
    }
    let deadline = loop.now + timeout
    alarm.arm(at: deadline)
    await withCheckedContinuation { continuation in
      if session.state.termination != nil || session.media.isDrained || loop.now >= deadline {
        continuation.resume()
      } else {
        waiters.addDrain(continuation)
      }
    }
    alarm.cancel()
    return session.state.termination == nil && session.media.isDrained
  }

  /// Speech that waits here to be sent, in wire bytes; what the server holds is not among it.
  public var queuedByteCount: Int { session.queueBytes.queued }

  /// The same as time.
  public var queuedDuration: Duration { session.media.queuedDuration }

  /// What happened in the call's media so far.
  public var statistics: SessionStatistics { session.media.statistics }

  private var bufferFull: AgenTaoSendError {
    let queue = session.queueBytes
    return .bufferFull(capacityBytes: queue.capacity, queuedBytes: queue.queued)
  }

  private func sendError(_ error: SpeechError) -> AgenTaoSendError {
    switch error {
    case .full: bufferFull
    case .closed, .unidirectional:
      session.state.termination.map { .callClosed($0) } ?? .bufferClosed
    case .interrupted, .finished, .unknownEpoch: .utteranceOver
    case .unsupportedRate: .unsupportedRate
    }
  }
}

// For ``CallAudio`` and ``Utterance``.
extension AgenTaoCall {
  func nextFrame(_ count: Int?) async -> AudioFrame? {
    while !Task.isCancelled {
      if let frame = readFrame(count) { return frame }
      guard session.state.termination == nil else { return nil }
      await withTaskCancellationHandler {
        unsafe await withUnsafeContinuation { continuation in
          if Task.isCancelled || session.state.termination != nil || hasFrame(count) {
            unsafe continuation.resume()
          } else {
            unsafe waiters.addReader(continuation)
          }
        }
      } onCancel: {
        loop.perform { [weak self] in self?.assumeIsolated { $0.waiters.wakeReader() } }
      }
    }
    return nil
  }

  private func hasFrame(_ count: Int?) -> Bool {
    session.media.readableCount >= max(count ?? 1, 1)
  }

  /// A frame of `count` samples, or of all there are, at most a second.
  private func readFrame(_ count: Int?) -> AudioFrame? {
    let rate = session.media.configuration.botRate
    let readable = session.media.readableCount
    let wanted = count ?? min(readable, rate.hertz)
    guard readable > 0, readable >= wanted else { return nil }
    let samples = unsafe [Int16](
      unsafeUninitializedCapacity: wanted
    ) { buffer, filled in
      var span = unsafe buffer.mutableSpan
      filled = session.media.read(into: &span)
    }
    return AudioFrame(samples: samples, rate: rate)
  }

  func write(_ samples: [Int16], to epoch: Epoch) async throws(SpeechError) {
    try await write(samples) { (call, samples) throws(SpeechError) in
      try call.session.media.write(samples, to: epoch, at: call.loop.now)
    }
  }

  /// Offers samples until all are taken, waiting for room in between.
  private func write(
    _ samples: [Int16],
    _ take: (isolated AgenTaoCall, Span<Int16>) throws(SpeechError) -> Int
  ) async throws(SpeechError) {
    var start = 0
    while start < samples.count {
      guard !session.isLeaving else { throw .closed }
      let seen = waiters.roomCount
      start += try take(self, samples.span.extracting(start..<samples.count))
      step()
      guard start < samples.count else { return }
      await withCheckedContinuation { waiters.addWriter($0, seen: seen) }
    }
  }

  func mark(_ name: String, in epoch: Epoch) throws(SpeechError) {
    try session.media.mark(name, in: epoch)
    step()
  }

  func attach(
    text: String, from start: Duration, to end: Duration, in epoch: Epoch
  ) throws(SpeechError) {
    try session.media.attach(text: text, from: start, to: end, in: epoch)
  }

  func finish(_ epoch: Epoch) throws(SpeechError) {
    try session.media.finish(epoch)
    step()
  }

  func outcome(of epoch: Epoch) async -> UtteranceOutcome {
    if let outcome = waiters.outcome(of: epoch) { return outcome }
    guard session.state.termination == nil else { return .closed(played: .zero) }
    return await withCheckedContinuation { continuation in
      if let outcome = waiters.outcome(of: epoch) {
        continuation.resume(returning: outcome)
      } else if session.state.termination != nil {
        continuation.resume(returning: .closed(played: .zero))
      } else {
        waiters.add(continuation, for: epoch)
      }
    }
  }
}
