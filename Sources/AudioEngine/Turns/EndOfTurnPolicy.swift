/// How long a caller must be silent for his turn to be over.
///
/// A turn begins with speech and has one end, however often its caller takes breath. The silence that ends
/// it adapts to him, from ``usual`` on: it is a quarter longer than the longest pause that he has lately
/// made within a turn. A longer pause counts at once, also one after which he went on before he heard an
/// answer; each turn with shorter pauses moves it a sixteenth of the way to its own. All in integers, and in
/// time of the audio heard: a host that is late ends nobody's turn.
public struct EndOfTurnPolicy: Hashable, Sendable {
  /// No turn ends after less silence, whoever says that it is over.
  public var minimum: Duration
  /// The silence that ends a turn before anything is known of the caller's pauses.
  public var usual: Duration
  /// Every turn ends after so much silence, counted on the host's clock too: audio that stays away is
  /// silence.
  public var longest: Duration
  /// For how long somebody is asked, from ``minimum`` of silence on, whether the turn is over; nil to ask
  /// nobody. Until then the turn does not end by a silence shorter than ``longest``; without an answer in
  /// time silence alone decides.
  public var patience: Duration?
  /// The least probability that ends a turn, 0 to 1. A lesser one is waited out: the longer the less it is,
  /// up to ``longest``.
  public var threshold: Double
  /// How much of the caller's newest audio is kept for whoever is asked; zero for none, 30 s at most.
  public var window: Duration

  /// Makes a policy; the defaults suit a conversation.
  public init(
    minimum: Duration = .milliseconds(250), usual: Duration = .milliseconds(700),
    longest: Duration = .seconds(2), patience: Duration? = nil, threshold: Double = 0.5,
    window: Duration = .zero
  ) {
    self.minimum = minimum
    self.usual = usual
    self.longest = longest
    self.patience = patience
    self.threshold = threshold
    self.window = window
  }
}

/// The end of a caller's turn.
public struct TurnEnd: Hashable, Sendable {
  /// What ended it.
  public enum Cause: String, Hashable, Sendable, CaseIterable {
    /// The caller was silent for long enough.
    case silence
    /// Whoever was asked said so.
    case detector
  }

  /// When the caller's last sound arrived, on the host's clock.
  public let speechEnd: MonotonicTime
  /// How long he had been silent when it was decided.
  public let silence: Duration
  /// What ended it.
  public let cause: Cause
  /// How probable whoever was asked found it, 0 to 1; nil where nobody answered in time.
  public let probability: Double?
}

/// Asks whether the caller's turn is over; the number tells one question of a call from another.
public struct TurnQuestion: Hashable, Sendable {
  /// Counts the questions of a session, from 1.
  public let number: Int
  /// How long the caller has been silent.
  public let silence: Duration
  /// Until when an answer is of use.
  public let deadline: MonotonicTime
}

/// How turns have ended, counted.
public struct TurnEndCounts: Hashable, Sendable {
  /// Turns that silence ended.
  public var bySilence = 0
  /// Turns that ended since whoever was asked said so.
  public var byDetector = 0
  /// Turns that ended too soon: the caller went on before he heard an answer.
  public var resumed = 0
  /// Questions asked.
  public var asked = 0
  /// Those that were answered in time.
  public var answered = 0
  /// Those that nobody answered in time: silence alone decided.
  public var unanswered = 0
  /// Answers that came too late, or when the caller spoke again; each was dropped.
  public var late = 0
  /// The silence that ends a turn now.
  public var hangover: Duration = .zero

  /// Nothing yet.
  public init() {}

  /// What ended turns, for metrics.
  public var causes: [(name: String, count: Int)] {
    [("silence", bySilence), ("detector", byDetector)]
  }

  /// What became of the questions, for metrics and records.
  public var questions: [(name: String, count: Int)] {
    [("answered", answered), ("unanswered", unanswered), ("late", late)]
  }

  /// Adds those of another session, but for its hangover.
  public mutating func add(_ other: TurnEndCounts) {
    bySilence += other.bySilence
    byDetector += other.byDetector
    resumed += other.resumed
    asked += other.asked
    answered += other.answered
    unanswered += other.unanswered
    late += other.late
  }
}
