/// One subcommand: what it is called, what it takes, and what it does. A new one is a file in
/// `Commands` and a line in ``CommandTable``.
protocol Command {
  /// The word after `sidetone`.
  static var name: String { get }
  /// One line without a full stop, for the list of commands.
  static var summary: String { get }
  /// Words without a dash, in order; all are required.
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
      SimulateCommand.self,
    ]
  }

  static func command(named name: String) -> (any Command.Type)? {
    all.first { $0.name == name }
  }
}

/// A word that a command needs, like `URL`.
struct Operand {
  let name: String
  let help: String
}

/// A named option, `--name VALUE` or a flag where `value` is nil.
struct Option {
  let name: String
  let value: String?
  let help: String
  let isRequired: Bool

  init(_ name: String, _ value: String? = nil, isRequired: Bool = false, help: String) {
    self.name = name
    self.value = value
    self.help = help
    self.isRequired = isRequired
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
