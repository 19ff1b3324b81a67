import BotTransport
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
      Option(
        "--conformance-echo",
        help: "be a plain WebSocket echo instead, for conformance suites"),
    ] + CallMediaOptions.options + ServerOptions.options
  static let notes = """
    \(HelpText.paragraph(
      """
      Prints 'listening on ws://ADDRESS:PORT', or wss:, when calls may come, and
      serves until Ctrl-C. The platform is found from the path,
      \(Arguments.list(PlatformRegistry.standard.entries.map(\.pathPrefix))),
      or on any other path from its first messages. On the same port it answers
      \(PlatformService.all.flatMap(\.paths).joined(separator: ", ")).
      """))

    A caller must show one of the credentials or tokens, if there are any, and come
    from one of the addresses, if there are any. A token is looked for in the path,
    the query and the parameters of start. Credentials may also stand in the
    environment: SIDETONE_BASIC=user:password, SIDETONE_TOKEN=token. Without any of
    these the server listens on this machine alone.

    \(HelpText.paragraph(
      """
      Files token, basic, fleet-password, \(secrets.map { $0 + ", " }.joined())tls-cert, tls-key and tls-client-ca in
      $CREDENTIALS_DIRECTORY, where systemd's LoadCredential= puts them, serve as if
      their options were given.
      """))

    signals:
      SIGINT, SIGTERM  refuse new calls with 503, give running ones the time of
                       --drain; a second one ends at once
      SIGHUP           read the files of credentials, tokens and certificates
                       again; one that cannot be used leaves the old in place
      SIGUSR2          start this program anew, hand it the port, and drain:
                       an upgrade that refuses nobody

    Where systemd gives it sockets (LISTEN_FDS), it listens on these and --host and
    --port say nothing; every loop takes connections from each of them.

    exit status: 0 after Ctrl-C, 1 after a second one, 2 wrong usage or a port in
    use

    examples:
      sidetone serve
      sidetone serve --bot play:greeting.wav --host 0.0.0.0 --port 8080 \\
        --basic-file credentials --call-log calls.db
      sidetone serve --bot echo --bot-rate 16000
    """

  private static var secrets: [String] {
    PlatformService.all.compactMap { SigningSecret($0)?.name }
  }

  private let bot: BuiltInBot
  /// Whether conformance is tested rather than calls carried.
  private let isPlainEcho: Bool
  private let media: CallMediaOptions
  private let server: ServerOptions

  init(_ arguments: Arguments) throws(UsageError) {
    isPlainEcho = arguments.flag("--conformance-echo")
    media = try CallMediaOptions(arguments)
    server = try ServerOptions(arguments)
    bot = try BuiltInBot(arguments.text("--bot") ?? "echo")
  }

  /// Serves until Ctrl-C.
  func run() async throws(UsageError) -> ExitStatus {
    var configuration = ServerConfiguration()
    media.apply(to: &configuration)
    let serving = try Serving(configuration, server)
    guard !isPlainEcho else { return try await serving.runEcho() }
    // No list of captures: with one, Swift 6.3 takes the closure out of the call that it runs in.
    let bot = bot
    return try await serving.run { try await bot.carry($0) }
  }
}
