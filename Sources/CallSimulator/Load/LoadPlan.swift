public import AudioEngine

/// Many calls to one bot at once: how many, how fast they come, what the callers do.
public struct LoadPlan: Sendable {
  /// Which platform the calls come from; each sends every 20 ms.
  public enum Provider: String, Hashable, Sendable, CaseIterable {
    /// mu-law at 8 kHz, as Plivo's streams are by default.
    case plivo
    /// 16-bit audio at 8 kHz, in Exotel's words. Exotel itself sends every 100 ms; the cadence here is
    /// that of the load.
    case exotel

    var wire: WireFormat {
      switch self {
      case .plivo: WireFormat(.mulaw, .hz8000)
      case .exotel: WireFormat(.linear16, .hz8000)
      }
    }

    /// The events that its bots may send: media, marks, clears, others.
    func knows(_ event: String) -> Bool {
      switch self {
      case .plivo: ["playAudio", "checkpoint", "clearAudio", "sendDTMF"].contains(event)
      case .exotel: ["media", "mark", "clear"].contains(event)
      }
    }
  }

  /// What the bot is expected to do, which decides what is counted as lost.
  public enum Bot: Hashable, Sendable {
    /// Gives back what it hears: every byte is missed that does not come back.
    case echoes
    /// Speaks by itself; only gaps and lateness are judged.
    case speaks
  }

  /// How many calls there are at once.
  public var calls = 100
  /// The calls begin evenly over this time.
  public var ramp: Duration = .seconds(5)
  /// How long they all last together, after the ramp.
  public var duration: Duration = .seconds(30)
  /// The platform.
  public var provider: Provider = .plivo
  /// Which of its chunk sizes are legal.
  public var policy = JudgeRules.Policy.documented
  /// The bot.
  public var bot: Bot = .echoes
  /// What callers say instead of their own sound, at 8 kHz, each from another place in it and then again
  /// from its start; where they interrupt, all of it each time, and otherwise they keep silent. nil: a
  /// sound of their own, and 300 ms of a loud one to interrupt.
  public var speech: WaveFile?
  /// Callers speak over the bot so long after all calls are up, and otherwise keep silent; nil: never.
  public var interruptAfter: Duration?
  /// They do it again and again, so long after the last time; longer than ``speech``. nil: once.
  public var interruptEvery: Duration?
  /// The process whose processor time and memory are measured; nil for none.
  public var serverProcess: Int32?

  /// A hundred calls that are echoed for half a minute.
  public init() {}

  /// What every call is judged by: the rules of a single one, and of an echo every gap counts.
  var rules: JudgeRules {
    var rules: JudgeRules =
      switch provider {
      case .plivo: .plivo(provider.wire)
      case .exotel: .exotel(policy)
      }
    rules.everyGapMatters = bot == .echoes
    return rules
  }

  /// How often each caller sends.
  static let cadence: Int64 = 20_000_000
  /// How long a caller listens after the last word.
  static let tail: Duration = .seconds(2)
  /// How long a bot may take to close a socket, and all calls to begin.
  static let patience: Duration = .seconds(10)
}
