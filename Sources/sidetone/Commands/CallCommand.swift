import AudioEngine
import BotTransport
import CallSimulator
import Foundation

/// `sidetone call`: plays a platform that calls a bot, and judges the bot.
struct CallCommand: Command {
  static let name = "call"
  static let summary = "place a simulated call to a bot and judge what comes back"
  static let operands = [
    Operand(
      name: "URL", help: "where the bot listens, ws://HOST:PORT/PATH", isRequired: false)
  ]
  static let options: [Option] =
    [
      Option(
        "--audio", "FILE.wav",
        help: "what the caller says: a WAV file of any usual rate, '-' for standard input"),
      Option(
        "--script", "FILE.json",
        help:
          "in place of --audio: what the caller says, waits for, interrupts, presses and expects, "
          + "step by step (docs/testing-a-bot.md)"),
      SoundOptions.channelOption,
      SoundOptions.rawOption,
      Option(
        "--provider", "NAME",
        help: "the platform that calls: \(providers) (default \(usual))"),
      Option(
        "--rate", "HZ",
        help: "the stream's rate, 8000, 16000 or 24000 (default the file's, or the next below)"),
      Option(
        "--encoding", "NAME",
        help: "the stream's encoding: linear16, or mulaw where the platform has it "
          + "(default the platform's usual one at the file's rate)"),
      Option(
        "--policy", "NAME",
        help:
          "documented, or relaxed: chunks as small as a platform has been seen to play them are legal "
          + "(default documented)"),
      Option(
        "--record", "HEARD.wav",
        help: "write what the caller hears, silence included; '-' for standard output"),
      Option(
        "--report", "FILE.json",
        help: "write the verdict and all figures as JSON; '-' for standard output"),
      Option(
        "--speed", "FACTOR",
        help: "send the caller's audio so many times faster, 1 to 100; the caller still "
          + "listens in real time (default 1)"),
      Option(
        "--tail", "SECONDS",
        help: "hang up when the caller has said everything and then heard nothing for so "
          + "long, 0 to 600 (default 2)"),
      Option(
        "--interrupt-at", "SECONDS",
        help: "stay silent so long and then speak --audio over the bot, 0 to 600: the bot "
          + "must clear and fall silent"),
      Option(
        "--expect-echo",
        help: "fail unless the bot gives back the caller's audio byte for byte, without a gap"),
      Option(
        "--one-way", help: "the stream carries audio to the bot alone: anything sent back is wrong"),
      Option(
        "--legs", "N",
        help: "a one-way stream with the audio of N telephones that ring at once, 2 to 10, as "
          + "\(ringing) sends it: nothing says whose a message is"),
      Option(
        "--dialect", "NAME",
        help: "how the platform spells its messages: \(dialects) (default the first)"),
      Option(
        "--html", "FILE.html",
        help:
          "write the call as one page for people: both voices on one axis, gaps, turns, clears, "
          + "the verdict; it needs no script and no network"),
      Option(
        "--timeline", "FILE.json",
        help:
          "write each message both ways with its time, and into --report; '-' for standard output"),
      Option("--junit", "FILE.xml", help: "write the verdict as a CI service reads it"),
    ] + CallerOptions.options + WebOptions.options
  static let notes = """
    The bot is judged by what it sends: sizes of chunks, stream ids, JSON, base64,
    gaps in the caller's ear, audio after a clear or after the stop, the closing of
    the socket; and by the audio itself: its encoding, byte order, rate and level,
    steps where chunks meet. Each problem is one sentence in the report. The caller
    hangs up at the latest 60 s after its last word. Where a file goes to standard
    output, the report for people goes to the error stream.

    environment: \(variables),
    where it is set, signs the upgrade of that platform's calls

    exit status: 0 the verdict is pass, 1 it is fail, 2 wrong usage

    examples:
      sidetone call ws://127.0.0.1:5001/\(usual) --audio voice.wav
      sidetone call ws://127.0.0.1:5001/\(usual) --audio voice.wav --expect-echo
      sidetone call ws://127.0.0.1:5001/\(usual) --audio voice.wav --interrupt-at 3
      sidetone call ws://127.0.0.1:5001/\(usual) --audio voice.wav --policy relaxed
      sidetone call ws://127.0.0.1:5001/\(other) --provider \(other) --audio voice.wav
      sidetone call ws://127.0.0.1:5001/\(usual) --script conversation.json
      sidetone call ws://bot.example.com/media --audio voice.wav \\
        --record heard.wav --report report.json --html report.html --tail 5
      sidetone call --provider \(other) --answer http://127.0.0.1:8080/answer \\
        --audio voice.wav
    """

  private static var providers: String {
    Arguments.list(SimulatedProvider.all.map(\.name))
  }

  /// The platform that calls where none is named, and another for examples.
  private static var usual: String { SimulatedProvider.all[0].name }
  private static var other: String { SimulatedProvider.all[1].name }

  private static var variables: String {
    Arguments.list(SigningSecret.variables)
  }

