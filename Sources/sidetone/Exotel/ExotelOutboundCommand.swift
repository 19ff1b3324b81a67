import BotTransport
import Foundation
import PlatformREST
import Telephony

/// `sidetone exotel outbound`: calls a number over the Legs API and joins it to a bot.
struct ExotelOutboundCommand: Command {
  static let name = "exotel outbound"
  static let summary = "call a number as a leg, greet, and join it to a bot"
  static let operands: [Operand] = []
  static let options =
    [
      Option(
        "--contact", "NUMBER", isRequired: true, help: "whom to call, a number or sip:ADDRESS"),
      Option("--exophone", "NUMBER", isRequired: true, help: "your ExoPhone"),
      Option(
        "--stream-url", "URL", isRequired: true, help: "the bot's socket, wss://HOST/PATH"),
      Option("--greeting", "TEXT", help: "what is spoken until the bot is there; keep it short"),
    ] + ExotelStreamOptions.options + [
      Option("--ring", "SECONDS", help: "the longest until the answer, 1 to 300 (default 30)"),
      Option(
        "--stream-within", "SECONDS",
        help: "the longest from the answer to the bot, 1 to 120 (default 15)"),
      Option("--time-limit", "SECONDS", help: "the longest the call may last, 1 to 14400"),
      Option(
        "--custom-param", "TEXT",
        help: "comes back with events; like no other's, for a lost call is found by it"),
      Option(
        "--listen", "ADDRESS:PORT", help: "where events are taken (default 127.0.0.1:5002)"),
      Option(
        "--events-url", "URL",
        help: "how Exotel reaches --listen, https://HOST[/PATH]; a path is added to it"),
      Option("--tls-cert", "FILE", help: "the certificate that --listen shows, in PEM"),
      Option("--tls-key", "FILE", help: "its private key, in PEM"),
      ExotelCredentials.timeout,
    ]
  static let notes = """
    Makes a leg, waits for leg_answered, starts stream and greeting together, stops
    the greeting at stream_started, and hangs up when the bot has closed its socket, a
    step takes too long, or on Ctrl-C. What was ordered and not answered is looked for
    among the events and hung up. A second Ctrl-C ends at once and leaves what there is.

    Events come by https, past a proxy in front of --listen (--events-url), or to
    --listen itself with --tls-cert and --tls-key. grpc:// is not spoken: its service
    definition is not public.

    \(ExotelCredentials.notes)
    EXOTEL_LEGS_BASE names another host for the Legs API alone.

    exit status: 0 the bot was joined and the call ended, 1 a step failed, and which,
    2 wrong usage

    example:
      sidetone exotel outbound --contact +919812345670 --exophone 04440001234 \\
        --stream-url wss://bot.example.com/exotel --greeting 'One moment, please.' \\
        --events-url https://events.example.com
    """

