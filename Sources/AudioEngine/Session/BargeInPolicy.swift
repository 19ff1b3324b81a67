/// When a caller who speaks over the bot ends the bot's speech.
///
/// Only speech that was being said when the caller began is in question. An utterance that may not be
/// interrupted is heard first; a caller who still speaks then is heard out as though he had begun there.
public struct BargeInPolicy: Hashable, Sendable {
  /// What is done about it meanwhile.
  public enum Manner: String, Hashable, Sendable, CaseIterable {
    /// The bot speaks on until the caller has spoken for ``BargeInPolicy/after``, then is interrupted.
    case immediate
    /// The bot is held at once. It is interrupted when the caller has spoken for ``BargeInPolicy/after``,
    /// and goes on where the caller stopped hearing if that was a cough.
    case confirmed
    /// The bot is interrupted at its next pause: between utterances, or where it is quiet for 120 ms.
    case polite
  }

  /// What is done until it is decided.
  public var manner: Manner
  /// How much speech of the caller's, his pauses left out, is meant to interrupt.
  public var after: Duration
  /// For how long the bot is asked whether the speech is meant, when it has lasted long enough; nil to
  /// interrupt without asking. Without an answer in time it is interrupted.
  public var veto: Duration?
  /// The longest time for which the bot is held before it is asked; then it goes on.
  public var longestHold: Duration

  /// Makes a policy.
  ///
  /// - Parameters:
  ///   - manner: what is done until it is decided.
  ///   - after: how much speech is meant; nil for none beyond what a detector needs, or 300 ms where the
  ///     bot is held meanwhile.
  ///   - veto: for how long the bot is asked; nil not to ask.
  ///   - longestHold: the longest time for which the bot is held undecided.
  public init(
    _ manner: Manner, after: Duration? = nil, veto: Duration? = nil,
    longestHold: Duration = .seconds(2)
  ) {
    self.manner = manner
    self.after = after ?? (manner == .confirmed ? .milliseconds(300) : .zero)
    self.veto = veto
    self.longestHold = longestHold
  }

  /// Interrupts at once.
  public static let immediate = BargeInPolicy(.immediate)
}

/// Why a caller's speech over the bot did not interrupt it.
public enum BargeInDismissal: String, Hashable, Sendable, CaseIterable {
  /// It ended before it was enough.
  case short
  /// It ended before the bot made a pause.
  case noPause
  /// The bot said so.
  case vetoed
  /// The bot was held for as long as it may be, and neither enough was heard nor an end.
  case expired
}

/// What a bot says that is asked whether its caller means to interrupt.
public enum BargeInVerdict: Hashable, Sendable {
  /// He does.
  case interrupt
  /// The bot goes on.
  case goOn
}

/// How many callers have spoken over a bot, by what came of it.
public struct BargeInCounts: Hashable, Sendable {
  /// The bot was interrupted.
  public var interrupted = 0
  /// The bot was held at first.
  public var held = 0
  /// The speech was too short.
  public var short = 0
  /// The bot made no pause.
  public var noPause = 0
  /// The bot would not have it.
  public var vetoed = 0
  /// It was not decided in time.
  public var expired = 0
  /// For how long bots were held, all together.
  public var heldDuration: Duration = .zero

  /// Nothing yet.
  public init() {}

  /// The counts by what came of it, for metrics and records.
  public var outcomes: [(name: String, count: Int)] {
    [
      ("interrupted", interrupted), ("short", short), ("noPause", noPause), ("vetoed", vetoed),
      ("expired", expired),
    ]
  }

  /// Adds those of another session.
  public mutating func add(_ other: BargeInCounts) {
    interrupted += other.interrupted
    held += other.held
    short += other.short
    noPause += other.noPause
    vetoed += other.vetoed
    expired += other.expired
    heldDuration += other.heldDuration
  }

  mutating func count(_ dismissal: BargeInDismissal) {
    switch dismissal {
    case .short: short += 1
    case .noPause: noPause += 1
    case .vetoed: vetoed += 1
    case .expired: expired += 1
    }
  }
}
