import AudioEngine
import BotTransport
import CallLog
import Foundation
import Telephony

/// `sidetone serve`: runs a built-in bot for platforms, or the simulator, to call.
struct ServeCommand: Command {
  static let name = "serve"
  static let summary = "run a bot that platforms can call"
  static let operands: [Operand] = []
  static let options =
    [
      Option(
        "--bot", "BOT",
        help: "echo gives back what it hears, silence says nothing, play:FILE.wav says the "
          + "file, repeat:FILE.wav says it again and again, and a second after an interruption anew "
          + "(default echo)"),
      Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
      Option("--port", "PORT", help: "the port to listen on, 0 for any free one (default 5001)"),
      Option(
        "--bot-on-loop",
        help: "run the bot on its call's event loop instead of Swift's pool: less processor "
          + "time for bots that only await"),
      Option(
        "--loops", "N",
        help: "carry the calls on so many threads, 1 to 64 (default 1, good for a thousand calls)"),
      Option(
        "--conformance-echo",
        help: "be a plain WebSocket echo instead, for conformance suites"),
      Option(
        "--no-metrics", help: "leave /healthz, /readyz and /metrics unanswered"),
      Option(
        "--barge-in",
        help: "interrupt the bot's speech when the caller's audio grows loud"),
      Option(
        "--lead", "MS",
        help: "how far the bot's speech runs ahead of the caller's ear, 20 to 2000: more hides "
          + "longer stalls of this machine, less sends smaller messages to Plivo (default 200)"),
      Option(
        "--bot-rate", "HZ",
        help: "the rate at which the bot hears and speaks, 8000, 16000 or 24000 "
          + "(default the platform's)"),
      Option(
        "--public-url", "URL",
        help: "where the platform reaches this server, such as wss://bot.example.com (default "
          + "what each request says)"),
      Option(
        "--plivo-auth-token", "TOKEN",
        help: "take upgrades and webhooks under /plivo with Plivo's signature alone (default "
          + "$PLIVO_AUTH_TOKEN, which other users of the machine cannot read)"),
      Option(
        "--silence-at-start", help: "send a piece of silence as soon as a call has begun"),
      Option(
        "--idle-silence", "SECONDS",
        help: "send a piece of silence when the bot has said nothing for so long, 1 to 60"),
      Option(
        "--protect-callbacks",
        help: "ask for the same credentials on HTTP requests; the addresses always count"),
      Option(
        "--log-format", "FORMAT",
        help: "log calls and refusals to the error stream as text or json (default no log)"),
      Option(
        "--log-level", "LEVEL",
        help: "log debug, info, warning or error and above, by module where MODULE=LEVEL "
          + "follows a comma: info,call=warning (default info)"),
    ] + CallLogOptions.options + LimitOptions.options + AccessOptions.options + TLSOptions.options
  static let notes = """
    Prints 'listening on ws://ADDRESS:PORT', or wss:, when calls may come, and
    serves until Ctrl-C. SIGHUP has it read the files of --tls-cert, --tls-key and
    --tls-client-ca again, without a call dropped. The platform is found from the
    path, /exotel or /plivo, or on any other path from its first messages. On the
    same port it answers /exotel/stream-url, /exotel/passthru, /exotel/status and
    /exotel/events, and /plivo/answer and /plivo/status.

    A caller must show one of the credentials or tokens, if there are any, and come
    from one of the addresses, if there are any. A token is looked for in the path,
    the query and the parameters of start. Credentials may also stand in the
    environment: SIDETONE_BASIC=user:password, SIDETONE_TOKEN=token. Without any of
    these the server listens on this machine alone.

    The first SIGINT or SIGTERM refuses new calls with 503 and gives running ones
    the time of --drain; a second one ends at once.

    exit status: 0 after Ctrl-C, 1 after a second one, 2 wrong usage or a port in
    use

    examples:
      sidetone serve
      sidetone serve --bot play:greeting.wav --host 0.0.0.0 --port 8080 \\
        --basic-file credentials --call-log calls.db
      sidetone serve --bot echo --bot-rate 16000
    """

  let bot: BuiltInBot
  let host: String
  /// 0 for any free port.
  let port: Int
  /// Whether conformance is tested rather than calls carried.
  let isPlainEcho: Bool
  /// Threads that carry calls.
  let loopCount: Int
  /// Whether health and metrics are answered.
  let isWatched: Bool
  /// nil for the wire's rate.
  let botRate: SampleRate?
  let placement: BotPlacement
  /// How far speech runs ahead of the caller's ear; nil for the platform's own.
  let lead: Duration?
  /// Whether the caller's voice interrupts the bot's.
  let bargesIn: Bool
  let access: AccessOptions
  let tls: TLSOptions
  let callLog: CallLogOptions
  let publicAddress: PublicAddress?
  let silence: DownlinkSilence
  let protectsCallbacks: Bool
  let limits: LimitOptions
  let log: LogWriter?
  let plivoToken: String?