  private var plan: ExotelOutboundPlan
  private let host: String
  private let port: Int
  private let publicURL: String?
  private let tls: TLSServerConfiguration?
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    let stream = try ExotelStreamOptions.url(
      try arguments.text("--stream-url") ?? "", called: "--stream-url", arguments)
    let leg = ExotelLeg(
      contactURI: try arguments.text("--contact") ?? "",
      exophone: try arguments.text("--exophone") ?? "", eventEndpoint: "",
      customParameter: try arguments.text("--custom-param")
        ?? "sidetone-\(UUID().uuidString.lowercased())",
      timeLimitSeconds: try arguments.integer("--time-limit", in: 1...14_400),
      timeoutSeconds: try arguments.integer("--ring", in: 1...300))
    plan = ExotelOutboundPlan(
      leg: leg, stream: stream, greeting: try arguments.text("--greeting"))
    if let seconds = try arguments.integer("--stream-within", in: 1...120) {
      plan.streamWithin = .seconds(seconds)
    }
    (host, port) = try Self.listen(try arguments.text("--listen") ?? "127.0.0.1:5002")
    publicURL = try arguments.text("--events-url")
    if let publicURL {
      guard !publicURL.lowercased().hasPrefix("grpc:") else {
        throw UsageError(
          "--events-url: \(ExotelLegRequest.grpc)",
          advice: "take https://HOST, a proxy in front of --listen")
      }
      guard publicURL.hasPrefix("https://") || publicURL.hasPrefix("http://"),
        !publicURL.contains("?"), !publicURL.contains("#")
      else {
        throw UsageError("--events-url \(publicURL) is not https://HOST[/PATH]")
      }
    }
    tls = try TLSOptions.configuration(
      try arguments.text("--tls-cert"), try arguments.text("--tls-key"))
    timeout = try ExotelCredentials.timeout(arguments)
  }

  private static func listen(_ text: String) throws(UsageError) -> (String, Int) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.last, let port = Int(last), (0...65_535).contains(port)
    else { throw UsageError("--listen \(text) is not ADDRESS:PORT, as in 0.0.0.0:5002") }
    let host = parts.dropLast().joined(separator: ":")
    return (host.trimmingCharacters(in: ["[", "]"]), port)
  }

  func run() async throws(UsageError) -> ExitStatus {
    let account = try ExotelCredentials.account()
    let isTest = account.legsBase.hasPrefix("http://")
    guard isTest || tls != nil || publicURL?.hasPrefix("https://") ?? false else {
      throw UsageError(
        "Exotel tells events by https",
        advice: "give --events-url https://HOST, or --tls-cert and --tls-key")
    }
    let loop: EventLoop
    do { loop = try EventLoop(name: "events") } catch { throw UsageError(saying: error) }
    loop.start()
    defer { loop.stop() }
    let listener: ExotelLegListener
    do {
      listener = try ExotelLegListener(
        loop: loop, host: host, port: port, tls: tls, publicURL: publicURL)
    } catch {
      throw UsageError(saying: error)
    }
    defer { listener.close() }
    try check(listener.feed.endpoint, account)
    let legs = ExotelLegs(account, within: .seconds(timeout))
    let call = ExotelOutboundCall(plan, of: legs, events: listener.feed) { Self.print($0) }
    let signals = SignalWatcher()
    let watcher = Task {
      for await arrival in signals.arrivals {
        guard arrival.ordinal == 1 else {
          Console.complain("sidetone exotel outbound: ended at once; a phone may be ringing")
          exit(ExitStatus.failure.rawValue)
        }
        await call.stop()
      }
    }
    defer { watcher.cancel() }
    return Self.report(await call.run())
  }

  /// What Exotel would refuse is found out before anything rings.
  private func check(_ endpoint: String, _ account: ExotelAccount) throws(UsageError) {
    var leg = plan.leg
    leg.eventEndpoint = endpoint
    do {
      _ = try leg.request(to: account)
      if let greeting = plan.greeting {
        _ = try ExotelLegAction.startSay(text: greeting).request(on: "leg", of: account)
      }
    } catch {
      throw UsageError("\(error)")
    }
  }

  private static func print(_ news: ExotelOutboundNews) {
    switch news {
    case .created(let leg): Console.print("leg \(leg)")
    case .ringing: Console.print("ringing")
    case .answered: Console.print("answered")
    case .streaming(let stream): Console.print("stream \(stream ?? "without a name") is up")
    case .greetingFailed(let reason): Console.complain("sidetone exotel outbound: \(reason)")
    case .unanswered(let what): Console.complain("sidetone exotel outbound: \(what)")
    case .hangingUp: Console.print("hanging up")
    }
  }

  private static func report(_ outcome: ExotelOutboundOutcome) -> ExitStatus {
    if let failure = outcome.failure {
      Console.complain("sidetone exotel outbound: \(failure.step.rawValue): \(failure.reason)")
    }
    if outcome.mayStillRing {
      Console.complain(
        "sidetone exotel outbound: a phone may be ringing, or a call be up: look at Exotel; its "
          + "own time-outs end it")
    }
    if outcome.failure == nil { Console.print(outcome.wasStopped ? "stopped" : "ended") }
    return outcome.failure == nil && outcome.wasUp ? .success : .failure
  }
}
