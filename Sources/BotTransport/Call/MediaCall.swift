public import AudioEngine

/// What every call offers its bot, whatever the platform and whichever side connects.
///
/// A bot that is written for `some MediaCall` runs on all of them. Only this module's calls conform:
/// the requirements serve what all calls share.
public protocol MediaCall: Actor {
  /// Why the call may refuse speech.
  associatedtype SpeakingError: Error

  /// The loop the call lives on.
  nonisolated var loop: EventLoop { get }

  /// Throws where the bot may not speak.
  func checkMaySpeak() throws(SpeakingError)

  /// A refusal of the media's, as this call tells it.
  func speakingError(_ error: SpeechError) -> SpeakingError

  /// Who waits for the call's media, and what happened to them.
  var voice: CallVoice { get set }

  /// Whether the stream is over: no more is heard from the caller, and nothing said is heard by him.
  var isOver: Bool { get }

  /// Whether speech is taken.
  var takesSpeech: Bool { get }

  /// Lends the call's media; nil before the stream's start.
  func withMedia<Value, Failure: Error>(
    _ body: (inout MediaSession) throws(Failure) -> Value
  ) throws(Failure) -> Value?

  /// Takes what the media have to tell, and sees to it that what is due is sent.
  func mediaChanged()
}

extension MediaCall {
  /// The caller's audio on one unbroken line of time, each frame as much as has arrived: one frame a
  /// message where the bot keeps up. A bot that reads too slowly loses the oldest, which
  /// ``statistics`` counts. Ends with the call.
  public nonisolated var audio: CallAudio<Self> {
    CallAudio(call: self, frameDuration: nil, rate: nil)
  }

  /// The caller's audio at `rate`, whatever the call's own, in frames of exactly `duration` where one is
  /// given, as recognisers and voice detectors want it: 10, 20, 30 or 32 ms. What is left at the end of
  /// the call and fills no frame is not given.
  public nonisolated func audio(
    frame duration: Duration? = nil, at rate: SampleRate
  ) -> CallAudio<Self> {
    CallAudio(call: self, frameDuration: duration, rate: rate)
  }

  /// What happens in the call beside its audio, from its start on; ends with the call.
  ///
  /// The bot's own stream: each event is given once, to whoever reads it. The newest
  /// ``CallEvent/mostWaiting`` wait; a bot that reads more slowly is told by
  /// ``CallEvent/missed(_:)`` how many of the oldest it has lost.
  public nonisolated var events: CallEvents { CallEvents(call: self, isWatching: false) }

  /// The same events for somebody beside the bot, a recorder or a console, from the first that it waits
  /// for on. Each watcher has its own place and takes nothing from the bot or from other watchers. The
  /// same rule bounds it.
  public nonisolated func watch() -> CallEvents { CallEvents(call: self, isWatching: true) }

  /// Begins an utterance; one that is still open is finished first.
  ///
  /// - Parameter options: at the bot's rate, and one that may be interrupted, where none are given.
  /// - Returns: the utterance, to be written.
  /// - Throws: why the bot may not speak.
  public func say(
    _ options: UtteranceOptions = UtteranceOptions()
  ) throws(SpeakingError) -> Utterance {
    try checkMaySpeak()
    do { return try begin(options) } catch { throw speakingError(error) }
  }

  /// Sends audio that belongs to no utterance of the bot's own, as an echo does.
  ///
  /// The frame may have any rate. It goes into the utterance that is open, or into one that ends by
  /// itself when nothing follows for a while. After an interruption it begins another one, so a bot
  /// whose speech arrives late should use ``say(_:)`` and name its utterances. A full queue does what
  /// its policy says: it lets the bot wait, refuses, or drops the oldest.
  ///
  /// - Throws: why it cannot be sent.
  public nonisolated func send(_ frame: AudioFrame) async throws(SpeakingError) {
    try await sendWhereItRuns(frame)
  }

  /// Says what `body` writes, and waits until it was heard or cut short.
  ///
  /// ```swift
  /// let outcome = try await call.say { answer in
  ///   for try await piece in synthesiser.speak(text) { try await answer.write(piece) }
  /// }
  /// ```
  ///
  /// - Returns: how the utterance ended. That it was interrupted, or that the call ended, is no error,
  ///   also where `body` was still writing.
  /// - Throws: why the bot may not speak, or what `body` throws; what it had written is said to its end
  ///   then.
  @discardableResult
  public nonisolated func say(
    _ options: UtteranceOptions = UtteranceOptions(),
    _ body: (Utterance) async throws -> Void
  ) async throws -> UtteranceOutcome {
    let utterance = try await say(options)
    do {
      try await body(utterance)
      try await utterance.finish()
    } catch let error as SpeechError where error == .interrupted || error == .closed {
      return await utterance.outcome
    } catch {
      try? await utterance.finish()
      throw error
    }
    return await utterance.outcome
  }

