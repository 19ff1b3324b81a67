import CallSimulator

/// `sidetone exotel-server`: plays Exotel's REST interface, for a client to be tried against.
struct ExotelServerCommand: Command {
  static let name = "exotel-server"
  static let summary = "play Exotel's REST interface for a client"
  static let operands: [Operand] = []
  static let options =
    AccountServerOptions.options(port: 8_081, requests: "in a minute (default 200)")
    + [Option("--account", "SID", help: "the account (default $EXOTEL_ACCOUNT_SID, or acmevoice1)")]
  static let notes = """
    \(AccountServerOptions.notes(.exotel))
    Of the events, or of one, slow, lost and twice may be told: events,
    \(AccountServerOptions.list(AccountPlatform.exotel.events)).

    Where EXOTEL_API_KEY and EXOTEL_API_TOKEN are set a request has to show them.
    Commands come here with EXOTEL_API_BASE=http://ADDRESS:PORT. Events go to https
    addresses, and to http on this machine; those for grpc:// can be asked for at
    /legs/LEG/external-events alone, for its service definition is not public. What
    Exotel's documents leave open is answered thus: an action on a leg that is not
    answered with 400, a stream that cannot be with the event stream_failed.

    exit status: 0 after Ctrl-C, 2 wrong usage or a port in use

    examples:
      sidetone exotel-server --port 8081 --audio voice.wav
      sidetone exotel-server --callee busy
      sidetone exotel-server --fault 429@hangup*2 --fault lost@stream_started
    """

  private let options: AccountServerOptions

  init(_ arguments: Arguments) throws(UsageError) {
    let account =
      try arguments.text("--account") ?? RESTCommand.variable("EXOTEL_ACCOUNT_SID") ?? "acmevoice1"
    var options = try AccountServerOptions(
      arguments, .exotel, account: account, port: 8_081, limit: (200, .seconds(60)))
    if let key = RESTCommand.variable("EXOTEL_API_KEY"),
      let token = RESTCommand.variable("EXOTEL_API_TOKEN")
    {
      options.rules.credentials = (key, token)
    }
    self.options = options
  }

  func run() async throws(UsageError) -> ExitStatus { try await options.run() }
}
