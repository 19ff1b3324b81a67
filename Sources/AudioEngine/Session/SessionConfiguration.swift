/// Why a session cannot be made.
public enum SessionError: Error, Hashable, Sendable {
  /// A wire or a bot runs at 8, 16 or 24 kHz; only speech of the bot's may have any other rate.
  case unsupportedRate(SampleRate)
  /// The resampler between the two rates cannot be made.
  case resampler(ResamplerError)
  /// The caller's audio cannot be enhanced.
  case enhancement(EnhancementError)
}

/// What a full queue does with the next write.
public enum FullQueuePolicy: Hashable, Sendable {
  /// Takes what fits and says how much that was; the writer waits for room and offers the rest.
  case wait
  /// Takes nothing and throws ``SpeechError/full``.
  case refuse
  /// Drops the oldest audio that has not left yet, counted as discarded.
  case dropOldest
}

/// Which way audio may go on a stream.
public enum StreamDirection: String, Hashable, Sendable, CaseIterable {
  /// The bot hears and speaks.
  case bidirectional
  /// The bot only hears: speaking is refused and nothing at all is ever sent to the platform.
  case unidirectional
}

/// Everything a media session must know about its call.
public struct SessionConfiguration: Hashable, Sendable {
  /// The platform's side.
  public var wire: WireFormat
  /// The rate at which the bot hears and speaks.
  public var botRate: SampleRate
  /// Which filter connects the two rates.
  public var filter: Resampler.Filter
  /// How the platform plays.
  public var playback: PlaybackPolicy
  /// Which way audio may go.
  public var direction: StreamDirection
  /// The most speech that waits to be sent.
  public var outboundCapacity: Duration
  /// What happens when that is reached.
  public var whenFull: FullQueuePolicy
  /// The most caller audio that waits for a slow bot; the oldest goes first.
  public var inboundCapacity: Duration
  /// The longest gap in the platform's numbering that is filled with silence.
  public var inboundGapCap: Duration
  /// Speech written without an utterance of its own ends by itself after so long without a write.
  public var idleFinish: Duration
  /// What is done to the caller's audio before the detector and the bot hear it; nil, the default, for
  /// nothing. A recording keeps it as it came.
  public var enhancement: EnhancementOptions?
  /// Whether holes in the caller's audio are filled with noise as loud as the line's own, at most -40 dBFS,
  /// instead of silence; not by default. A recording keeps them silent.
  public var comfortNoise: Bool

  /// Makes a configuration; the defaults suit a conversation.
  public init(
    wire: WireFormat,
    botRate: SampleRate,
    filter: Resampler.Filter = .standard,
    playback: PlaybackPolicy,
    direction: StreamDirection = .bidirectional,
    outboundCapacity: Duration = .seconds(60),
    whenFull: FullQueuePolicy = .wait,
    inboundCapacity: Duration = .seconds(4),
    inboundGapCap: Duration = .seconds(2),
    idleFinish: Duration = .milliseconds(200),
    enhancement: EnhancementOptions? = nil,
    comfortNoise: Bool = false
  ) {
    self.wire = wire
    self.botRate = botRate
    self.filter = filter
    self.playback = playback
    self.direction = direction
    self.outboundCapacity = outboundCapacity
    self.whenFull = whenFull
    self.inboundCapacity = inboundCapacity
    self.inboundGapCap = inboundGapCap
    self.idleFinish = idleFinish
    self.enhancement = enhancement
    self.comfortNoise = comfortNoise
  }
}
