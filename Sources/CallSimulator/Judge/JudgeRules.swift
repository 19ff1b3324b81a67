/// What the judge of a call lets pass, as data. Sizes are written down here a second time on
/// purpose: a judge that took the engine's own chunk policy would share its mistakes.
public struct JudgeRules: Hashable, Sendable {
  /// Which of a platform's sizes are taken for the law.
  public enum Policy: String, Codable, Hashable, Sendable, CaseIterable {
    /// What its documents say.
    case documented
    /// What it has been seen to play beyond that.
    case relaxed
  }

  /// Where the sizes come from.
  public var policy = Policy.documented
  /// The smallest payload of a media message, in bytes.
  public var minimumBytes: Int
  /// What the platform's documents say of it.
  public var documentedMinimumBytes: Int
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
  /// The same for a gap that a mark announced; a shorter one is a chunk that came late.
  public var shortestMarkedPause: Duration = .milliseconds(60)
  /// Every gap is a problem, however quiet or long: for bots that only give back what they hear.
  public var everyGapMatters = false
  /// The bot must give back the caller's audio byte for byte, without a gap.
  public var expectsEcho = false
  /// The stream carries the caller's audio to the bot and nothing back: whatever the bot sends is a
  /// problem.
  public var isOneWay = false
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
    documentedMinimumBytes = minimumBytes
    self.maximumBytes = maximumBytes
    self.multipleBytes = multipleBytes
    self.longestLead = longestLead
  }

  /// What has to be said about the sizes by which a bot was judged; nil for documented ones.
  var policyRemark: String? {
    guard policy == .relaxed else { return nil }
    return "judged by the relaxed policy: chunks from \(minimumBytes.grouped) bytes pass, as the "
      + "platform has been seen to play them; the documented minimum is "
      + documentedMinimumBytes.grouped
  }

  func isLegal(_ byteCount: Int) -> Bool { objection(toPayloadOf: byteCount) == nil }

  /// What is wrong with a payload of `byteCount` bytes, as the end of a sentence; nil if nothing.
  func objection(toPayloadOf byteCount: Int) -> String? {
    if byteCount < minimumBytes { return "below the minimum of \(minimumBytes.grouped)" }
    if byteCount > maximumBytes { return "above the maximum of \(maximumBytes.grouped)" }
    if byteCount % multipleBytes != 0 { return "not a multiple of \(multipleBytes)" }
    return nil
  }

  /// Whether silence is a hole in continuous speech and no pause between two utterances: both sides of
  /// it loud, and shorter than a pause is; a bot may have marked the end of an utterance there.
  func isHole(_ length: Duration, isAudible: Bool, isMarked: Bool) -> Bool {
    if everyGapMatters || expectsEcho { return true }
    return isAudible && length < (isMarked ? shortestMarkedPause : shortestPause)
  }
}

/// How a socket ended, as a judge sees it.
enum Closing {
  /// With 1000.
  case proper
  /// Otherwise, but after the stop, when nothing can be lost any more: frameworks end a handler so.
  case careless(String)
  /// In a way that says that something went wrong.
  case wrong(String)

  init(code: Int, isStopped: Bool) {
    let words = "the socket ended with \(code), not 1000\(Self.meaning(of: code))"
    switch code {
    case 1000: self = .proper
    case 1001, 1005, 1006:
      self = isStopped ? .careless(words + "; after stop that does no harm") : .wrong(words)
    default: self = .wrong(words)
    }
  }

  private static func meaning(of code: Int) -> String {
    switch code {
    case 1001: " (going away)"
    case 1002: " (protocol error)"
    case 1003: " (unsupported data)"
    case 1005: " (no code in the close message)"
    case 1006: " (no close message: the connection broke)"
    case 1008: " (policy violation)"
    case 1009: " (message too big)"
    case 1011: " (server error)"
    default: ""
    }
  }
}