  private static var ringing: String {
    Arguments.list(SimulatedProvider.all.filter { $0.mostLegs > 1 }.map(\.name))
  }

  private static var dialects: String {
    SimulatedProvider.all.map { $0.dialects.joined(separator: ", ") }.joined(separator: "; ")
  }

  private let address: BotAddress?
  private let setup: CallSetup
  private let web: WebOptions
  private let recording: String?
  private let reportFile: String?
  private let junitFile: String?
  private let pageFile: String?
  private let timelineFile: String?
  private let caller: CallerOptions

  init(_ arguments: Arguments) throws(UsageError) {
    let provider = try CallSetup.provider(arguments)
    web = try WebOptions(arguments, provider)
    do {
      address = try arguments.optionalOperand(0).map { text throws(BotAddressError) in
        try BotAddress(text)
      }
    } catch {
      throw UsageError("\(error)")
    }
    caller = try CallerOptions(arguments, provider)
    recording = try arguments.text("--record")
    reportFile = try arguments.text("--report")
    junitFile = try arguments.text("--junit")
    pageFile = try arguments.text("--html")
    timelineFile = try arguments.text("--timeline")
    if recording == "-", reportFile == "-" {
      throw UsageError("--record and --report cannot both go to standard output")
    }
    if timelineFile == "-", recording == "-" || reportFile == "-" {
      throw UsageError("--timeline cannot go to standard output beside --record and --report")
    }
    setup = try CallSetup(arguments, provider, caller)
    try SoundFile.checkWritable(recording, for: "--record")
    try SoundFile.checkWritable(reportFile, for: "--report")
    try SoundFile.checkWritable(junitFile, for: "--junit")
    try SoundFile.checkWritable(pageFile, for: "--html")
    try SoundFile.checkWritable(timelineFile, for: "--timeline")
    // Whatever is asked, options that do not go together are found out before the call.
    _ = try setup.platform(DialDirections(), isAsked: false)
  }

  func run() async throws(UsageError) -> ExitStatus {
    let outcome = try await place()
    Console.status("")
    if let recording { try SoundFile.write(outcome.heard, to: recording) }
    if let reportFile { try Self.write(outcome.report, to: reportFile) }
    if let junitFile { try SoundFile.write(JUnitReport.xml(outcome.report), to: junitFile) }
    if let timelineFile { try SoundFile.write(try outcome.timeline(), to: timelineFile) }
    let text = ReportText(
      report: outcome.report, said: outcome.said, heard: outcome.heard, recording: recording,
      unicode: Console.isUnicode)
    if let pageFile {
      try SoundFile.write(ReportPage(text).html, to: pageFile)
    }
    let lines = text.lines.joined(separator: "\n")
    if recording == "-" || reportFile == "-" || timelineFile == "-" {
      Console.complain(lines)
    } else {
      Console.print(lines)
    }
    return outcome.report.verdict == .pass ? .success : .failure
  }

  private func place() async throws(UsageError) -> CallOutcome {
    let journey = CallWeb(setup.provider.web, about: setup.choices.call, tls: caller.tls)
    var directions = DialDirections()
    if let enquiry = web.enquiry {
      directions = await journey.directions(asking: enquiry)
    } else if let address {
      directions = await journey.directions(dialling: address)
    }
    let platform = try setup.platform(directions, isAsked: web.enquiry != nil)
    guard let address = address ?? directions.address.flatMap({ try? BotAddress($0) }) else {
      return await journey.complete(.undialled(platform, told: web.enquiry ?? ""))
    }
    let loop: EventLoop
    do { loop = try EventLoop(name: "call") } catch { throw UsageError(saying: error) }
    loop.start()
    defer { loop.stop() }
    await journey.begin(web.plan(directions, streamURL: address.redacted))
    let call = SimulatedCall(
      to: address, as: platform, on: loop, tls: caller.tls, headers: caller.headers,
      keepsTimeline: timelineFile != nil, moments: { journey.tell($0) })
    let outcome = await call.run { progress in
      let problems = progress.problems == 0 ? "" : ", problems: \(progress.problems)"
      Console.status(
        "calling  said \(Self.seconds(progress.said)) s, "
          + "heard \(Self.seconds(progress.heard)) s\(problems)")
    }
    return await journey.complete(outcome)
  }

  private static func seconds(_ duration: Duration) -> String {
    "\((duration.inMilliseconds / 100).rounded(.down) / 10)"
  }

  private static func write(_ report: CallReport, to path: String) throws(UsageError) {
    guard let json = try? report.json else {
      throw UsageError("cannot write \(path)", advice: "a figure has no JSON form")
    }
    try SoundFile.write(json, to: path)
  }
}

extension CallOutcome {
  /// The timeline alone, as JSON.
  fileprivate func timeline() throws(UsageError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let json = try? encoder.encode(report.timeline ?? []) else {
      throw UsageError("the timeline has no JSON form", advice: "leave --timeline out")
    }
    return json
  }
}