  /// Says a recording of any rate, and waits until it was heard or cut short.
  ///
  /// - Returns: how it ended.
  /// - Throws: why the bot may not speak.
  @discardableResult
  public nonisolated func play(
    _ file: WaveFile, isInterruptible: Bool = true
  ) async throws -> UtteranceOutcome {
    let options = UtteranceOptions(rate: file.rate, isInterruptible: isInterruptible)
    return try await say(options) { try await $0.write(file) }
  }

  /// Ends all speech at once and tells the platform to drop what it holds.
  @discardableResult
  public func interrupt() -> InterruptResult {
    voice.input.drop()
    return step { $0.interrupt(at: $1) } ?? .idle
  }

  /// Holds speech until ``resume()`` or ``interrupt()``; false when nothing was being said.
  @discardableResult
  public func pause() -> Bool { step { $0.pause(at: $1) } ?? false }

  /// Goes on where the caller stopped hearing.
  public func resume() { _ = step { $0.resume(at: $1) } }

  /// Tells how far the bot is with its answer, for the parts of the ``Turn`` that the caller waits in; what
  /// is told at any other time is of none.
  public func note(_ reached: Turn.Step) { _ = step { $0.note(reached, at: $1) } }

  /// Answers ``CallEvent/bargeInAsked(within:)``: whether a caller who has spoken over the bot interrupts
  /// it.
  ///
  /// - Returns: whether the answer came in time.
  @discardableResult
  public func decideBargeIn(_ verdict: BargeInVerdict) -> Bool {
    step { $0.decideBargeIn(verdict, at: $1) } ?? false
  }

  /// How much of the speech the caller has heard; nil before the stream's start.
  public var position: PlaybackPosition? { step { $0.position(at: $1) } }

  /// How much speech waits here to be sent; what the platform holds is not among it.
  public var queuedDuration: Duration { withMedia { $0.queuedDuration } ?? .zero }

  /// What happened in the call's media so far.
  public var statistics: SessionStatistics {
    withMedia { $0.statistics } ?? SessionStatistics()
  }

  /// Waits until the caller has heard everything that was said, at most for `timeout`.
  ///
  /// - Returns: whether he has; false too where the call ended before that.
  @discardableResult
  public func drain(timeout: Duration = .seconds(30)) async -> Bool {
    if !isOver, !isDrained {
      let alarm = LoopTimer(loop: loop) { [weak self] in
        self?.assumeIsolated { $0.voice.wakeDrained() }
      }
      let deadline = loop.now + timeout
      alarm.arm(at: deadline)
      await withCheckedContinuation { continuation in
        if isOver || isDrained || loop.now >= deadline {
          continuation.resume()
        } else {
          voice.addDrain(continuation)
        }
      }
      alarm.cancel()
    }
    return isDrained && !voice.isCutOff
  }

  /// What the bot has said is finished and heard to its end, at most for `timeout`.
  func finishSpeaking(within timeout: Duration) async {
    if let open = withMedia({ $0.openEpoch }) ?? nil { try? await finish(open) }
    await drain(timeout: timeout)
  }

  /// Enters the call from its loop's thread, which is checked; `body` captures nothing. `assumeIsolated` does as
  /// much, asks Swift's runtime and allocates.
  @inline(__always)
  nonisolated func inside<Argument, Value, Failure: Error>(
    _ body: @escaping (isolated Self, Argument) throws(Failure) -> Value, _ argument: Argument
  ) throws(Failure) -> Value {
    loop.checkIsolated()
    return try unsafe unsafeBitCast(
      body, to: ((Self, Argument) throws(Failure) -> Value).self)(self, argument)
  }

  private var isDrained: Bool { withMedia { $0.isDrained } ?? true }

  /// Lets the media do something, then what follows from it.
  func step<Value>(_ body: (inout MediaSession, MonotonicTime) -> Value) -> Value? {
    let now = loop.now
    let value = withMedia { body(&$0, now) }
    mediaChanged()
    return value
  }

  /// Takes what the media have to tell.
  func takeMediaEvents() {
    while let event = withMedia({ $0.nextEvent() }) ?? nil {
      voice.take(event, at: loop.now)
      if case .turnEndAsked(let question) = event { askTurnDetector(question) }
      voice.follower?.callTold(event)
    }
    if voice.hasDrainWaiters, isDrained { voice.wakeDrained() }
    passRecording()
  }
}
