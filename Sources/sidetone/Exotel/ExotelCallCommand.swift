import PlatformREST
import RESTClient
import Telephony

/// `sidetone exotel call`: has Exotel dial a number and join it to a bot or a flow.
struct ExotelCallCommand: Command {
  static let name = "exotel call"
  static let summary = "have Exotel call a number and join it to a bot"
  static let operands: [Operand] = []
  static let options =
    [
      Option(
        "--from", "NUMBER", isRequired: true, help: "the number to dial, such as +919812345670"),
      Option(
        "--callerid", "NUMBER", isRequired: true, help: "your ExoPhone, which the dialled sees"),
      Option("--stream-url", "URL", help: "the bot's socket, wss://HOST/PATH"),
      Option("--flow-url", "URL", help: "a flow of the account, in place of --stream-url"),
    ] + ExotelStreamOptions.options + [
      Option("--time-limit", "SECONDS", help: "the longest the call may last, 1 to 14400"),
      Option(
        "--custom-field", "TEXT",
        help: "comes back in callbacks; the only way to find a call whose answer was lost"),
      Option(
        "--status-callback", "URL", help: "where status callbacks go, https://HOST/exotel/status"),
      Option(
        "--status-events", "LIST",
        help:
          "which: ringing, answered, terminal, with commas between; or both, as an older guide has it"
          + " (default: answered,terminal)"),
      Option("--record", help: "record the call"),
      Option("--national", help: "take a number in India's national form, 0 and ten digits"),
      Option("--dry-run", help: "check everything and print the request without sending it"),
      ExotelCredentials.timeout,
    ]
  static let notes = """
    --from is Exotel's word for the number that is dialled.

    \(ExotelCredentials.notes)

    The request is sent once. After a time-out or an error of Exotel's the phone may
    be ringing: nothing is sent again.

    exit status: 0 accepted, 1 refused or unknown, 2 wrong usage

    example:
      sidetone exotel call --from +919812345670 --callerid 04440001234 \\
        --stream-url wss://bot.example.com/exotel --custom-field c-8817
    """

  private let order: ExotelConnect
  private let isDryRun: Bool
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    let destination = try Self.destination(arguments)
    order = ExotelConnect(
      dial: try arguments.text("--from") ?? "", callerID: try arguments.text("--callerid") ?? "",
      destination: destination, recording: arguments.flag("--record") ? .single : nil,
      timeLimitSeconds: try arguments.integer("--time-limit", in: 1...14_400),
      customField: try arguments.text("--custom-field"),
      statusCallback: try arguments.text("--status-callback"),
      statusEvents: try Self.events(arguments),
      permitsNationalNumbers: arguments.flag("--national"))
    isDryRun = arguments.flag("--dry-run")
    timeout = try ExotelCredentials.timeout(arguments)
  }

  private static func events(
    _ arguments: Arguments
  ) throws(UsageError) -> [ExotelConnect.CallbackEvent] {
    guard try arguments.text("--status-callback") != nil else {
      guard !arguments.has("--status-events") else {
        throw UsageError("--status-events needs --status-callback")
      }
      return []
    }
    guard let list = try arguments.text("--status-events") else { return [.answered, .terminal] }
    var events: [ExotelConnect.CallbackEvent] = []
    for word in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let event = ExotelConnect.CallbackEvent(rawValue: String(word)) else {
        throw UsageError(
          "\"\(word)\" is no event",
          advice: "--status-events takes ringing, answered, terminal or both")
      }
      events.append(event)
    }
    return events
  }

  private static func destination(
    _ arguments: Arguments
  ) throws(UsageError) -> ExotelConnect.Destination {
    switch (try arguments.text("--stream-url"), try arguments.text("--flow-url")) {
    case (let url?, nil):
      return .bot(try ExotelStreamOptions.url(url, called: "--stream-url", arguments))
    case (nil, let url?):
      guard !arguments.has("--rate"), !arguments.has("--parameter") else {
        throw UsageError("--rate and --parameter belong to --stream-url: a flow has its own")
      }
      return .flow(url: url)
    case (nil, nil): throw UsageError("--stream-url or --flow-url is missing")
    case (_?, _?): throw UsageError("--stream-url and --flow-url exclude each other")
    }
  }

  func run() async throws(UsageError) -> ExitStatus {
    let account = try ExotelCredentials.account()
    let request: RESTRequest
    do {
      request = try order.request(to: account)
    } catch {
      throw UsageError("\(error)")
    }
    if isDryRun {
      Console.print("\(request)")
      return .success
    }
    let client = RESTClient()
    let answer = ExotelCall.answer(await client.send(request, within: .seconds(timeout)))
    return ExotelCredentials.report(
      answer,
      unknownAdvice: "the phone may be ringing: look the call up at Exotel, by its custom field, "
        + "and do not repeat this blindly"
    ) { call in
      "call \(call.sid): \(call.status ?? "accepted")"
    }
  }
}
