public import AudioEngine

/// How a proxy treats what its bot sends.
public struct ProxyOptions: Hashable, Sendable {
  /// When the caller's voice ends the bot's speech although the bot has not asked for that; nil for never.
  /// What still arrives of that reply is dropped then; see ``staleGap`` and ``staleLimit``.
  public var bargeIn: BargeInPolicy?
  /// After a barge-in the bot's next audio is its next reply once nothing came for so long.
  public var staleGap: Duration
  /// After a barge-in nothing is dropped any more after so long.
  public var staleLimit: Duration
  /// How long a bot may speak beside a caller who speaks before that is told as ``BotFault/noClear``.
  public var politeness: Duration
  /// A reply is over when nothing came for so long and no more of it can leave.
  public var idleFinish: Duration
  /// Marks that may wait for their audio at a time.
  public var mostMarks: Int

  /// Makes options.
  public init(
    bargeIn: BargeInPolicy? = nil, staleGap: Duration = .milliseconds(300),
    staleLimit: Duration = .seconds(5), politeness: Duration = .milliseconds(1_500),
    idleFinish: Duration = .milliseconds(200), mostMarks: Int = 4_096
  ) {
    self.bargeIn = bargeIn
    self.staleGap = staleGap
    self.staleLimit = staleLimit
    self.politeness = politeness
    self.idleFinish = idleFinish
    self.mostMarks = mostMarks
  }
}
