/// How far ahead of the caller's ear the sent audio may run.
public enum LeadPolicy: Hashable, Sendable {
  /// A chunk leaves when the lead has fallen to this.
  case fixed(Duration)
  /// The lead follows the observed lateness of the host and of the bot's writes, inside these bounds.
  /// `maximum` is the barge-in budget: what a caller can still hear if the platform's clear is lost.
  case adaptive(minimum: Duration, maximum: Duration)

  /// The same, a little further ahead: calls that begin together and differ in this do not all send at
  /// one instant.
  public func shifted(by phase: Duration) -> LeadPolicy {
    switch self {
    case .fixed(let lead): .fixed(lead + phase)
    case .adaptive(let minimum, let maximum):
      .adaptive(minimum: minimum + phase, maximum: maximum + phase)
    }
  }
}

/// What a platform's playout is like, as data: how it wants its chunks, how far ahead it may be fed
/// and what it reports back. Telephony makes one for each platform; the engine knows no platform.
public struct PlaybackPolicy: Hashable, Sendable {
  /// Legal sizes of a media payload.
  public var chunk: ChunkPolicy
  /// How far ahead of the caller's ear to run, beyond the chunk being sent.
  public var lead: LeadPolicy
  /// Audio that must wait beyond the first chunk before an utterance starts, and before it starts
  /// again after an underrun. A finished utterance does not wait. More than the 100 ms between a
  /// platform's messages, so that what an echo has left at its end goes out before the ear runs dry.
  public var prime: Duration
  /// The most audio the platform can hold: the lead never passes it.
  public var platformBuffer: Duration
  /// Whether the platform echoes a mark once the audio before it has been played.
  public var echoesMarks: Bool
  /// Whether the platform acknowledges a clear.
  public var acknowledgesClear: Bool
  /// How long after its computed end, at the latest, sent audio has been heard: network, platform
  /// buffer and the way to the ear. Audio for which no echo came counts as played after this.
  public var latencyBound: Duration
  /// A mark of the engine's own is sent after so much audio, for the playback position.
  public var markInterval: Duration

  /// Makes a policy.
  public init(
    chunk: ChunkPolicy,
    lead: LeadPolicy = .fixed(.milliseconds(200)),
    prime: Duration = .milliseconds(120),
    platformBuffer: Duration = .seconds(4),
    echoesMarks: Bool = true,
    acknowledgesClear: Bool = false,
    latencyBound: Duration = .seconds(1),
    markInterval: Duration = .milliseconds(400)
  ) {
    self.chunk = chunk
    self.lead = lead
    self.prime = prime
    self.platformBuffer = platformBuffer
    self.echoesMarks = echoesMarks
    self.acknowledgesClear = acknowledgesClear
    self.latencyBound = latencyBound
    self.markInterval = markInterval
  }
}
