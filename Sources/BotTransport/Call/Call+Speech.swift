public import AudioEngine
public import Telephony

/// Speaking.
extension Call {
  /// Sends audio that belongs to no utterance of the bot's own, as an echo does.
  ///
  /// Waits while the queue is full. What is sent ends by itself when nothing follows for a while;
  /// after an interruption it begins anew, so a bot whose speech arrives late should use
  /// ``say(_:)`` and name its utterances.
  ///
  /// - Throws: ``SpeechError`` when it cannot be sent.
  public func send(_ frame: AudioFrame) async throws(SpeechError) {
    try await write(frame.samples) { (call, samples) throws(SpeechError) in
      guard call.session.isLive, !call.isLeaving else { throw .closed }
      return try call.session.media?.write(samples, at: call.loop.now) ?? 0
    }
  }

  /// Begins an utterance.
  ///
  /// - Throws: ``SpeechError`` when the bot may not speak.
  public func say(
    _ options: UtteranceOptions = UtteranceOptions()
  ) throws(SpeechError) -> Utterance {
    guard session.isLive, !isLeaving,
      let epoch = try session.media?.beginUtterance(options, at: loop.now)
    else { throw .closed }
    return Utterance(call: self, epoch: epoch)
  }

  /// Ends all speech at once and tells the platform to drop what it holds.
  @discardableResult
  public func interrupt() -> InterruptResult {
    step { $0.interrupt(at: $1) } ?? .idle
  }

  /// Holds speech until ``resume()`` or ``interrupt()``; false when nothing was being said.
  @discardableResult
  public func pause() -> Bool {
    step { $0.pause(at: $1) } ?? false
  }

  /// Goes on where the caller stopped hearing.
  public func resume() {
    _ = step { $0.resume(at: $1) }
  }

  /// How much of the speech the caller has heard.
  public var position: PlaybackPosition? {
    step { $0.position(at: $1) }
  }

  /// Waits until the caller has heard everything, at most for `timeout`.
  ///
  /// - Returns: whether everything was heard.
  @discardableResult
  public func drain(timeout: Duration = .seconds(30)) async -> Bool {
    guard !isEnded, session.media?.isDrained == false else { return true }
    let alarm = LoopTimer(loop: loop) { [self] in
      assumeIsolated { $0.waiters.wakeDrained() }
    }
    let deadline = loop.now + timeout
    alarm.arm(at: deadline)
    await withCheckedContinuation { continuation in
      if isEnded || session.media?.isDrained ?? true || loop.now >= deadline {
        continuation.resume()
      } else {
        waiters.addDrain(continuation)
      }
    }
    alarm.cancel()
    return !isEnded && session.media?.isDrained ?? true
  }

  /// Ends the call now: what waits is dropped and the socket is closed.
  public func hangUp(code: CloseCode = .normal, reason: String = "") {
    session.end(code: code.rawValue, reason: reason, at: loop.now)
    takeEvents()
    waiters.wakeReader()
    schedule()
  }

  /// The bot is done: what it has said is heard to the end, then the call is closed.
  func botReturned() async {
    if let open = session.media?.openEpoch { try? session.media?.finish(open) }
    takeEvents()
    schedule()
    // No more can wait than the queue holds and the platform plays late.
    await drain(timeout: session.configuration.outboundCapacity + .seconds(10))
    hangUp(code: isLeaving ? .goingAway : .normal)
  }

  func botFailed(_ error: any Error) {
    // That it may say nothing new is no fault of a bot; what it has said is heard to the end.
    guard !isLeaving else { return }
    // The end of the call is what stops most bots: nothing is wrong with that.
    hangUp(code: error is CancellationError ? .goingAway : .internalError, reason: "bot failed")
  }

  /// Waits until the call is over.
  public func ended() async {
    guard !isEnded else { return }
    await withCheckedContinuation { continuation in
      if isEnded { continuation.resume() } else { endWaiters.append(continuation) }
    }
  }

  /// What happened in the call's media so far.
  public var statistics: SessionStatistics { session.media?.statistics ?? SessionStatistics() }

  /// What the platform sent that could not be used, by kind.
  public var refused: [RefusedInput: Int] { session.refused }

  /// What the platform said when the stream started.
  public var start: StreamStart { session.start ?? StreamStart() }

