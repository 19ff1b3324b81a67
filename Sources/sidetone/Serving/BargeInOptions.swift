import AudioEngine
import BotTransport

/// What a caller who speaks over the bot does to it.
struct BargeInOptions {
  static let options = [
    Option(
      "--barge-in",
      help: "interrupt the bot's speech when the caller speaks"),
    Option(
      "--detector", "NAME",
      help: "what hears a caller for --barge-in: voice, a neural network, or level, a gate on the "
        + "level alone; a loop that runs late takes level for new calls (default voice)"),
    Option(
      "--barge-in-policy", "NAME",
      help:
        "immediate: interrupt as soon as the caller speaks; confirmed: hold the bot at once, and "
        + "go on where the caller stopped hearing if it was a cough; polite: interrupt at the "
        + "bot's next pause (default immediate)"),
    Option(
      "--barge-in-after", "MS",
      help: "how much speech, pauses left out, is meant to interrupt, 0 to 5000 "
        + "(default 300 for confirmed, else what the detector needs)"),
  ]

  /// nil where callers do not interrupt.
  let policy: BargeInPolicy?
  private let detector: DetectorChoice

  init(_ arguments: Arguments) throws(UsageError) {
    let isOn = arguments.flag("--barge-in")
    detector = try DetectorChoice(arguments)
    let manners = BargeInPolicy.Manner.allCases.map(\.rawValue)
    let name = try arguments.choice("--barge-in-policy", of: manners)
    let after = try arguments.integer("--barge-in-after", in: 0...5_000)
    let others = ["--detector", "--barge-in-policy", "--barge-in-after"]
    if !isOn, let other = others.first(where: arguments.has) {
      throw UsageError("\(other) is of no use without --barge-in")
    }
    let manner = name.flatMap(BargeInPolicy.Manner.init) ?? .immediate
    policy = isOn ? BargeInPolicy(manner, after: after.map { .milliseconds($0) }) : nil
  }

  func apply(to configuration: inout ServerConfiguration) {
    guard let policy else { return }
    configuration.call.bargeIn = policy
    switch detector {
    case .voice:
      configuration.call.bargeInDetector = { VoiceDetector() }
      configuration.spareDetector = { LevelGate() }
    case .level: configuration.call.bargeInDetector = { LevelGate() }
    }
  }
}
