public import AudioEngine

/// Many calls to one bot at once: how many, how fast they come, what the callers do.
public struct LoadPlan: Sendable {
  /// What the bot is expected to do, which decides what is counted as lost.
  public enum Bot: Hashable, Sendable {
    /// Gives back what it hears: every byte is missed that does not come back.
    case echoes
    /// Speaks by itself; only gaps and lateness are judged.
    case speaks
  }

  /// A platform's question where to dial.
  public struct Lookup: Sendable {
    let web: any SimulatedWeb
    let url: String

    /// Asks an absolute `http` or `https` address in the words of `web`.
    public init(_ web: any SimulatedWeb, asking url: String) {
      self.web = web
      self.url = url
    }
  }

  /// What the names of calls and streams begin with: another for each of two loads at a time.
  public var name = "load"
  /// How many calls there are at once.
  public var calls = 100
  /// The calls begin evenly over this time.
  public var ramp: Duration = .seconds(5)
  /// How long they all last together, after the ramp.
  public var duration: Duration = .seconds(30)
  /// The platform that the calls come from, as a load speaks it.
  public var dialect: any LoadDialect
  /// How often each caller sends, and how long its messages last: whole samples, 500 ms at most.
  public var cadence: Duration = .milliseconds(20)
  /// Which of its chunk sizes are legal.
  public var policy = JudgeRules.Policy.documented
  /// The bot.
  public var bot: Bot = .echoes
  /// What callers say instead of their own sound, at the stream's rate, each from another place in it and then again
  /// from its start; where they interrupt, all of it each time, and otherwise they keep silent. nil: a
  /// sound of their own, and 300 ms of a loud one to interrupt.
  public var speech: WaveFile?
  /// Callers speak over the bot so long after all calls are up, and otherwise keep silent; nil: never.
  public var interruptAfter: Duration?
  /// They do it again and again, so long after the last time; longer than ``speech``. nil: once.
  public var interruptEvery: Duration?
  /// What each call asks where to dial, as its platform does; nil: all dial one address.
  public var lookup: Lookup?
  /// The process whose processor time and memory are measured; nil for none.
  public var serverProcess: Int32?

  /// A hundred calls that are echoed for half a minute.
  public init(_ dialect: any LoadDialect) {
    self.dialect = dialect
  }

  /// What every call is judged by: the rules of a single one, and of an echo every gap counts.
  var rules: JudgeRules {
    var rules = dialect.rules(policy)
    rules.everyGapMatters = bot == .echoes
    return rules
  }

  /// How long a caller listens after the last word.
  static let tail: Duration = .seconds(2)
  /// How long a bot may take to close a socket, and all calls to begin.
  static let patience: Duration = .seconds(10)
}
