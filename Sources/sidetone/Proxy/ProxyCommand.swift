import BotTransport
import Telephony

/// `sidetone proxy`: puts a bot that speaks one platform's wire behind any platform.
struct ProxyCommand: Command {
  static let name = "proxy"
  static let summary = "put an existing bot, in any language, behind any platform"
  static let operands: [Operand] = []
  static let options =
    ProxiedBotOptions.options
    // The bot is a process of its own.
    + CallMediaOptions.options.filter { $0.name != "--bot-on-loop" } + ServerOptions.options
  static let notes = """
    Platforms call it as they call 'sidetone serve', whose options of access, TLS,
    limits, logs and metrics it takes. For each call it opens one socket to the bot
    and plays the bot's own platform there: identifiers of that shape, the numbers
    and parameters in start, audio at that platform's pace and format, keys, marks.

    The bot may send its audio in any sizes, bursts and rates: the platform gets it
    paced, in the chunks that it takes, and a clear at once, ahead of everything.
    What the bot does wrong is named once a call, with counts, in the log, the
    metrics and the call log.

    A bot that is gone (its connection lost, or closed with 1001, 1002 or 1011 to
    1013) is dialled again; its new start has a parameter resume=1. With --barge-in
    the caller's voice clears the bot's speech although the bot does not, and what
    still arrives of that reply is dropped until the bot clears, or pauses for
    300 ms, or for 5 s at most.

    exit status: 0 after Ctrl-C, 1 after a second one, 2 wrong usage or a port in
    use

    examples:
      sidetone proxy --bot ws://127.0.0.1:8765/media
      sidetone proxy --bot wss://bot.example.com/ws --redial 20 --hold hold.wav \\
        --host 0.0.0.0 --token-file tokens
    """

  private let proxied: ProxiedBotOptions
  private let media: CallMediaOptions
  private let server: ServerOptions

  init(_ arguments: Arguments) throws(UsageError) {
    proxied = try ProxiedBotOptions(arguments)
    media = try CallMediaOptions(arguments)
    server = try ServerOptions(arguments)
  }

  /// Serves until Ctrl-C.
  func run() async throws(UsageError) -> ExitStatus {
    var configuration = ServerConfiguration()
    media.apply(to: &configuration)
    let wanted = configuration.call.botRate
    proxied.bot.prepare(&configuration)
    if let wanted, configuration.call.botRate != wanted {
      throw UsageError("--bot-rate \(wanted.hertz): bots of \(proxied.bot.dialect) have another")
    }
    proxied.addRoutes(to: &configuration)
    let serving = try Serving(configuration, server)
    let bot = proxied.bot
    return try await serving.run { try await bot.carry($0) }
  }
}
