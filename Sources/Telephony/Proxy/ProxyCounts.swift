/// What has gone through a proxy's session so far.
public struct ProxyCounts: Hashable, Sendable {
  /// Media messages that the bot was given.
  public var mediaToBot = 0
  /// Samples that the bot was given, at its own rate.
  public var samplesToBot = 0
  /// Media messages that the bot has sent.
  public var mediaFromBot = 0
  /// Samples that the bot has sent and the call's media have taken.
  public var samplesTaken = 0
  /// Samples lost to a full queue.
  public var samplesBeyondQueue = 0
  /// Samples dropped after a barge-in: the rest of a reply that was over.
  public var samplesStale = 0
  /// Samples that came when the call took none any more.
  public var samplesRefused = 0
  /// Marks that the bot has set.
  public var marksSet = 0
  /// Marks that it was given back.
  public var marksReturned = 0
  /// Clears of the bot's.
  public var clears = 0

  /// Nothing yet.
  public init() {}
}
