/// Names an utterance of one session. It only grows, so an older epoch is an older utterance.
public struct Epoch: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// 1 for the session's first utterance.
  public let number: Int

  init(number: Int) {
    self.number = number
  }

  /// The number alone.
  public var description: String { String(number) }

  /// Orders older before newer.
  public static func < (left: Epoch, right: Epoch) -> Bool { left.number < right.number }
}

/// How an utterance is to be treated.
public struct UtteranceOptions: Hashable, Sendable {
  /// The rate of the samples to be written; the bot's rate where nil. Any rate is resampled.
  public var rate: SampleRate?
  /// Whether ``MediaSession/interrupt(at:)`` may cut it. A legal notice may have to be heard whole.
  public var isInterruptible: Bool

  /// Makes options.
  public init(rate: SampleRate? = nil, isInterruptible: Bool = true) {
    self.rate = rate
    self.isInterruptible = isInterruptible
  }
}

/// How an utterance ended.
public enum UtteranceOutcome: Hashable, Sendable {
  /// The caller has heard all of it.
  case played
  /// It was interrupted; the caller has heard at least so much of it.
  case interrupted(played: Duration)
  /// The call ended first; the caller has heard at least so much of it.
  case closed(played: Duration)
}

/// How a mark ended.
public enum MarkOutcome: Hashable, Sendable {
  /// The caller has heard everything before it.
  case played
  /// Its utterance was interrupted before the platform echoed it.
  case cleared
  /// The call ended first.
  case closed
}

/// A stretch of text and where its speech begins and ends, so that an interruption can say what was
/// heard.
public struct TextSpan: Hashable, Sendable {
  /// The words as they were spoken.
  public var text: String
  /// Where the words begin, from the start of the utterance.
  public var start: Duration
  /// Where they end.
  public var end: Duration
}

/// Why speech was not taken.
public enum SpeechError: Error, Hashable, Sendable {
  /// The queue is full and the policy is to refuse.
  case full
  /// The call has ended.
  case closed
  /// The utterance was interrupted: its epoch is over for good.
  case interrupted
  /// The utterance was finished, or another one has begun since.
  case finished
  /// No utterance of this epoch has begun.
  case unknownEpoch
  /// The stream is one-way: the platform would not play anything.
  case unidirectional
  /// The samples' rate cannot be resampled to the wire's.
  case unsupportedRate
}
