import CallSimulator

/// `sidetone plivo-server`: plays Plivo's REST interface, for a client to be tried against.
struct PlivoServerCommand: Command {
  static let name = "plivo-server"
  static let summary = "play Plivo's REST interface for a client"
  static let operands: [Operand] = []
  static let options =
    AccountServerOptions.options(port: 8_082, requests: "in 5 s (default 300)")
    + [
      Option(
        "--account", "ID", help: "the account (default $PLIVO_AUTH_ID, or MAXXEXAMPLEEXAMPLE01)")
    ]
  static let notes = """
    \(AccountServerOptions.notes(.plivo))

    A call that is placed asks its answer URL, and dials what the XML's <Stream> says;
    with another document it waits a minute for a stream that a request starts. Where
    PLIVO_AUTH_TOKEN is set a request has to show it, and what is asked and dialled is
    signed with it. Commands come here with PLIVO_API_BASE=http://ADDRESS:PORT.

    exit status: 0 after Ctrl-C, 2 wrong usage or a port in use

    examples:
      sidetone plivo-server --port 8082 --audio voice.wav
      sidetone plivo-server --fault 429@start-stream*2
    """

  private let options: AccountServerOptions

  init(_ arguments: Arguments) throws(UsageError) {
    let account =
      try arguments.text("--account") ?? RESTCommand.variable("PLIVO_AUTH_ID")
      ?? "MAXXEXAMPLEEXAMPLE01"
    var options = try AccountServerOptions(
      arguments, .plivo, account: account, port: 8_082, limit: (300, .seconds(5)))
    if let token = RESTCommand.variable("PLIVO_AUTH_TOKEN") {
      options.rules.credentials = (account, token)
    }
    self.options = options
  }

  func run() async throws(UsageError) -> ExitStatus { try await options.run() }
}
