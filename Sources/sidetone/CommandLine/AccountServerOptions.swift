import AudioEngine
import BotTransport
import CallSimulator
import Foundation

/// What the commands that play a platform's REST interface share: options, and serving.
struct AccountServerOptions {
  static func options(port: Int, requests: String) -> [Option] {
    [
      Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
      Option(
        "--port", "PORT", help: "the port to listen on, 0 for any free one (default \(port))"),
      Option("--tls-cert", "FILE", help: "the certificate to show, in PEM; serves https"),
      Option("--tls-key", "FILE", help: "its private key, in PEM"),
      Option(
        "--callee", "WHAT",
        help: "what becomes of who is called: answers, busy, no-answer or fails (default answers)"),
      Option("--answer-after", "SECONDS", help: "when a callee answers, 0 to 300 (default 0.5)"),
      Option(
        "--hang-up-after", "SECONDS",
        help: "when a callee hangs up after the answer, 0 to 14400 (default never)"),
      Option(
        "--audio", "FILE.wav", help: "what the callee says in each stream (default: is silent)"),
      Option("--streams", "COUNT", help: "streams that may be up at once (default 100)"),
      Option(
        "--other-streams", "COUNT", help: "streams that are up beside those played here (default 0)"
      ),
      Option("--requests", "COUNT", help: "requests that are let through \(requests)"),
      Option(
        "--fault", "FAULT", isRepeatable: true,
        help: "what goes wrong: KIND[@WHERE][*COUNT]; see below"),
      Option(
        "--event-timeout", "SECONDS",
        help: "how long a server may take over an event, 1 to 60 (default 1)"),
      Option(
        "--ca", "FILE",
        help: "trust these authorities for events and bots, in place of the system's"),
    ]
  }

  static func notes(_ platform: AccountPlatform) -> String {
    """
    Prints 'listening on http://ADDRESS:PORT', then a line of each thing that happens,
    and serves until Ctrl-C. A stream really dials the bot's socket.

    Faults: 400, 401, 403, 404 and 429 refuse a request; 500 does what was asked and
    says that it failed; garbled does it and answers with HTML; slow answers after 3 s;
    lost does it and never answers. WHERE names the request it befalls (default all):
    \(Self.list(platform.requests)).
    """
  }

  /// Names with commas between, in lines of at most 80 columns.
  static func list(_ names: [String]) -> String {
    var lines = [""]
    for (index, name) in names.enumerated() {
      let word = name + (index == names.count - 1 ? "" : ",")
      if lines[lines.count - 1].count + word.count + 1 > 78 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.joined(separator: "\n")
  }

  let platform: AccountPlatform
  let host: String
  let port: Int
  let tls: TLSServerConfiguration?
  var rules: AccountRules

  init(
    _ arguments: Arguments, _ platform: AccountPlatform, account: String, port usual: Int,
    limit: (requests: Int, window: Duration)
  ) throws(UsageError) {
    self.platform = platform
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? usual
    tls = try TLSOptions.configuration(
      try arguments.text("--tls-cert"), try arguments.text("--tls-key"))
    rules = AccountRules(name: account)
    rules.callee = try Self.callee(arguments)
    rules.mostStreams = try arguments.integer("--streams", in: 0...100_000) ?? rules.mostStreams
    rules.otherStreams = try arguments.integer("--other-streams", in: 0...100_000) ?? 0
    let requests = try arguments.integer("--requests", in: 1...100_000)
    rules.limit = (requests ?? limit.requests, limit.window)
    do {
      rules.faults = try arguments.texts("--fault").map { text throws(AccountFaultError) in
        try AccountFault(text, requests: platform.requests, events: platform.events)
      }
    } catch let error as AccountFaultError {
      throw UsageError("--fault: \(error)")
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("--fault: \(error)")
    }
    if let seconds = try arguments.number("--event-timeout", in: 1...60) {
      rules.eventPatience = .milliseconds(Int(seconds * 1_000))
    }
    if let file = try arguments.text("--ca") {
      guard TLSExamination.certificate(ofFile: file) != nil else {
        throw UsageError("--ca \(file) holds no certificate in PEM", advice: "name another file")
      }
      rules.tls = TLSClientConfiguration(caFile: file)
    }
    if let path = try arguments.text("--audio") {
      let sound = try SoundFile.readSpeech(path)
      for rate in SampleRate.telephony {
        rules.voices.append(try SoundFile.resampled(sound, to: rate))
      }
    }
    rules.log = { Console.print($0) }
  }

  private static func callee(_ arguments: Arguments) throws(UsageError) -> SimulatedCallee {
    let what = try arguments.choice("--callee", of: ["answers", "busy", "no-answer", "fails"])
    let after = try arguments.number("--answer-after", in: 0...300)
    let hangsUp = try arguments.number("--hang-up-after", in: 0...14_400)
    if what != nil, what != "answers", after != nil || hangsUp != nil {
      throw UsageError("--answer-after and --hang-up-after go with a callee that answers")
    }
    func time(_ seconds: Double) -> Duration { .milliseconds(Int(seconds * 1_000)) }
    switch what {
    case "busy": return .busy
    case "no-answer": return .noAnswer
    case "fails": return .fails
    default: return .answers(after: time(after ?? 0.5), hangsUpAfter: hangsUp.map(time))
    }
  }

  /// Serves until Ctrl-C.
  func run() async throws(UsageError) -> ExitStatus {
    let signals = SignalWatcher()
    let loop: EventLoop
    do { loop = try EventLoop(name: "account") } catch {
      throw UsageError("cannot serve: \(error)")
    }
    loop.start()
    defer { loop.stop() }
    let server: AccountServer
    do {
      server = try AccountServer(
        platform, loop: loop, host: host, port: port, tls: tls, rules: rules)
    } catch {
      throw UsageError(saying: error)
    }
    let address = ListenOptions.urlHost(host)
    Console.print("listening on \(tls == nil ? "http" : "https")://\(address):\(server.port)")
    for await _ in signals.arrivals { break }
    for line in await server.summary() { Console.print(line) }
    await server.stop()
    return .success
  }
}
