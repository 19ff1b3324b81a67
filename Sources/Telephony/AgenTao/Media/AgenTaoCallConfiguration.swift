public import AudioEngine

/// How calls of this platform are carried. All audio is linear16.
public struct AgenTaoCallConfiguration: Hashable, Sendable {
  /// The wire's rate: 8, 16 or 24 kHz.
  public var rate: SampleRate
  /// The rate at which the bot hears and speaks; the wire's own where nil.
  public var botRate: SampleRate?
  /// Which filter connects the two.
  public var filter: Resampler.Filter
  /// The most speech that waits to be sent, in bytes: a power of two, as the platform's documents ask.
  public var outboundCapacityBytes: Int
  /// What happens when that is reached.
  public var whenFull: FullQueuePolicy
  /// The most caller audio that waits for a slow bot; the oldest goes first, counted.
  public var inboundCapacity: Duration
  /// Speech that belongs to no utterance of the bot's own ends after so long without a write.
  public var idleFinish: Duration
  /// How far ahead of the caller's ear audio may run, whatever the server asks for.
  public var lead: Duration
  /// Whether commands that make no sense in the call's state are refused here. Without it the server
  /// refuses them.
  public var guardsCommands: Bool

  /// Makes a configuration; the defaults suit a conversation.
  public init(
    rate: SampleRate = .hz24000,
    botRate: SampleRate? = nil,
    filter: Resampler.Filter = .standard,
    outboundCapacityBytes: Int = 1 << 20,
    whenFull: FullQueuePolicy = .wait,
    inboundCapacity: Duration = .seconds(4),
    idleFinish: Duration = .milliseconds(200),
    lead: Duration = .seconds(2),
    guardsCommands: Bool = true
  ) {
    self.rate = rate
    self.botRate = botRate
    self.filter = filter
    self.outboundCapacityBytes = outboundCapacityBytes
    self.whenFull = whenFull
    self.inboundCapacity = inboundCapacity
    self.idleFinish = idleFinish
    self.lead = lead
    self.guardsCommands = guardsCommands
  }

  /// What cannot work, as one sentence; nil where all is well.
  public var problem: String? {
    if !rate.isTelephony { return "the sample rate must be 8000, 16000 or 24000 Hz, not \(rate)" }
    if let botRate, !botRate.isTelephony {
      return "the bot's rate must be 8000, 16000 or 24000 Hz, not \(botRate)"
    }
    // A gigabyte is hours of speech.
    guard (1_024...1 << 30).contains(outboundCapacityBytes),
      outboundCapacityBytes & (outboundCapacityBytes - 1) == 0
    else {
      return "the outbound capacity must be a power of two from 1 KiB to 1 GiB, "
        + "not \(outboundCapacityBytes)"
    }
    return nil
  }

  /// What the engine must know. The server pulls: audio leaves as soon as it is allowed to, in pieces
  /// of 20 ms, smaller where the server asked for less; it plays what it gets at once, or after what
  /// it holds.
  var session: SessionConfiguration {
    let wire = WireFormat(.linear16, rate)
    let frame = wire.byteCount(nanoseconds: 20_000_000)
    let playback = PlaybackPolicy(
      chunk: ChunkPolicy(
        minimumBytes: 2, maximumBytes: 32_768, multipleBytes: 2, preferredBytes: frame,
        tailMultipleBytes: frame),
      lead: .fixed(lead), prime: .zero, platformBuffer: lead + .seconds(1), echoesMarks: false,
      latencyBound: .seconds(1))
    // Rounded up, so that turning it back into bytes gives all of them.
    let capacity = wire.nanoseconds(byteCount: outboundCapacityBytes) + 1
    return SessionConfiguration(
      wire: wire, botRate: botRate ?? rate, filter: filter, playback: playback,
      outboundCapacity: .nanoseconds(capacity), whenFull: whenFull,
      inboundCapacity: inboundCapacity, idleFinish: idleFinish)
  }
}
