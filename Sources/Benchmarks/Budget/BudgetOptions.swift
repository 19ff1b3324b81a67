import AudioEngine
import Telephony

/// What `Benchmarks --budget` is asked for.
struct BudgetOptions {
  /// One platform's streams; every platform's where nil.
  var platform: String?
  /// Streams of one rate; of every rate where nil.
  var rate: SampleRate?
  /// The bot's rate; the wire's where nil.
  var botRate: SampleRate?
  var filter = Resampler.Filter.standard
  /// How far ahead of the caller's ear speech runs; the platform's own where nil.
  var lead: Duration?
  var prime: Duration?
  /// Calls that a server on this machine carries meanwhile.
  var calls = 1
  /// One way to the platform, in milliseconds.
  var network = 0.0
  /// What each budget may be at most, in milliseconds.
  var limits: [BudgetKind: Double] = [:]
  var json: String?
  /// The file whose marked table is rewritten.
  var markdown: String?

  static let help = """
    Benchmarks --budget - how long speech takes through Sidetone, stage by stage

    usage: swift run -c release Benchmarks --budget [options]

    options:
      --platform NAME   one platform (default: every one)
      --rate HZ         streams of one rate: 8000, 16000 or 24000 (default: every one)
      --bot-rate HZ     the rate at which the bot hears and speaks (default: the wire's)
      --filter NAME     standard, or lowDelay (default standard)
      --lead MS         how far ahead of the caller's ear speech runs, 20 to 10000
                        (default: the platform's)
      --prime MS        what waits before speech begins, 0 to 5000 (default: the
                        platform's)
      --calls N         measure while a server here carries N calls, 1 to 20000
                        (default 1)
      --network MS      one way to the platform, 0 to 2000 (default 0)
      --limit LIST      fail where a budget is longer, in milliseconds:
                        mouth-to-bot=150,bot-to-ear=400,silence=250, or some of them
      --json FILE       write the budgets as JSON
      --markdown FILE   rewrite FILE's table between <!-- bench:budgets --> and
                        <!-- /bench:budgets -->
      --help            show this page

    Each budget is what the worst placed sample waits. "policy" follows from the platform's
    and the session's rules alone, "measured" was measured in this run, "given" is yours.

    exit status: 0 done, 1 a limit is exceeded, 2 wrong usage or a file that cannot be
    written
    """

  /// Takes the option `name`, if it is one of a budget's.
  mutating func take(_ name: String, _ value: () throws(UsageError) -> String) throws(UsageError)
    -> Bool
  {
    switch name {
    case "--platform":
      let wanted = try value()
      let names = PlatformRegistry.standard.entries.filter { $0.makeEnd != nil }.map(
        \.platform.name)
      guard names.contains(wanted) else {
        throw UsageError("--platform is one of \(names.joined(separator: ", "))")
      }
      platform = wanted
    case "--rate": rate = try Self.rate(name, value())
    case "--bot-rate": botRate = try Self.rate(name, value())
    case "--filter":
      switch try value() {
      case "standard": filter = .standard
      case "lowDelay": filter = .lowDelay
      default: throw UsageError("--filter is standard or lowDelay")
      }
    case "--lead": lead = .milliseconds(Int(try Self.number(name, value(), in: 20...10_000)))
    case "--prime": prime = .milliseconds(Int(try Self.number(name, value(), in: 0...5_000)))
    case "--calls": calls = Int(try Self.number(name, value(), in: 1...20_000))
    case "--network": network = try Self.number(name, value(), in: 0...2_000)
    case "--limit": limits = try Self.limits(value())
    case "--json": json = try value()
    case "--markdown": markdown = try value()
    default: return false
    }
    return true
  }

  private static func rate(_ name: String, _ text: String) throws(UsageError) -> SampleRate {
    guard let rate = SampleRate.telephony.first(where: { String($0.hertz) == text }) else {
      throw UsageError("\(name) is 8000, 16000 or 24000")
    }
    return rate
  }

  private static func number(
    _ name: String, _ text: String, in range: ClosedRange<Double>
  ) throws(UsageError) -> Double {
    guard let number = Double(text), range.contains(number) else {
      throw UsageError("\(name) is \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
    return number
  }

  private static func limits(_ text: String) throws(UsageError) -> [BudgetKind: Double] {
    var limits: [BudgetKind: Double] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count == 2, let kind = BudgetKind(rawValue: String(words[0])),
        let most = Double(words[1]), most > 0, most.isFinite
      else { throw UsageError("--limit is like mouth-to-bot=150,bot-to-ear=400,silence=250") }
      limits[kind] = most
    }
    return limits
  }
}
