/// Where speech begins or ends in the caller's audio.
public enum SpeechEdge: Hashable, Sendable {
  /// The caller has begun to speak.
  case began
  /// The caller has stopped.
  case ended
}

/// One beginning or end of speech. Times count in the caller's audio, from the first sample heard.
public struct SpeechBoundary: Hashable, Sendable {
  /// Which of both.
  public let edge: SpeechEdge
  /// The most probable window of what was heard of the speech, 0 to 1; nil where the detector knows none.
  public let probability: Double?
  /// When it truly began or ended, as well as the detector knows: before it was decided.
  public let position: Duration
  /// When it was decided: the audio heard by then.
  public let decided: Duration

  /// Makes a boundary.
  public init(
    _ edge: SpeechEdge, probability: Double? = nil, position: Duration, decided: Duration
  ) {
    self.edge = edge
    self.probability = probability
    self.position = position
    self.decided = decided
  }
}

/// Hears when the caller speaks, so that the bot may stop at once.
///
/// A session asks it for every message on the loop's own thread, so an answer is acted on without a
/// hop: ``MediaSession`` interrupts the bot's speech in the same call. A detector must be quick and
/// must not block; a model that takes milliseconds belongs into a task of the bot's, which calls
/// `interrupt()` itself.
public protocol SpeechDetector: Sendable {
  /// Takes the next samples of the caller's audio, mono at `rate`, any number of them.
  ///
  /// - Returns: the edge they hold, if any; the last one where they hold two.
  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge?

  /// How long it has heard no speech, up to the last sample: what lies between the true end of speech and
  /// now. Nothing by default, for detectors that do not know.
  var quietDuration: Duration { get }

  /// How much speech was heard since it began, pauses left out; nil, the default, where that is not
  /// known and all that was heard since counts.
  var spoken: Duration? { get }

  /// The latest beginning or end; nil, the default, where its true time is not known.
  var lastEdge: SpeechBoundary? { get }
}

extension SpeechDetector {
  /// Nothing.
  public var quietDuration: Duration { .zero }
  /// Not known.
  public var spoken: Duration? { nil }
  /// Not known.
  public var lastEdge: SpeechBoundary? { nil }
}
