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
  /// What the session was made with.
  public let configuration: SessionConfiguration
  /// What has happened so far.
  public internal(set) var statistics = SessionStatistics()
  /// Whether ``close(at:)`` has been called.
  public internal(set) var isClosed = false

  /// Hears when the caller speaks; ``SessionEvent/callerSpeech(_:)`` tells. None by default.
  public var detector: (any SpeechDetector)?
  /// Whether the bot's speech is interrupted when the detector hears the caller begin.
  public var bargesIn = false

  /// The payload bytes that may have left by now, counted as ``leftBytes`` counts them: for platforms
  /// that pull. Nothing leaves beyond it, and a chunk is made smaller to fit; nil, the default, where
  /// the platform takes whatever comes.
  public var allowance: Int?

  // Caller audio.
  var inbound: InboundTimeline

  // Speech. Positions count bytes of the wire format since the session began.
  var queue: AudioRing
  /// Nil where speech has the wire's own rate.
  var resampler: Resampler?
  /// The rate of the speech being written.
  var speechRate: SampleRate
  /// The next position to send.
  var sent = 0
  /// Utterances not yet ended, oldest first; only the last can be open.
  var utterances = FIFO<UtteranceRecord>()
  var lastEpoch = 0
  /// Every epoch up to this one was interrupted or closed before its end.
  var flushedEpoch = 0
  /// Written to without an epoch: ends by itself.
  var implicitEpoch: Epoch?
  var lastWrite: Int64 = 0
  var refusedForRoom = false

  // Playout.
  var clock: PlaybackClock
  var latency = LatencyEstimate()
  var lead: AdaptiveLead
  /// The caller has heard everything before this position.
  var confirmed = 0
  /// The estimate never goes back.
  var estimated = 0
  /// A pause takes back what left from here on.
  var resumable = 0
  /// What left before a pause took it back may have been heard up to here.
  var reach = 0
  var marksToSend = FIFO<QueuedMark>()
  var marksSent = FIFO<SentMark>()
  var lastMarkSerial = 0
  var lastMarkPosition = 0
  var pendingClear = false
  /// When the clear that waits, or the last one, was asked for.
  var clearAskedAt = MonotonicTime.zero
  var pause: PauseRecord?
  /// The speech of the newest clear, where its acknowledgement is awaited.
  var cutSpeech: CutSpeech?
  var events = FIFO<SessionEvent>()

  /// Makes the session of a call that has just started.
  ///
  /// - Throws: ``SessionError`` when the bot's rate and the wire's cannot be connected.
  public init(configuration: SessionConfiguration) throws(SessionError) {
    self.configuration = configuration
    let wire = configuration.wire
    for rate in [wire.rate, configuration.botRate] where !rate.isTelephony {
      throw .unsupportedRate(rate)
    }
    do {
      inbound = try InboundTimeline(configuration: configuration)
    } catch {
      throw .resampler(error)
    }
    // The queue's own room, and behind it what the platform may be told to drop and send again.
    let waiting = configuration.outboundCapacity
    let ledger = configuration.playback.platformBuffer + configuration.playback.latencyBound
    queue = AudioRing(
      capacity: wire.byteCount(nanoseconds: (waiting + ledger).wholeNanoseconds)
        + configuration.playback.chunk.maximumBytes)
    speechRate = wire.rate
    clock = PlaybackClock(format: wire)
    lead = AdaptiveLead(configuration.playback.lead)
  }

  /// The next thing the bot should know, oldest first.
  public mutating func nextEvent() -> SessionEvent? {
    events.removeFirst()
  }

  /// Ends the session: what has not been heard is dropped, every utterance and mark resolves as
  /// closed, and further speech is refused. Audio of the caller that has arrived can still be read.
  public mutating func close(at now: MonotonicTime) {
    guard !isClosed else { return }
    advance(to: now)
    isClosed = true
    endEverything(at: now, mark: .closed) { .closed(played: $0) }
    pendingClear = false
    inbound.endOfStream()
  }
}

/// An utterance that has not ended.
struct UtteranceRecord {
  let epoch: Epoch
  let isInterruptible: Bool
  /// Position of its first byte.
  let start: Int
  /// Position after its last byte, once it is finished.
  var end: Int?
  /// Samples written so far, at their own rate.
  var inputCount = 0
  /// When it began to leave, or began again because the ear had caught up; nil before.
  var leavesSince: Int64?
  var spans: [PlacedSpan] = []
  /// Where speech lies that nobody can say was heard, though it is behind the ear: what a full queue
  /// has dropped, and what a pause had cleared at the platform without sending it again.
  var unsure: Range<Int>?
  /// How much of it there is in that range, rather too much.
  var unsureBytes = 0

  mutating func noteUnsure(_ range: Range<Int>) {
    let known = unsure ?? range
    unsure = min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
    unsureBytes += range.count
  }
}

struct PlacedSpan {
  let text: String
  let start: Int
  let end: Int
}

/// A mark whose place in the stream has not been sent yet.
struct QueuedMark {
  enum Kind {
    /// The bot asked for it.
    case named(String)
    /// The end of its utterance.
    case end
  }
  let position: Int
  let epoch: Epoch
  let kind: Kind
}

/// A mark that the platform has been asked to echo.
struct SentMark {
  let serial: Int
  let position: Int
  /// What had left before it, as the clock counts.
  let offset: Int
  let epoch: Epoch
  /// Nil for one of the engine's own.
  let kind: QueuedMark.Kind?
  /// When the ear reaches it at the earliest.
  let playedAt: Int64
  /// The platform has echoed it. It still is not played before `playedAt`.
  var isEchoed = false
}

/// Where speech was when it was paused.
struct PauseRecord {
  let played: Int
}
