/// What is known of a stream's end: what the socket saw, and what the callbacks said later.
public struct ExotelEvidence: Hashable, Sendable {
  /// Which end closed the socket first.
  public enum Closer: String, Hashable, Sendable {
    /// Our server or the bot.
    case bot
    /// Exotel, or a proxy between.
    case platform
    /// It broke, or nobody saw.
    case unknown
  }

  /// The HTTP status that the upgrade was answered with, where it was refused.
  public var upgradeStatus: Int?
  /// The close code, 1005 for a close frame without one, 1006 for none; nil where the socket never was.
  public var closeCode: Int?
  /// Who closed.
  public var closer: Closer
  /// Whether `start` had come.
  public var hasStarted: Bool
  /// The `stop` that came, if any.
  public var stop: StreamStop?
  /// From `start` to the close, in milliseconds.
  public var durationMilliseconds: Int?
  /// Media messages that came.
  public var mediaReceived: Int
  /// Media messages that were sent.
  public var mediaSent: Int
  /// What Passthru said, if it was asked.
  public var outcome: ExotelStreamOutcome?

  /// Makes evidence; everything unknown has a default.
  public init(
    upgradeStatus: Int? = nil, closeCode: Int? = nil, closer: Closer = .unknown,
    hasStarted: Bool = false, stop: StreamStop? = nil, durationMilliseconds: Int? = nil,
    mediaReceived: Int = 0, mediaSent: Int = 0, outcome: ExotelStreamOutcome? = nil
  ) {
    self.upgradeStatus = upgradeStatus
    self.closeCode = closeCode
    self.closer = closer
    self.hasStarted = hasStarted
    self.stop = stop
    self.durationMilliseconds = durationMilliseconds
    self.mediaReceived = mediaReceived
    self.mediaSent = mediaSent
    self.outcome = outcome
  }
}

/// Why a stream ended, in plain words.
public struct ExotelDiagnosis: Hashable, Sendable {
  /// Whether the stream did what it was for.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// It ended as streams are meant to.
    case completed
    /// It did not.
    case failed
    /// It is not known.
    case unknown
  }

  /// Whose side ended it.
  public enum Side: String, Hashable, Sendable, CaseIterable {
    /// The person on the phone.
    case caller
    /// The bot, its server, or what stands in front of it.
    case bot
    /// Exotel: the flow, the account's limits.
    case platform
    /// The way between.
    case network
    /// It is not known.
    case unknown
  }

  /// Whether the stream did what it was for.
  public var verdict: Verdict
  /// Whose side ended it.
  public var side: Side
  /// What ended it, one sentence.
  public var cause: String
  /// What to check, most likely first; empty where all is well.
  public var checks: [String]
}
