/// Where speech begins or ends in the caller's audio.
public enum SpeechEdge: Hashable, Sendable {
  /// The caller has begun to speak.
  case began
  /// The caller has stopped.
  case ended
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
}

extension SpeechDetector {
  /// Nothing.
  public var quietDuration: Duration { .zero }
}
