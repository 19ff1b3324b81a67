import AudioEngine
import BotTransport
import CallSimulator
import Foundation

/// `sidetone doctor`: does the platforms' own checklists for an address, and for a server's options.
struct DoctorCommand: Command {
  static let name = "doctor"
  static let summary = "examine an address that platforms call, and the server behind it"
  static let operands = [
    Operand(
      name: "URL",
      help:
        "what the platform is given, wss://HOST/PATH, or https:// where it asks first (default: "
        + "what the server's options say)", isRequired: false)
  ]
  static let options =
    [
      Option(
        "--provider", "NAME", help: "the platform that would call: \(providers) (default \(usual))"),
      Option(
        "--audio", "FILE.wav",
        help: "what the caller says, for bots that answer a voice (default a murmur of a second)"),
      Option(
        "--listen", "SECONDS",
        help: "how long the bot may take to say something, 1 to 60 (default 10)"),
      Option(
        "--within", "SECONDS",
        help: "how long the 101, or an answer, may take, 1 to 60 (default 10)"),
      Option(
        "--idle", "SECONDS",
        help: "also leave a socket without a word for so long, 1 to 3600: does a proxy cut it?"),
      Option("--ca", "FILE", help: "trust these authorities instead of the system's (PEM)"),
      Option("--one-way", help: "the bot only listens: nothing comes back"),
      Option("--json", help: "print the findings as JSON"),
    ] + ServeCommand.options
  static let notes = """
    One line a check: ok, warning or failed, what was seen, what to do. A check that
    cannot be made because an earlier one failed has no line. docs/doctor.md lists
    the checks and the faults that each finds.

    With options of 'sidetone serve', or without a URL, it examines the machine and
    the running server as well: descriptors, clock, call log, certificate, tokens,
    public address, callbacks. It calls the bot once, for a few seconds, and once
    with wrong credentials. What a platform signs with comes from the options, or
    from the environment (\(variables)).

    exit status: 0 nothing failed, 1 something did, 2 wrong usage

    examples:
      sidetone doctor wss://key:token@bot.example.com/\(usual)
      sidetone doctor https://key:token@bot.example.com/\(usual)/stream-url
      sidetone doctor wss://bot.example.com/\(other) --provider \(other) --idle 90
      sidetone doctor --public-url wss://bot.example.com --basic-file credentials \\
        --call-log calls.db --max-calls 500
    """

  private static var providers: String {
    Arguments.list(SimulatedProvider.all.map(\.name))
  }
  private static var usual: String { SimulatedProvider.all[0].name }
  private static var other: String { SimulatedProvider.all[1].name }
  private static var variables: String {
    Arguments.list(SigningSecret.variables)
  }

  private let plan: Examination.Plan
  private let isJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    let names = SimulatedProvider.all.map(\.name)
    let name = try arguments.choice("--provider", of: names) ?? Self.usual
    guard let provider = SimulatedProvider.named(name),
      let platform = DoctorPlatform.named(name)
    else {
      throw UsageError("--provider \(name) is unknown")
    }
    let isAsked = arguments.optionalOperand(0) == nil
    let ofServer = ServeCommand.options.contains { arguments.has($0.name) }
    var plan = Examination.Plan(provider: provider, platform: platform)
    if isAsked || ofServer { plan.server = try ServerOptions(arguments) }
    plan.listening = .seconds(try arguments.integer("--listen", in: 1...60) ?? 10)
    plan.patience = .seconds(try arguments.integer("--within", in: 1...60) ?? 10)
    plan.idle = try arguments.integer("--idle", in: 1...3_600).map { .seconds($0) }
    plan.isOneWay = arguments.flag("--one-way")
    if let file = try arguments.text("--ca") {
      plan.tls = TLSClientConfiguration(caFile: file)
      guard TLSExamination.certificate(ofFile: file) != nil else {
        throw UsageError("--ca \(file) holds no certificate in PEM", advice: "name another file")
      }
    }
    if let path = try arguments.text("--audio") {
      let sound = try SoundFile.readSpeech(path)
      plan.sound = try SoundFile.resampled(sound, to: .hz8000)
    }
    plan.signingToken =
      plan.server?.endpoints.signingSecrets(of: name).first
      ?? SigningSecret.inEnvironment(of: name).flatMap { $0.isEmpty ? nil : $0 }
    try plan.aim(at: arguments.optionalOperand(0))
    self.plan = plan
    isJSON = arguments.flag("--json")
  }

  func run() async throws(UsageError) -> ExitStatus {
    let loop: EventLoop
    do { loop = try EventLoop(name: "doctor") } catch { throw UsageError(saying: error) }
    loop.start()
    defer { loop.stop() }
    let (isJSON, target) = (isJSON, Redaction.url(plan.target))
    if !isJSON { Console.print("examining \(target) as \(plan.provider.name)") }
    let findings = await Examination(plan, on: loop).run { finding in
      if !isJSON { Console.print(finding.line) }
    }
    let report = DoctorReport(target: target, provider: plan.provider.name, findings)
    if isJSON {
      Console.print(report.prettyJSON)
    } else {
      let count = findings.count { $0.outcome == .failed }
      let warnings = findings.count { $0.outcome == .warning }
      Console.print(
        "\(findings.count) checks: \(count) failed, \(warnings) with a warning")
    }
    return DoctorReport.verdict(findings) == .failed ? .failure : .success
  }
}
