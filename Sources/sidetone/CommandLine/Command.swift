import Telephony

/// One subcommand: what it is called, what it takes, and what it does. A new one is a file in
/// `Commands` and a line in ``CommandTable``.
protocol Command {
  /// The word after `sidetone`, or up to three of them.
  static var name: String { get }
  /// One line without a full stop, for the list of commands.
  static var summary: String { get }
  /// Words without a dash, in order.
  static var operands: [Operand] { get }
  static var options: [Option] { get }
  /// What options cannot say: exit status, examples. Lines of at most 80 columns.
  static var notes: String { get }

  /// Takes over the options; opens nothing yet but the files they name.
  init(_ arguments: Arguments) throws(UsageError)

  /// Does the work. What the user can mend by calling it differently is a ``UsageError``.
  func run() async throws(UsageError) -> ExitStatus
}

/// The commands there are, in the order in which the help lists them.
enum CommandTable {
  static var all: [any Command.Type] {
    [
      CallCommand.self,
      ServeCommand.self,
      ConsoleCommand.self,
      ProxyCommand.self,
      DoctorCommand.self,
      LoadCommand.self,
      SimulateCommand.self,
      ReplayCommand.self,
      AgenTaoServerCommand.self,
      ExotelServerCommand.self,
      PlivoServerCommand.self,
      CallsCommand.self,
      FleetNodesCommand.self,
      FleetCallsCommand.self,
      FleetDrainCommand.self,
      FleetHangUpCommand.self,
      ExotelCallCommand.self,
      ExotelStreamsCommand.self,
      ExotelOutboundCommand.self,
      ExotelLegDialCommand.self,
      ExotelLegStreamCommand.self,
      ExotelLegSayCommand.self,
      ExotelLegStopSayCommand.self,
      ExotelLegPlayCommand.self,
      ExotelLegHangUpCommand.self,
      PlivoStartCommand.self,
      PlivoStreamsCommand.self,
      PlivoStopCommand.self,
      PlivoHangUpCommand.self,
      TwilioCallCommand.self,
      TwilioHangUpCommand.self,
      TwilioStreamsCommand.self,
      ResampleCommand.self,
      TranscodeCommand.self,
      EnhanceCommand.self,
      VADCommand.self,
      VectorsCommand.self,
      KernelsCommand.self,
      CompletionCommand.self,
      ManCommand.self,
    ]
  }

  /// The platforms as `sidetone doctor` plays them.
  static let doctorPlatforms: [DoctorPlatform] = [.exotel, .plivo, .twilio]

  /// The platform that most bots are written for.
  static let usualDialect: Platform = .twilio

  /// The command that `words` begin with, and the words after it; the longest name goes first.
  static func command(
    of words: [String]
  ) -> (command: any Command.Type, arguments: [String])? {
    for count in [3, 2, 1] where words.count >= count {
      if let command = command(named: words.prefix(count).joined(separator: " ")) {
        return (command, Array(words.dropFirst(count)))
      }
    }
    return nil
  }

  static func command(named name: String) -> (any Command.Type)? {
    all.first { $0.name == name }
  }
}

/// A word that a command takes, like `URL`; those that may be left out come last.
struct Operand {
  let name: String
  let help: String
  var isRequired = true
  /// Whether it may be given several times; one operand of a command at most.
  var isRepeatable = false
}

/// A named option, `--name VALUE` or a flag where `value` is nil.
struct Option {
  let name: String
  let value: String?
  let help: String
  let isRequired: Bool
  let isRepeatable: Bool

  init(
    _ name: String, _ value: String? = nil, isRequired: Bool = false, isRepeatable: Bool = false,
    help: String
  ) {
    self.name = name
    self.value = value
    self.help = help
    self.isRequired = isRequired
    self.isRepeatable = isRepeatable
  }
}

/// How a command ends.
enum ExitStatus: Int32 {
  case success = 0
  /// It worked, and the answer is no: a call whose verdict is fail.
  case failure = 1
  /// It could not do what was asked: wrong options, files, addresses.
  case usage = 2
}
