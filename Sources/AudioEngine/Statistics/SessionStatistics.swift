/// What happened in one media session, as a value. Counts only grow.
public struct SessionStatistics: Hashable, Sendable {
  /// Caller audio.
  public struct Inbound: Hashable, Sendable {
    /// Media messages taken.
    public var messages = 0
    /// Payload bytes taken, after base64.
    public var bytes = 0
    /// Payloads that were not base64; each was dropped whole.
    public var invalidBase64 = 0
    /// Payloads with an odd number of bytes, of samples that take two.
    public var oddPayloads = 0
    /// Payloads that were cut short inside a sample; the half was dropped.
    public var cutPayloads = 0
    /// Payloads without audio.
    public var emptyPayloads = 0
    /// Messages dropped because their number had been seen.
    public var duplicates = 0
    /// Holes in the platform's numbering.
    public var gaps = 0
    /// Silence put into those holes.
    public var filledSilence: Duration = .zero
    /// Times the platform said that its own queue towards us was filling.
    public var backlogReports = 0
    /// How full that queue was at its fullest, in percent; 0 where no figure was told.
    public var backlogPercent = 0
    /// Audio dropped because the bot read too slowly.
    public var overflow: Duration = .zero
    /// How much later than by the clock the caller's line gave the bot's voice back at last; nil where no
    /// echo was found, or looked for.
    public var echoDelay: Duration?
    /// How often that delay was found anew, far from where it was.
    public var echoRealignments = 0
    /// Interarrival jitter after RFC 3550, section 6.4.1.
    public var jitter: Duration { .nanoseconds(jitterNanoseconds) }
    /// The same as each message moves it.
    var jitterNanoseconds: Int64 = 0
  }

  /// The bot's speech. Byte counts are wire bytes before base64.
  public struct Outbound: Hashable, Sendable {
    /// Utterances begun.
    public var utterances = 0
    /// Speech written, as it will be on the wire.
    public var writtenBytes = 0
    /// Speech sent, without padding; speech sent again after a pause counts in ``resentBytes``.
    public var sentBytes = 0
    /// Speech dropped before it left: by an interruption, a full queue or the end of the call.
    public var discardedBytes = 0
    /// Speech that a pause took back from the platform and that was sent again.
    public var resentBytes = 0
    /// Silence that pads tails.
    public var paddingBytes = 0
    /// Media messages sent.
    public var messages = 0
    /// Marks sent, the engine's own among them.
    public var marks = 0
    /// Clears sent.
    public var clears = 0
    /// Clears that the platform has acknowledged.
    public var clearsAcknowledged = 0
    /// How long clears waited from the decision to drop speech until the transport took them.
    public var clearDelay = Histogram()
    /// Interruptions that dropped speech.
    public var interruptions = 0
    /// Speech that had left and was not known to be heard, each time the platform was told to drop it.
    public var residue = Histogram()
    /// Writes refused, for whatever reason.
    public var refusedWrites = 0
    /// Echoes of marks that nobody waits for any more.
    public var lateEchoes = 0
    /// Marks whose echo never came and that counted as played by the clock.
    public var missingEchoes = 0
    /// Times the caller's ear caught up in the middle of an utterance.
    public var underruns = 0
    /// Silence the caller heard there.
    public var insertedSilence: Duration = .zero
    /// Most speech that waited in the queue, in bytes.
    public var queueHighWater = 0
    /// How late chunks left after they were due.
    public var lateness = Histogram()
    /// How far ahead of the ear each chunk left.
    public var lead = Histogram()
  }

  /// Caller audio.
  public var inbound = Inbound()
  /// The bot's speech.
  public var outbound = Outbound()
  /// Turns; nil before the first, which needs a detector.
  public var turns: TurnStatistics?
  /// How the caller's turns ended, and who was asked; all nought without ``MediaSession/endOfTurn``.
  public var turnEnds = TurnEndCounts()
  /// Callers who spoke over the bot.
  public var bargeIns = BargeInCounts()

  /// Makes statistics of a session in which nothing has happened yet.
  public init() {}
}
