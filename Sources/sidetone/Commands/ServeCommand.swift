import AudioEngine
import BotTransport
import Foundation
import Telephony

/// `sidetone serve`: runs a built-in bot for platforms, or the simulator, to call.
struct ServeCommand: Command {
  static let name = "serve"
  static let summary = "run a bot that platforms can call"
  static let operands: [Operand] = []
  static let options = [
    Option(
      "--bot", "BOT",
      help: "echo gives back what it hears, silence says nothing, play:FILE.wav says the "
        + "file (default echo)"),
    Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
    Option("--port", "PORT", help: "the port to listen on, 0 for any free one (default 5001)"),
    Option(
      "--barge-in",
      help: "interrupt the bot's speech when the caller's audio grows loud"),
    Option(
      "--bot-rate", "HZ",
      help: "the rate at which the bot hears and speaks, 8000, 16000 or 24000 "
        + "(default the platform's)"),
  ]
  static let notes = """
    Prints 'listening on ws://ADDRESS:PORT' when calls may come, and serves until
    Ctrl-C. The platform is found from the path, /exotel, or on any other path from
    its first messages.

    exit status: 0 after Ctrl-C, 2 wrong usage or a port in use

    examples:
      sidetone serve
      sidetone serve --bot play:greeting.wav --host 0.0.0.0 --port 8080
      sidetone serve --bot echo --bot-rate 16000
    """

  let bot: BuiltInBot
  let host: String
  /// 0 for any free port.
  let port: Int
  /// nil for the wire's rate.
  let botRate: SampleRate?
  /// Whether the caller's voice interrupts the bot's.
  let bargesIn: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? 5001
    let rates = SampleRate.telephony.map { String($0.hertz) }
    botRate = try arguments.choice("--bot-rate", of: rates).flatMap(Int.init)
      .flatMap(SampleRate.init(hertz:))
    bargesIn = arguments.flag("--barge-in")
    bot = try Self.bot(arguments.text("--bot") ?? "echo")
  }

  private static func bot(_ text: String) throws(UsageError) -> BuiltInBot {
    let file = text.hasPrefix("play:") ? String(text.dropFirst(5)) : nil
    switch (text, file) {
    case ("echo", _): return .echo
    case ("silence", _): return .silence
    case (_, ""?): throw UsageError("--bot play: wants a file: --bot play:FILE.wav")
    case (_, let file?): return .play(try SoundFile.read(file))
    default: throw UsageError("--bot \(text) is unknown: take echo, silence or play:FILE.wav")
    }
  }

  /// Serves until Ctrl-C.
  func run() async throws(UsageError) -> ExitStatus {
    var configuration = ServerConfiguration()
    configuration.call.botRate = botRate
    if bargesIn { configuration.call.bargeInDetector = { LevelGate() } }
    let server = BotServer(host: host, port: port, configuration: configuration)
    let signals = SignalWatcher()
    let host = host.contains(":") ? "[\(host)]" : host
    let serving = Task { [bot] in
      try await server.run { port in
        Console.print("listening on ws://\(host):\(port)")
      } bot: { call in
        try await bot.carry(call)
      }
    }
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
    } catch {
      throw UsageError("cannot serve: \(error)")
    }
    return .success
  }
}
