import AudioEngine
import BotTransport
import CallSimulator
import Foundation

/// `sidetone load`: many calls to one bot at once.
struct LoadCommand: Command {
  static let name = "load"
  static let summary = "place many calls to a bot at once and measure what it carries"
  static let operands = [
    Operand(
      name: "URL", help: "where the bot listens, ws://HOST:PORT/PATH", isRequired: false)
  ]
  static let options = [
    Option("--calls", "COUNT", help: "how many calls at once, 1 to 20000 (default 100)"),
    Option("--ramp", "SECONDS", help: "begin them evenly over so long, 0 to 600 (default 5)"),
    Option(
      "--duration", "SECONDS", help: "hold them all for so long, 2 to 86400 (default 30)"),
    Option(
      "--provider", "NAME",
      help: "\(dialects) (default \(usual.name))"),
    Option(
      "--rate", "HZ",
      help: "the streams' rate, of those that the platform has (default 8000)"),
    Option(
      "--every", "MS",
      help:
        "how often each caller sends, 20 to 500, a multiple of 20 (default 20; some platforms send every 100)"
    ),
    Option(
      "--lookup", "URL",
      help: "ask this http(s) address where to dial before each call, in place of URL"),
    Option(
      "--policy", "NAME",
      help:
        "documented, or relaxed: chunks as small as a platform has been seen to play them are legal "
        + "(default documented)"),
    Option(
      "--bot-speaks",
      help: "the bot talks by itself: no echo is missed, only gaps and lateness are judged"),
    Option(
      "--audio", "FILE.wav",
      help: "what every caller says, again and again, instead of a sound of its own; where callers "
        + "interrupt, it is what they do it with instead of 300 ms of a loud sound"),
    Option(
      "--interrupt-after", "SECONDS",
      help: "every caller speaks over the bot so long after the ramp, and is silent otherwise; "
        + "the time to the bot's clear is measured"),
    Option(
      "--interrupt-every", "SECONDS",
      help:
        "and again and again so long after the last time, 1 to 3600: the bot must begin anew, as "
        + "serve --bot repeat:FILE.wav does"),
    Option(
      "--server-pid", "PID",
      help: "measure the processor time and memory of this process, the bot's server"),
    SoundOptions.channelOption,
    SoundOptions.rawOption,
    Option("--json", "FILE", help: "write all figures as JSON; '-' for standard output"),
    Option(
      "--html", "FILE.html",
      help: "write one page for people: how late audio came, drawn by the share of messages"),
  ]
  static let notes = """
    Run it on a processor of its own, as with taskset, and look at its own lateness
    first: what the load sends late, the bot answers late. Lateness is measured at
    the caller's side of the socket, each message from the earliest of its call, for
    its place in the speech.

    Each call is judged as 'sidetone call' judges one: sizes of chunks, stream ids,
    JSON, base64, holes in speech, the closing of the socket. Of an echo every gap
    counts. The report says why a load has failed, a sentence a kind.

    exit status: 0 no call failed and no audio was lost, doubled or late enough to
    be heard, nothing was said after a clear, and nothing was sent that a single
    call would be failed for; 1 otherwise, 2 wrong usage

    examples:
      sidetone load ws://127.0.0.1:5001/\(usual.name) --calls 500 --duration 60
      sidetone load ws://127.0.0.1:5001/\(usual.name) --calls 1000 --server-pid 4711
      sidetone load ws://127.0.0.1:5001/\(usual.name) --audio voice.wav
      sidetone load --lookup http://127.0.0.1:5001/\(usual.name)/answer --calls 300
      sidetone load ws://127.0.0.1:5001/\(usual.name) --bot-speaks --interrupt-after 3
    """

  private static var providers: [SimulatedProvider] {
    SimulatedProvider.all.filter { $0.load != nil }
  }

  private static var usual: SimulatedProvider { .usualOfLoad }

  private static var dialects: String {
    providers.compactMap { provider in
      provider.load.map { load in
        let formats = load.rates.map { "\(load.at($0).wire)" }
        return "\(provider.name): \(formats.joined(separator: ", "))"
      }
    }.joined(separator: "; ")
  }

  /// nil where each call asks.
  private let address: BotAddress?
  private var plan: LoadPlan
  private let json: String?
  private let page: String?

