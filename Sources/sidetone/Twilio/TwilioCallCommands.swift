import PlatformREST
import Telephony

/// `sidetone twilio call`: has Twilio dial a number and join it to a bot.
struct TwilioCallCommand: Command {
  static let name = "twilio call"
  static let summary = "have Twilio call a number and join it to a bot"
  static let operands: [Operand] = []
  static let options = [
    Option("--to", "NUMBER", isRequired: true, help: "the number to dial, such as +919812345670"),
    Option(
      "--from", "NUMBER", isRequired: true, help: "your Twilio number, which the dialled sees"),
    Option("--stream-url", "URL", help: "the bot's socket, wss://HOST/twilio, without a query"),
    Option(
      "--answer-url", "URL",
      help: "asked for TwiML, https://HOST/twilio/answer, in place of --stream-url"),
    TwilioCredentials.parameter,
    Option("--ring", "SECONDS", help: "how long to let it ring, 5 to 600 (default Twilio's 60)"),
    Option(
      "--status-callback", "URL", help: "where the call's status goes, https://HOST/twilio/status"),
    Option("--dry-run", help: "check everything and print the request without sending it"),
    TwilioCredentials.timeout,
  ]
  static let notes = """
    With --stream-url the bot is told both numbers as the parameters from and to.

    \(TwilioCredentials.notes)

    The request is sent once. After a time-out or an error of Twilio's the phone may
    be ringing: nothing is sent again.

    exit status: 0 accepted, 1 refused or unknown, 2 wrong usage

    example:
      sidetone twilio call --to +919812345670 --from +15005550006 \\
        --stream-url wss://bot.example.com/twilio --parameter ref=c-8817
    """

  private let order: TwilioOrder
  private let isDryRun: Bool
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    let to = try arguments.text("--to") ?? ""
    let from = try arguments.text("--from") ?? ""
    var order = TwilioOrder(
      to: to, from: from, action: try Self.action(arguments, to: to, from: from))
    order.statusCallback = try arguments.text("--status-callback")
    order.ringSeconds = try arguments.integer("--ring", in: 5...600)
    self.order = order
    isDryRun = arguments.flag("--dry-run")
    timeout = try TwilioCredentials.timeout(arguments)
  }

  private static func action(
    _ arguments: Arguments, to: String, from: String
  ) throws(UsageError) -> TwilioOrder.Action {
    let parameters = try arguments.pairs("--parameter")
    switch (try arguments.text("--stream-url"), try arguments.text("--answer-url")) {
    case (let url?, nil):
      var stream = TwilioStream(to: url)
      stream.parameters = [("from", from), ("to", to)] + parameters
      return .stream(stream)
    case (nil, let url?):
      guard parameters.isEmpty else {
        throw UsageError("--parameter belongs to --stream-url: an answer names its own")
      }
      return .webhook(url)
    case (nil, nil): throw UsageError("--stream-url or --answer-url is missing")
    case (_?, _?): throw UsageError("--stream-url and --answer-url exclude each other")
    }
  }

  func run() async throws(UsageError) -> ExitStatus {
    if isDryRun {
      let account = try TwilioCredentials.account()
      do throws(ParameterError) {
        Console.print("\(try account.place(order))")
      } catch {
        throw UsageError("\(error)")
      }
      return .success
    }
    let answer = try await TwilioCredentials.ask(within: timeout) {
      (twilio) throws(ParameterError) in try await twilio.place(order)
    }
    return TwilioCredentials.report(
      answer,
      unknownAdvice: "the phone may be ringing: look the call up at Twilio, and do not repeat "
        + "this blindly"
    ) { "call \($0.callSID): \($0.status ?? "accepted")" }
  }
}

/// `sidetone twilio hangup`: ends a call.
struct TwilioHangUpCommand: Command {
  static let name = "twilio hangup"
  static let summary = "hang up a Twilio call"
  static let operands = [TwilioCredentials.call]
  static let options = [TwilioCredentials.timeout]
  static let notes = """
    \(TwilioCredentials.notes)

    exit status: 0 done, 1 refused or not known to be done, 2 wrong usage
    """

  private let call: String
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    call = arguments.operand(0)
    timeout = try TwilioCredentials.timeout(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    let answer = try await TwilioCredentials.ask(within: timeout) {
      (twilio) throws(ParameterError) in try await twilio.hangUp(call)
    }
    return TwilioCredentials.report(answer, unknownAdvice: "ask again: that does no harm") {
      $0 ? "hung up" : "was over already"
    }
  }
}
