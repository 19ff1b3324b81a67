/// The media of one call, sans-IO: it is handed bytes and the time, and hands back bytes and the time
/// of its next deadline.
///
/// It opens nothing, sleeps on nothing and reads no clock. Caller audio goes in with
/// ``receive(_:timing:at:)`` and comes out at the bot's rate with ``read(into:)``. Speech goes in with
/// ``write(_:to:at:)`` and leaves through ``poll(at:)`` in chunks that the platform allows, paced so
/// that it runs ahead of the caller's ear by a bounded lead. ``interrupt(at:)`` ends it at once.
///
/// Whoever drives a session calls ``poll(at:)`` until it gives nil, then sleeps until
/// ``nextDeadline(at:)`` or until something else happens, and takes ``nextEvent()`` after each step.
/// Times must not go backwards.
///
/// Not thread-safe: a session belongs to one thread or actor. In steady state no method allocates.
public struct MediaSession: ~Copyable {
  // Stored in the order in which a message meets it: a thousand calls do not fit into a processor's cache, and
  // what is read together lies together. First what may be there and mostly is not, then the ways of speech and
  // of the caller's audio, then what few messages ask for.

  /// Whether ``close(at:)`` has been called.
  public private(set) var isClosed = false

  /// Hears when the caller speaks; ``SessionEvent/callerSpeech(_:)`` tells. None by default.
  public var detector: (any SpeechDetector)? {
    // Set through an optional session, as `session?.detector = detector`, a stored property of a noncopyable
    // type would never release what it held before.
    get { listener }
    set {
      listener = newValue
      hears = newValue != nil
    }
  }
  /// The payload bytes that may have left by now, counted as ``leftBytes`` counts them: for platforms
  /// that pull. Nothing leaves beyond it, and a chunk is made smaller to fit; nil, the default, where
  /// the platform takes whatever comes.
  public var allowance: Int?

  /// What ``detector`` holds.
  var listener: (any SpeechDetector)?
  /// Whether there is one: asked with every message, which should copy nothing for it.
  private var hears = false
  /// What hears tones, where they are to be heard: one or none, so that calls without pay for no more than
  /// an empty array.
  var toneDetectors: [ToneDetectors] = []
  /// Decides when the caller's turn is over: one or none, as above.
  var turnPolicy: [(policy: EndOfTurnPolicy, state: EndOfTurn)] = []
  /// Cleans the caller's audio; nil where it is left as it comes.
  let stage: CallerStage?
  /// Writes down what is said and heard; nil for nothing.
  var recorder: Recorder?
  /// Writes down all that goes in and out; nil for nothing. Its driver sets it.
  package var trace: TraceRecorder?
  /// What the bot is still to be told, oldest first.
  var events = FIFO<SessionEvent>()

  /// The bot's speech until it leaves.
  var speech: Speech
  /// The same from there to the caller's ear.
  var playout: Playout
  /// Caller audio.
  var inbound: InboundTimeline
  /// The caller who speaks over the bot.
  var barge = BargeIn()
  /// When both speak; nil until a detector has heard the caller.
  var turns: TurnClock?
  /// What the session was made with.
  public let configuration: SessionConfiguration
  /// What has happened so far.
  public internal(set) var statistics = SessionStatistics()
  /// When a caller whom the detector hears interrupts the bot's speech; nil, the default, for never.
  public var bargeIn: BargeInPolicy? {
    didSet {
      trace?.add(.bargeIn) { [bargeIn] bytes in
        bytes.append(optional: bargeIn) { $1.write(to: &$0) }
      }
    }
  }

  /// Makes the session of a call that has just started.
  ///
  /// - Throws: ``SessionError`` when the bot's rate and the wire's cannot be connected.
  public init(configuration: SessionConfiguration) throws(SessionError) {
    self.configuration = configuration
    for rate in [configuration.wire.rate, configuration.botRate] where !rate.isTelephony {
      throw .unsupportedRate(rate)
    }
    let stage = try CallerStage.wanted(by: configuration)
    do {
      inbound = try InboundTimeline(configuration: configuration)
    } catch {
      throw .resampler(error)
    }
    self.stage = stage
    speech = Speech(configuration)
    playout = Playout(configuration.playback, wire: configuration.wire)
  }

