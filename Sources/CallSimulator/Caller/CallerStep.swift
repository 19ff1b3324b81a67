import AudioEngine

/// One thing that a caller does, or expects, in a conversation of several turns.
public enum CallerStep: Hashable, Sendable {
  /// Says something: wire bytes of whole samples in the stream's format; done when the last is out.
  case say([UInt8])
  /// Stays silent for some time.
  case pause(Duration)
  /// Stays silent until the bot has been heard and has then been quiet for some time. It is a problem where
  /// that has not come `atMost` after the step's beginning.
  case listen(quiet: Duration, atMost: Duration)
  /// Waits until the bot has sounded for `after` without a pause, and then speaks over it. It is a problem
  /// where the bot has not sounded so long `atMost` after the step's beginning; nothing is said then.
  case interrupt([UInt8], after: Duration, atMost: Duration)
  /// Presses keys, four a second: `0` to `9`, `*`, `#`, `A` to `D`.
  case press([Character])
  /// Hangs up. Only what is expected of the closing can follow.
  case hangUp
  /// Waits until something has come true, or cannot any more.
  case expect(CallerExpectation)

  /// The step in a few words, for reports.
  public var words: String {
    switch self {
    case .say: "say"
    case .pause(let time): "wait for \(time.inWords)"
    case .listen: "wait for the bot"
    case .interrupt: "interrupt"
    case .press(let keys): "press \(String(keys))"
    case .hangUp: "hang up"
    case .expect(let expectation): "expect \(expectation.words)"
    }
  }
}

/// What a caller expects of a bot. Times count from the end of the caller's last act, which is the last loud
/// sound or the last key.
public enum CallerExpectation: Hashable, Sendable {
  /// So much audible sound since the caller's last act, `within` so long.
  case heardAtLeast(Duration, within: Duration)
  /// The first audible sound so soon after it.
  case answeredWithin(Duration)
  /// At least 200 ms of quiet that begin so soon after the first loud sound, or the last key, with which the
  /// caller interrupted the bot.
  case silentWithin(Duration)
  /// The socket closed with this code: after the hang-up, or, without one before it, by the bot `within`
  /// so long.
  case closedWith(Int, within: Duration)

  /// The expectation in a few words.
  public var words: String {
    switch self {
    case .heardAtLeast(let time, _): "at least \(time.inWords) heard"
    case .answeredWithin(let time): "an answer within \(time.inWords)"
    case .silentWithin(let time): "silence within \(time.inWords)"
    case .closedWith(let code, _): "closed with \(code)"
    }
  }
}

/// What came of one step of a caller's script.
public struct StepOutcome: Codable, Hashable, Sendable {
  /// The step's number, from 1.
  public let step: Int
  /// The step in a few words.
  public let does: String
  /// When it was over, in milliseconds since the stream's start; null where it was not reached.
  @NullWhenNil public var atMs: Double?
  /// Whether it went as the script says.
  public let passed: Bool
  /// What was seen, in a few words; empty where there is nothing to say.
  public let seen: String

  /// Makes an outcome.
  init(step: Int, does: String, atMs: Double?, passed: Bool, seen: String) {
    self.step = step
    self.does = does
    self.passed = passed
    self.seen = seen
    self.atMs = atMs
  }
}

extension Duration {
  /// Seconds without needless digits: `1.5 s`.
  var inWords: String {
    let seconds = (inMilliseconds).rounded() / 1_000
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }
}
