/// What the judge of a call lets pass, as data. Sizes are written down here a second time on
/// purpose: a judge that took the engine's own chunk policy would share its mistakes.
public struct JudgeRules: Hashable, Sendable {
  /// The smallest payload of a media message, in bytes.
  public var minimumBytes: Int
  /// The largest payload, in bytes.
  public var maximumBytes: Int
  /// Every payload is a multiple of this.
  public var multipleBytes: Int
  /// Audio may run this far ahead of the ear.
  public var longestLead: Duration
  /// Audio farther ahead than this is lost: the platform holds no more.
  public var capacity: Duration = .seconds(120)
  /// A gap of this length or more is a pause between two utterances, not a hole in one.
  public var shortestPause: Duration = .seconds(1)
  /// Every gap is a problem, however quiet or long: for bots that only give back what they hear.
  public var everyGapMatters = false
  /// The bot must give back the caller's audio byte for byte, without a gap.
  public var expectsEcho = false
  /// Audio that arrives sooner than this after a clear which dropped audio is taken for the old
  /// utterance going on. Speech of a new answer needs longer than this to be made; nil for a bot
  /// whose next utterance is ready at once.
  public var quietAfterClear: Duration? = .milliseconds(300)
  /// What is sent sooner than this after the stop may have crossed it on the way.
  public var stopGrace: Duration = .milliseconds(500)
  /// How long the bot may take to close the socket after the stop before the platform does.
  public var closeGrace: Duration = .seconds(2)
  /// The platform itself closes the socket when the call ends; it is no fault of the bot's to wait.
  public var platformCloses = false

  /// Makes rules for a platform's payload sizes and the lead that it bears.
  public init(minimumBytes: Int, maximumBytes: Int, multipleBytes: Int, longestLead: Duration) {
    self.minimumBytes = minimumBytes
    self.maximumBytes = maximumBytes
    self.multipleBytes = multipleBytes
    self.longestLead = longestLead
  }

  /// Exotel AgentStream: 3,200 to 100,000 bytes, multiples of 320. Its buffer is undocumented; the
  /// longest legal message lasts 6.24 s at 8 kHz, so ten seconds bear any single one.
  public static let exotel = JudgeRules(
    minimumBytes: 3_200, maximumBytes: 100_000, multipleBytes: 320, longestLead: .seconds(10))

  /// What is wrong with a payload of `byteCount` bytes, as the end of a sentence; nil if nothing.
  func objection(toPayloadOf byteCount: Int) -> String? {
    if byteCount < minimumBytes { return "below the minimum of \(minimumBytes.grouped)" }
    if byteCount > maximumBytes { return "above the maximum of \(maximumBytes.grouped)" }
    if byteCount % multipleBytes != 0 { return "not a multiple of \(multipleBytes)" }
    return nil
  }
}
