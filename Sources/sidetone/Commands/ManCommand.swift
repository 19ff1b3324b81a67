import Foundation

/// `sidetone man`: writes manual pages.
struct ManCommand: Command {
  static let name = "man"
  static let summary = "print a manual page, or write them all"
  static let operands = [
    Operand(
      name: "COMMAND", help: "the command to explain (default sidetone itself)", isRequired: false),
    Operand(name: "SUBCOMMAND", help: "the second word of its name", isRequired: false),
  ]
  static let options = [
    Option("--into", "FOLDER", help: "write every page into this folder, as sidetone*.1")
  ]
  static let notes = """
    exit status: 0, 2 wrong usage or a folder that cannot be written

    examples:
      sidetone man serve | man -l -
      sidetone man --into /usr/local/share/man/man1
    """

  private let command: (any Command.Type)?
  private let folder: String?

  init(_ arguments: Arguments) throws(UsageError) {
    let words = [0, 1].compactMap { arguments.optionalOperand($0) }
    folder = try arguments.text("--into")
    guard !words.isEmpty else {
      command = nil
      return
    }
    let name = words.joined(separator: " ")
    guard folder == nil else { throw UsageError("--into writes every page: leave '\(name)' out") }
    guard let command = CommandTable.command(named: name) else {
      throw UsageError(
        "unknown command '\(name)'", didYouMean: name, among: CommandTable.all.map { $0.name })
    }
    self.command = command
  }

  func run() async throws(UsageError) -> ExitStatus {
    guard let folder else {
      Console.print(ManualPage.text(of: command))
      return .success
    }
    do {
      let url = URL(fileURLWithPath: folder)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      let pages: [(any Command.Type)?] = [nil] + CommandTable.all.map { Optional($0) }
      for page in pages {
        try Data((ManualPage.text(of: page) + "\n").utf8)
          .write(to: url.appendingPathComponent(ManualPage.fileName(of: page)))
      }
    } catch {
      throw UsageError("cannot write into \(folder)")
    }
    return .success
  }
}
