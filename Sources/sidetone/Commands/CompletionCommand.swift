/// `sidetone completion`: writes what lets a shell complete the command line.
struct CompletionCommand: Command {
  static let name = "completion"
  static let summary = "print a script that completes the command line"
  static let operands = [Operand(name: "SHELL", help: "bash or zsh")]
  static let options: [Option] = []
  static let notes = """
    exit status: 0, 2 wrong usage

    examples:
      source <(sidetone completion bash)
      sidetone completion zsh > ~/.zfunc/_sidetone
    """

  private let script: String

  init(_ arguments: Arguments) throws(UsageError) {
    let shell = arguments.operand(0)
    switch shell {
    case "bash": script = ShellCompletion.bash
    case "zsh": script = ShellCompletion.zsh
    default: throw UsageError("no completion for '\(shell)': take bash or zsh")
    }
  }

  func run() async throws(UsageError) -> ExitStatus {
    Console.print(script)
    return .success
  }
}
