/// What is known of a stream's end: what the socket saw, and what the platform said beside it.
public struct StreamEvidence: Hashable, Sendable {
  /// Which end closed the socket first.
  public enum Closer: String, Hashable, Sendable {
    /// Our server or the bot.
    case bot
    /// The platform, or a proxy between.
    case platform
    /// It broke, or nobody saw.
    case unknown
  }

  /// The HTTP status that the upgrade was answered with, where it was refused.
  public var upgradeStatus: Int?
  /// The close code, 1005 for a close frame without one, 1006 for none; nil where the socket never was.
  public var closeCode: Int?
  /// The close frame's words, or ours where we closed.
  public var closeReason: String?
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
  /// What the platform said beside the socket, if anything.
  public var report: StreamReport?

  /// Makes evidence; everything unknown has a default.
  public init(
    upgradeStatus: Int? = nil, closeCode: Int? = nil, closeReason: String? = nil,
    closer: Closer = .unknown, hasStarted: Bool = false, stop: StreamStop? = nil,
    durationMilliseconds: Int? = nil, mediaReceived: Int = 0, mediaSent: Int = 0,
    report: StreamReport? = nil
  ) {
    self.upgradeStatus = upgradeStatus
    self.closeCode = closeCode
    self.closeReason = closeReason
    self.closer = closer
    self.hasStarted = hasStarted
    self.stop = stop
    self.durationMilliseconds = durationMilliseconds
    self.mediaReceived = mediaReceived
    self.mediaSent = mediaSent
    self.report = report
  }
}

/// What a platform says of a stream's end beside its socket, in the words that platforms share.
public struct StreamReport: Hashable, Sendable {
  /// Whether the platform calls the stream a success.
  public var verdict: StreamDiagnosis.Verdict
  /// Whose side ended it, as far as the platform says.
  public var side: StreamDiagnosis.Side
  /// What went wrong in the platform's own words, credentials taken out.
  public var error: String?
  /// Whether the account's limit of concurrent streams or calls was reached.
  public var isThrottled: Bool
  /// The platform's number for how the call ended, where it has such numbers.
  public var hangupCode: Int?

  /// Makes a report; everything unknown has a default.
  public init(
    verdict: StreamDiagnosis.Verdict = .unknown, side: StreamDiagnosis.Side = .unknown,
    error: String? = nil, isThrottled: Bool = false, hangupCode: Int? = nil
  ) {
    self.verdict = verdict
    self.side = side
    self.error = error
    self.isThrottled = isThrottled
    self.hangupCode = hangupCode
  }
}