  init(_ arguments: Arguments) throws(UsageError) {
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? 5001
    isPlainEcho = arguments.flag("--conformance-echo")
    loopCount = try arguments.integer("--loops", in: 1...64) ?? 1
    isWatched = !arguments.flag("--no-metrics")
    let rates = SampleRate.telephony.map { String($0.hertz) }
    botRate = try arguments.choice("--bot-rate", of: rates).flatMap(Int.init)
      .flatMap(SampleRate.init(hertz:))
    placement = arguments.flag("--bot-on-loop") ? .callLoop : .pool
    lead = try arguments.integer("--lead", in: 20...2_000).map { .milliseconds($0) }
    bargesIn = arguments.flag("--barge-in")
    access = try AccessOptions(arguments)
    tls = try TLSOptions(arguments)
    limits = try LimitOptions(arguments)
    let levels = try LogWriter.Levels(arguments.text("--log-level") ?? "info")
    let formats = LogWriter.Format.allCases.map(\.rawValue)
    let format = try arguments.choice("--log-format", of: formats)
    log = format.flatMap(LogWriter.Format.init).map { LogWriter($0, levels) }
    callLog = try CallLogOptions(arguments)
    publicAddress = try arguments.text("--public-url").map { text throws(UsageError) in
      guard let address = PublicAddress(text) else {
        throw UsageError("--public-url \(text) is not like wss://bot.example.com")
      }
      return address
    }
    silence = DownlinkSilence(
      atStart: arguments.flag("--silence-at-start"),
      whenIdle: try arguments.integer("--idle-silence", in: 1...60).map { .seconds($0) })
    protectsCallbacks = arguments.flag("--protect-callbacks")
    plivoToken =
      try arguments.text("--plivo-auth-token")
      ?? ProcessInfo.processInfo.environment["PLIVO_AUTH_TOKEN"]
    bot = try Self.bot(arguments.text("--bot") ?? "echo")
  }

  private static func bot(_ text: String) throws(UsageError) -> BuiltInBot {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let file = parts.count == 2 ? String(parts[1]) : nil
    switch (String(parts[0]), file) {
    case ("echo", nil): return .echo
    case ("silence", nil): return .silence
    case ("play", let file?) where !file.isEmpty:
      return .play(try SoundFile.readSpeech(file))
    case ("repeat", let file?) where !file.isEmpty:
      return .repeats(try SoundFile.readSpeech(file))
    case (let name, _) where name == "play" || name == "repeat":
      throw UsageError("--bot \(name): wants a file: --bot \(name):FILE.wav")
    default:
      throw UsageError(
        "--bot \(text) is unknown: take echo, silence, play:FILE.wav or repeat:FILE.wav")
    }
  }

  /// Serves until Ctrl-C.
  func run() async throws(UsageError) -> ExitStatus {
    // As many as the system lets it have: a call costs one. The log's first line tells how many.
    OpenFiles.raise(to: OpenFiles.mostOfServer)
    let configuration = try configuration()
    let server = BotServer(host: host, port: port, configuration: configuration)
    let signals = SignalWatcher()
    let host = host.contains(":") ? "[\(host)]" : host
    let serving = Task { [bot, tls, isPlainEcho] in
      let onListening: @Sendable (Int) -> Void = { port in
        Console.print("listening on \(tls.scheme)://\(host):\(port)")
      }
      if isPlainEcho {
        return try await EchoServer(
          host: server.host, port: server.port, listener: configuration.listener,
          limits: configuration.limits, admitsStrangers: configuration.admitsStrangers
        ).run(onListening: onListening)
      }
      try await server.run(onListening: onListening) { call in
        try await bot.carry(call)
      }
    }
    let reloading = tls.reloadAtHangUp()
    defer { reloading?.cancel() }
    let ending = Task {
      for await arrival in signals.arrivals {
        if arrival.ordinal > 1 { exit(ExitStatus.failure.rawValue) }
        serving.cancel()
      }
    }
    defer { ending.cancel() }
    do {
      try await serving.value
    } catch let error as ListenError {
      throw UsageError(saying: error)
    } catch ServerError.open(let host) {
      throw UsageError(
        "listening on \(host) lets anybody call the bot",
        advice: "give --basic-file, --token-file or --allow, or --allow-unauthenticated if that is "
          + "meant")
    } catch ServerError.callLog(let reason) {
      throw UsageError(reason)
    } catch {
      throw UsageError("cannot serve: \(error)")
    }
    await log?.finish()
    if let lost = configuration.callLog?.counts.lost, lost > 0 {
      Console.complain("sidetone serve: the ends of \(lost) calls are not in the call log")
    }
    return .success
  }

  private func configuration() throws(UsageError) -> ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.call.botRate = botRate
    if let lead {
      configuration.call.lead = .fixed(lead)
      configuration.call.platforms = PlatformRegistry([
        .exotel(), .plivo(PlivoOptions(lead: lead)),
      ])
    }
    configuration.botPlacement = placement
    if let log { configuration.log = { log.write($0) } }
    if bargesIn { configuration.call.bargeInDetector = { LevelGate() } }
    configuration.loopCount = loopCount
    configuration.isWatched = isWatched
    configuration.version = Version.current
    configuration.access = access.policy
    // Who shows the right certificate is no stranger.
    configuration.admitsStrangers = access.admitsStrangers || tls.asksForCertificate
    configuration.listener.tls = tls.configuration
    configuration.silence = silence
    limits.apply(to: &configuration)
    callLog.apply(to: &configuration)
    let gate =
      protectsCallbacks
      ? access.policy : AccessPolicy(addresses: access.policy.addresses)
    ExotelEndpoints(
      access: gate, publicAddress: publicAddress, callLog: configuration.callLog
    ).add(to: &configuration.routes)
    // Where strangers can come and nothing but Plivo's signatures tells them, nothing else is taken.
    let isLocal = ["127.0.0.1", "::1", "localhost"].contains(host)
    let isOnlyWay = access.policy.admitsEverybody && !access.admitsStrangers && !isLocal
    let plivoGate = PlivoGate(
      tokens: [plivoToken ?? ""], publicAddress: publicAddress, isOnlyWay: isOnlyWay)
    if let plivoGate {
      plivoGate.add(to: &configuration)
      configuration.admitsStrangers = true
    }
    PlivoEndpoints(
      gate: plivoGate, publicAddress: publicAddress, callLog: configuration.callLog,
      notices: configuration.notices
    ).add(to: &configuration.routes)
    return configuration
  }
}
