import AudioEngine
import PlatformREST
import Telephony

/// What the commands of the Legs API share.
enum ExotelLegRequest {
  static let leg = Operand(name: "LEG", help: "the leg, as dial prints it")
  static let loops = Option("--loop", "TIMES", help: "how often, 1 to 10 (default 1)")

  /// The value of ``loops``.
  static func loops(_ arguments: Arguments) throws(UsageError) -> Int {
    try arguments.integer("--loop", in: 1...10) ?? 1
  }

  static let notes = """
    \(ExotelCredentials.notes)
    EXOTEL_LEGS_BASE names another host for the Legs API alone.

    The request is sent once. Accepted is not done: what came of it is told as an event.

    exit status: 0 accepted, 1 refused or unknown, 2 wrong usage
    """

  /// Said where events are to go to a `grpc://` address.
  static let grpc =
    "grpc:// endpoints want a service that Exotel describes to its customers alone, at onboarding"
}

/// A command that does one thing on one leg.
protocol ExotelLegCommand: Command {
  var request: ExotelLegRequest.Action { get }
}

extension ExotelLegCommand {
  static var notes: String { ExotelLegRequest.notes }

  func run() async throws(UsageError) -> ExitStatus { try await request.perform() }
}

extension ExotelLegRequest {
  /// What is to be done, on which leg, and how long that may take.
  struct Action {
    private let leg: String
    private let action: ExotelLegAction
    private let timeout: Int

    init(_ action: ExotelLegAction, _ arguments: Arguments) throws(UsageError) {
      leg = arguments.operand(0)
      self.action = action
      timeout = try ExotelCredentials.timeout(arguments)
    }

    /// Sends it, and says what came of it.
    func perform() async throws(UsageError) -> ExitStatus {
      let legs = ExotelLegs(try ExotelCredentials.account(), within: .seconds(timeout))
      let answer: ExotelAnswer<ExotelLegReceipt>
      do { answer = try await legs.perform(action, on: leg) } catch { throw UsageError("\(error)") }
      return ExotelCredentials.report(
        answer, unknownAdvice: "it may have been done: its events tell"
      ) { _ in "accepted" }
    }
  }
}

/// `sidetone exotel leg dial`: makes a leg.
struct ExotelLegDialCommand: Command {
  static let name = "exotel leg dial"
  static let summary = "have Exotel call a number, as a leg of its own"
  static let operands: [Operand] = []
  static let options = [
    Option("--contact", "NUMBER", isRequired: true, help: "whom to call, a number or sip:ADDRESS"),
    Option("--exophone", "NUMBER", isRequired: true, help: "your ExoPhone"),
    Option(
      "--events-url", "URL", isRequired: true,
      help: "where its events go: https://HOST/exotel/events of a running 'sidetone serve'"),
    Option("--custom-param", "TEXT", help: "comes back with events, at most 128 characters"),
    Option("--time-limit", "SECONDS", help: "the longest the leg may last, 1 to 14400"),
    Option("--ring", "SECONDS", help: "the longest until the answer, 1 to 300 (default 30)"),
    ExotelCredentials.timeout,
  ]
  static let notes = """
    Prints the leg's identifier. Events can also go to a grpc:// address with a
    receiver of your own; its service definition is not public, and this program has
    none: https works.

    \(ExotelLegRequest.notes)
    """

  private let leg: ExotelLeg
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    leg = ExotelLeg(
      contactURI: try arguments.text("--contact") ?? "",
      exophone: try arguments.text("--exophone") ?? "",
      eventEndpoint: try arguments.text("--events-url") ?? "",
      customParameter: try arguments.text("--custom-param"),
      timeLimitSeconds: try arguments.integer("--time-limit", in: 1...14_400),
      timeoutSeconds: try arguments.integer("--ring", in: 1...300))
    timeout = try ExotelCredentials.timeout(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    if leg.eventEndpoint.lowercased().hasPrefix("grpc:") {
      Console.complain(
        "sidetone exotel leg dial: \(ExotelLegRequest.grpc); 'sidetone serve' takes events at "
          + "https://HOST/exotel/events")
    }
    let legs = ExotelLegs(try ExotelCredentials.account(), within: .seconds(timeout))
    let answer: ExotelAnswer<ExotelLegReceipt>
    do { answer = try await legs.dial(leg) } catch { throw UsageError("\(error)") }
    return ExotelCredentials.report(
      answer, unknownAdvice: "the phone may be ringing: do not repeat this blindly"
    ) { $0.legSID ?? "accepted, and no leg named" }
  }
}

/// `sidetone exotel leg stream`: joins a leg to a bot.
struct ExotelLegStreamCommand: ExotelLegCommand {
  static let name = "exotel leg stream"
  static let summary = "join a leg to a bot"
  static let operands = [
    ExotelLegRequest.leg, Operand(name: "URL", help: "the bot's socket, wss://HOST/PATH"),
  ]
  static let options =
    ExotelStreamOptions.options
    + [Option("--one-way", help: "the bot hears and does not speak"), ExotelCredentials.timeout]

  let request: ExotelLegRequest.Action

  init(_ arguments: Arguments) throws(UsageError) {
    let url = try ExotelStreamOptions.url(arguments.operand(1), called: "URL", arguments)
    request = try .init(
      .startStream(
        url, direction: arguments.flag("--one-way") ? .unidirectional : .bidirectional), arguments)
  }
}

/// `sidetone exotel leg say`: speaks on a leg.
struct ExotelLegSayCommand: ExotelLegCommand {
  static let name = "exotel leg say"
  static let summary = "speak a text on a leg"
  static let operands = [
    ExotelLegRequest.leg, Operand(name: "TEXT", help: "what is spoken, at most 4,096 bytes"),
  ]
  static let options = [ExotelLegRequest.loops, ExotelCredentials.timeout]

  let request: ExotelLegRequest.Action

  init(_ arguments: Arguments) throws(UsageError) {
    request = try .init(
      .startSay(text: arguments.operand(1), loops: try ExotelLegRequest.loops(arguments)), arguments
    )
  }
}

/// `sidetone exotel leg play`: plays a file on a leg.
struct ExotelLegPlayCommand: ExotelLegCommand {
  static let name = "exotel leg play"
  static let summary = "play a file on a leg"
  static let operands = [
    ExotelLegRequest.leg, Operand(name: "URL", help: "the file's address, https://..."),
  ]
  static let options = [ExotelLegRequest.loops, ExotelCredentials.timeout]

  let request: ExotelLegRequest.Action

  init(_ arguments: Arguments) throws(UsageError) {
    request = try .init(
      .startPlay(url: arguments.operand(1), loops: try ExotelLegRequest.loops(arguments)), arguments
    )
  }
}

/// `sidetone exotel leg stop-say`: ends what is being spoken.
struct ExotelLegStopSayCommand: ExotelLegCommand {
  static let name = "exotel leg stop-say"
  static let summary = "end what is being spoken on a leg"
  static let operands = [ExotelLegRequest.leg]
  static let options = [ExotelCredentials.timeout]

  let request: ExotelLegRequest.Action

  init(_ arguments: Arguments) throws(UsageError) { request = try .init(.stopSay, arguments) }
}

/// `sidetone exotel leg hangup`: ends a leg.
struct ExotelLegHangUpCommand: ExotelLegCommand {
  static let name = "exotel leg hangup"
  static let summary = "hang up a leg"
  static let operands = [ExotelLegRequest.leg]
  static let options = [ExotelCredentials.timeout]

  let request: ExotelLegRequest.Action

  init(_ arguments: Arguments) throws(UsageError) { request = try .init(.hangup, arguments) }
}