  init(_ arguments: Arguments) throws(UsageError) {
    do {
      address = try arguments.optionalOperand(0).map { try BotAddress($0) }
    } catch {
      throw UsageError("\(error)")
    }
    let name = try arguments.choice("--provider", of: Self.providers.map(\.name))
    let provider = name.flatMap(SimulatedProvider.named) ?? Self.usual
    guard let dialect = provider.load else {
      throw UsageError("--provider \(provider.name) places no loads")
    }
    var chosen = dialect
    if let hertz = try arguments.integer("--rate", in: 8_000...48_000) {
      guard let rate = dialect.rates.first(where: { $0.hertz == hertz }) else {
        let all = dialect.rates.map { "\($0.hertz)" }.joined(separator: ", ")
        throw UsageError("--rate \(hertz) is none of \(provider.name)'s: take one of \(all)")
      }
      chosen = dialect.at(rate)
    }
    plan = LoadPlan(chosen)
    if let every = try arguments.integer("--every", in: 20...500) {
      guard every.isMultiple(of: 20) else {
        throw UsageError("--every \(every) is no multiple of 20")
      }
      plan.cadence = .milliseconds(every)
    }
    plan.name += "-" + String(UInt32.random(in: 0...UInt32.max), radix: 36)
    let asked = try WebOptions.address(arguments, "--lookup")
    guard (address == nil) != (asked == nil) else {
      throw UsageError(
        address == nil
          ? "URL is missing: where the bot listens, or what to ask for it (--lookup)"
          : "URL and --lookup both say where to dial: leave one out")
    }
    if let asked {
      guard let web = provider.web else {
        throw UsageError("\(provider.name) asks nobody where to dial: give URL")
      }
      plan.lookup = LoadPlan.Lookup(web, asking: asked)
    }
    func seconds(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Duration? {
      try arguments.number(name, in: range).map { .milliseconds(Int($0 * 1_000)) }
    }
    plan.calls = try arguments.integer("--calls", in: 1...20_000) ?? plan.calls
    plan.ramp = try seconds("--ramp", in: 0...600) ?? plan.ramp
    plan.duration = try seconds("--duration", in: 2...86_400) ?? plan.duration
    plan.policy =
      try arguments.choice("--policy", of: provider.policies.map(\.rawValue))
      .flatMap(JudgeRules.Policy.init(rawValue:)) ?? .documented
    plan.bot = arguments.flag("--bot-speaks") ? .speaks : .echoes
    plan.interruptAfter = try seconds("--interrupt-after", in: 0...86_400)
    if plan.interruptAfter != nil, plan.bot == .echoes {
      throw UsageError(
        "--interrupt-after needs a bot that can be interrupted", advice: "add --bot-speaks")
    }
    plan.interruptEvery = try seconds("--interrupt-every", in: 1...3_600)
    if plan.interruptEvery != nil, plan.interruptAfter == nil {
      throw UsageError(
        "--interrupt-every wants to know when to begin", advice: "add --interrupt-after")
    }
    plan.speech = try arguments.text("--audio").map { path throws(UsageError) in
      let sound = try SoundFile.readSpeech(path, SoundOptions(arguments))
      return try SoundFile.resampled(sound, to: chosen.wire.rate)
    }
    if let every = plan.interruptEvery, let speech = plan.speech, speech.duration >= every {
      throw UsageError(
        "--audio is longer than the time between two interruptions",
        advice: "take a shorter file or a longer --interrupt-every")
    }
    plan.serverProcess = try arguments.integer("--server-pid", in: 1...Int(Int32.max))
      .map { Int32($0) }
    json = try arguments.text("--json")
    try SoundFile.checkWritable(json, for: "--json")
    page = try arguments.text("--html")
    try SoundFile.checkWritable(page, for: "--html")
  }

  func run() async throws(UsageError) -> ExitStatus {
    OpenFiles.raise(to: plan.calls + 64)
    let loop: EventLoop
    do { loop = try EventLoop(name: "load", messagesPerLook: .max) } catch {
      throw UsageError(saying: error)
    }
    loop.start()
    defer { loop.stop() }
    let total = plan.calls
    let report = await LoadRun(plan, to: address, on: loop) { progress in
      let seconds = Int(progress.elapsed.inMilliseconds / 1_000)
      Console.status(
        "load  \(seconds) s, \(progress.live) of \(total) calls live, \(progress.ended) ended")
    }.run()
    Console.status("")
    if let json {
      guard let text = try? LoadText.json(report) else {
        throw UsageError("cannot write \(json)", advice: "a figure has no JSON form")
      }
      try SoundFile.write(text, to: json)
    }
    if let page { try SoundFile.write(LoadPage(report, plan).html, to: page) }
    let lines = LoadText.lines(report, plan).joined(separator: "\n")
    if json == "-" { Console.complain(lines) } else { Console.print(lines) }
    return report.isClean ? .success : .failure
  }
}
