/// What is known of a caller's turn when it may be over.
public struct TurnEvidence: Sendable {
  /// The caller's newest audio as the bot hears it, enhanced where that is wanted: at most
  /// ``TurnDetector/window`` of it, up to the silence that is asked about.
  public let samples: [Int16]
  /// Its rate, the wire's.
  public let rate: SampleRate
  /// The caller's words since his turn began, as far as the bot has told them; empty where it tells none.
  public let text: String
  /// How long he has been silent.
  public let silence: Duration

  /// Makes evidence.
  public init(samples: [Int16], rate: SampleRate, text: String, silence: Duration) {
    self.samples = samples
    self.rate = rate
    self.text = text
    self.silence = silence
  }
}

/// Knows better than silence whether a caller has finished: a model of how turns sound, or of what they say.
///
/// It is asked once in each pause of ``EndOfTurnPolicy/minimum``, on Swift's pool and never on a loop's
/// thread, and has ``EndOfTurnPolicy/patience`` to answer. Its task is cancelled then; while one that does
/// not care still runs it is not asked again in that call, so that a model that hangs costs a call one task
/// and no more.
public protocol TurnDetector: Sendable {
  /// How much of the caller's audio it wants; none where it reads text alone.
  var window: Duration { get }

  /// How probable it is that the turn is over, 0 to 1.
  ///
  /// - Throws: whatever it likes: it has not answered then.
  func probability(_ evidence: TurnEvidence) async throws -> Double
}

extension TurnDetector {
  /// Eight seconds.
  public var window: Duration { .seconds(8) }
}
