import Foundation

/// The command: finds the subcommand, lets it read its options and run, and ends with its status.
@main enum Sidetone {
  static func main() async {
    let status = await run(Array(CommandLine.arguments.dropFirst()))
    exit(status.rawValue)
  }

  private static func run(_ words: [String]) async -> ExitStatus {
    switch words.first {
    case nil, "--help", "-h", "help":
      return help(Array(words.dropFirst()))
    case "--version":
      Console.print("sidetone \(Version.current)")
      return .success
    case let name?:
      guard let (command, arguments) = CommandTable.command(of: words) else {
        return fail(unknown(words, name), in: nil)
      }
      return await run(command, arguments)
    }
  }

  private static func run(_ command: any Command.Type, _ words: [String]) async -> ExitStatus {
    do {
      let arguments = try Arguments(words, of: command)
      if arguments.wantsVersion {
        Console.print("sidetone \(Version.current)")
        return .success
      }
      if arguments.wantsHelp {
        Console.print(HelpText.page(of: command))
        return .success
      }
      return try await command.init(arguments).run()
    } catch {
      return fail(error, in: command)
    }
  }

  private static func help(_ words: [String]) -> ExitStatus {
    guard let name = words.first else {
      Console.print(HelpText.overview)
      return .success
    }
    guard let command = CommandTable.command(of: words)?.command else {
      return fail(unknown(words, name), in: nil)
    }
    Console.print(HelpText.page(of: command))
    return .success
  }

  /// What may have been meant by words that name no command.
  private static func unknown(_ words: [String], _ name: String) -> UsageError {
    let names = CommandTable.all.map { $0.name }
    for count in [2, 1] where words.count >= count {
      let first = words.prefix(count).joined(separator: " ")
      let family = names.filter { $0.hasPrefix(first + " ") }
      if !family.isEmpty {
        return UsageError("'\(first)' is one of \(family.joined(separator: ", "))")
      }
    }
    let kind = name.hasPrefix("-") ? "option" : "command"
    return UsageError(
      "unknown \(kind) '\(name)'", didYouMean: name, among: names + ["--help", "--version"])
  }

  private static func fail(_ error: UsageError, in command: (any Command.Type)?) -> ExitStatus {
    let name = command.map { "sidetone \($0.name)" } ?? "sidetone"
    let line = "\(name): \(error.advice ?? "\(error.message); see '\(name) --help'")"
    // What was typed may hold an end of a line.
    Console.complain(String(line.map { $0.isNewline ? "?" : $0 }))
    return .usage
  }
}