  /// The next thing the bot should know, oldest first.
  public mutating func nextEvent() -> SessionEvent? {
    let event = events.removeFirst()
    if let event { trace?.add(event) }
    return event
  }

  /// Ends the session: what has not been heard is dropped, every utterance and mark resolves as
  /// closed, and further speech is refused. Audio of the caller that has arrived can still be read.
  public mutating func close(at now: MonotonicTime) {
    trace?.enter(.close, at: now)
    defer { trace?.leave() }
    guard !isClosed else { return }
    // First of all: what is still to be decided is overtaken, also where its time has come meanwhile.
    forgetBargeIn(at: now)
    advance(to: now)
    isClosed = true
    turnPolicy = []
    recorder?.finish(at: now)
    dropSpeech(mark: .closed, at: now) { .closed(played: $0) }
    turns?.close(at: now.nanoseconds)
    tellTurn()
    playout.close()
    inbound.endOfStream()
  }

  /// Takes the payload of one media message.
  ///
  /// - Parameters:
  ///   - base64: the payload's text, without quotes and escapes.
  ///   - timing: what the platform says of the message's place in the stream.
  ///   - now: when it arrived.
  /// - Returns: what became of it. A payload that is not base64 is dropped whole and counted.
  /// - Complexity: O(n). Allocates only for the waiting audio to grow.
  public mutating func receive(
    _ base64: RawSpan, timing: MediaTiming = MediaTiming(), at now: MonotonicTime
  ) -> ReceiveResult {
    guard !isClosed else { return .closed }
    return heard(
      inbound.receive(base64, timing: timing, at: now, statistics: &statistics.inbound), at: now)
  }

  /// Takes the payload of one binary media message: wire bytes as they are, of any number. Half a
  /// sample at the end waits for the next payload. Else as ``receive(_:timing:at:)``.
  public mutating func receive(
    payload: RawSpan, timing: MediaTiming = MediaTiming(), at now: MonotonicTime
  ) -> ReceiveResult {
    guard !isClosed else { return .closed }
    return heard(
      inbound.receive(
        payload: payload, timing: timing, at: now, statistics: &statistics.inbound), at: now)
  }

  /// Does with what was taken what is to be done before the bot reads it.
  private mutating func heard(_ result: ReceiveResult, at now: MonotonicTime) -> ReceiveResult {
    guard result == .taken else { return result }
    if let trace { inbound.note(in: trace) }
    if recorder != nil {
      inbound.record { recorder?.heard($0) }
      recorder?.callerMessageEnded(at: now)
    }
    inbound.soothe()
    if stage != nil { enhance(at: now) }
    if hears || !toneDetectors.isEmpty { listen(at: now) }
    return result
  }

  /// Caller audio that can be read now, in samples at the bot's rate.
  public var readableCount: Int { inbound.available }

  /// Reads caller audio at the bot's rate into `frame`, from its start.
  ///
  /// - Returns: the samples written, at most `frame.count`; fewer when less has arrived.
  /// - Complexity: O(`frame.count`). Allocates nothing.
  public mutating func read(into frame: inout MutableSpan<Int16>) -> Int {
    inbound.read(into: &frame)
  }

  /// Takes the platform's word that its queue of caller audio for us is filling: counts it, and halves
  /// the lead for the rest of the stream, to 40 ms at the least.
  ///
  /// Where our host or the way between is too slow, what is sent far ahead only competes with what
  /// is to be read, and a barge-in that is heard late should find little to take back.
  ///
  /// - Parameter percent: how full the queue is, 0 to 100; nil where not told.
  /// - Note: Report each occasion once; what repeats is for the caller to tell apart.
  public mutating func noteBacklog(percent: Int?) {
    trace?.enter(.backlog) { $0.append(optional: percent) { $0.append($1) } }
    defer { trace?.leave() }
    statistics.inbound.backlogReports += 1
    let told = min(max(percent ?? 0, 0), 100)
    statistics.inbound.backlogPercent = max(statistics.inbound.backlogPercent, told)
    playout.lowerLead()
  }

  /// How long so many wire bytes last; nothing for a negative count.
  func duration(_ byteCount: Int) -> Duration {
    .nanoseconds(configuration.wire.nanoseconds(byteCount: max(byteCount, 0)))
  }
}