  /// The platform, once it is known.
  public var platform: Platform? { session.platform }

  /// The wire's format, once the stream has started.
  public var wireFormat: WireFormat? { session.media?.configuration.wire }

  /// Is told how each mark ended, on the loop's thread.
  public func onMark(_ handler: (@Sendable (String, MarkOutcome) -> Void)?) {
    markHandler = handler
  }

  /// Lets the session do something, then what follows from it.
  func step<Value>(_ body: (inout MediaSession, MonotonicTime) -> Value) -> Value? {
    let now = loop.now
    let value = session.media?.apply { body(&$0, now) }
    takeEvents()
    schedule()
    return value
  }

  /// Samples that are taken at once: what a bot hands over by the minute keeps no other call waiting.
  /// A queue that refuses takes all or nothing.
  private static let samplesPerTurn = 16_000

  /// Offers samples until all are taken, waiting for room in between.
  func write(
    _ samples: [Int16],
    _ take: (isolated Call, Span<Int16>) throws(SpeechError) -> Int
  ) async throws(SpeechError) {
    let most =
      session.configuration.whenFull == .wait ? Self.samplesPerTurn : samples.count
    var start = 0
    while start < samples.count {
      let seen = waiters.roomCount
      let end = min(start + most, samples.count)
      start += try take(self, samples.span.extracting(start..<end))
      takeEvents()
      schedule()
      guard start < samples.count else { return }
      if start == end {
        await Task.yield()
      } else {
        await withCheckedContinuation { waiters.addWriter($0, seen: seen) }
      }
    }
  }
}

extension MediaSession {
  /// Lends the session, which cannot be copied out of an optional.
  fileprivate mutating func apply<Value>(_ body: (inout MediaSession) -> Value) -> Value {
    body(&self)
  }
}

/// One thing the bot says. Its methods act on the call's loop.
public struct Utterance: Sendable {
  let call: any MediaCall
  /// The utterance's epoch.
  public let epoch: Epoch

  /// Says more. Waits while the queue is full.
  ///
  /// - Parameter samples: mono, at the utterance's rate, any number.
  /// - Throws: ``SpeechError``; ``SpeechError/interrupted`` tells that the rest is not wanted.
  public func write(_ samples: [Int16]) async throws(SpeechError) {
    try await call.write(samples, to: epoch)
  }

  /// Names the place after what was written so far; ``Call/onMark(_:)`` tells when it was heard.
  public func mark(_ name: String) async throws(SpeechError) {
    try await call.mark(name, in: epoch)
  }

  /// Attaches words to the stretch of speech between two times from the utterance's start.
  public func attach(text: String, from start: Duration, to end: Duration) async throws(SpeechError)
  {
    try await call.attach(text: text, from: start, to: end, in: epoch)
  }

  /// Ends the utterance; the rest of it is sent.
  public func finish() async throws(SpeechError) {
    try await call.finish(epoch)
  }

  /// How the utterance ended, once it has.
  public var outcome: UtteranceOutcome {
    get async { await call.outcome(of: epoch) }
  }
}

extension Call {
  func write(_ samples: [Int16], to epoch: Epoch) async throws(SpeechError) {
    try await write(samples) { (call, samples) throws(SpeechError) in
      try call.session.media?.write(samples, to: epoch, at: call.loop.now) ?? 0
    }
  }

  func mark(_ name: String, in epoch: Epoch) throws(SpeechError) {
    try session.media?.mark(name, in: epoch)
    schedule()
  }

  func attach(
    text: String, from start: Duration, to end: Duration, in epoch: Epoch
  ) throws(SpeechError) {
    try session.media?.attach(text: text, from: start, to: end, in: epoch)
  }

  func finish(_ epoch: Epoch) throws(SpeechError) {
    try session.media?.finish(epoch)
    takeEvents()
    schedule()
  }

  func outcome(of epoch: Epoch) async -> UtteranceOutcome {
    if let outcome = waiters.outcome(of: epoch) { return outcome }
    guard !isEnded else { return .closed(played: .zero) }
    return await withCheckedContinuation { continuation in
      if let outcome = waiters.outcome(of: epoch) {
        continuation.resume(returning: outcome)
      } else if isEnded {
        continuation.resume(returning: .closed(played: .zero))
      } else {
        waiters.add(continuation, for: epoch)
      }
    }
  }
}
