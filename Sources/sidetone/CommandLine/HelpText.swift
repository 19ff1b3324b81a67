import CallSimulator

/// The pages that `--help` prints, made from what the commands say about themselves.
enum HelpText {
  private static let width = 80

  static var overview: String {
    let commands = CommandTable.all.map { entry("sidetone \($0.name)", $0.summary, column: 32) }
    return """
      sidetone - the realtime audio layer of a phone bot

      Serves a bot to telephony platforms that stream calls over WebSockets, and plays
      such a platform itself, to find out whether a bot is fit to be called.

      commands:
      \(commands.joined(separator: "\n"))

      'sidetone COMMAND --help' explains one. 'sidetone --version' prints the version.

      a first call, in two terminals:
        sidetone serve --bot echo
        sidetone call ws://127.0.0.1:5001/\(SimulatedProvider.all[0].name) --audio voice.wav --record heard.wav
      """
  }

  static func page(of command: any Command.Type) -> String {
    let operands = command.operands.map { operand in
      let name = operand.isRepeatable ? "\(operand.name)..." : operand.name
      return operand.isRequired ? name : "[\(name)]"
    }
    let required = command.options.filter(\.isRequired).map { "\($0.name) \($0.value ?? "")" }
    let usage = (["sidetone", command.name] + operands + required + ["[options]"])
      .joined(separator: " ")
    var lines = ["sidetone \(command.name) - \(command.summary)", "", "usage: \(usage)", ""]
    lines += command.operands.map { entry($0.name, $0.help, column: 24) }
    if !command.operands.isEmpty { lines.append("") }
    lines.append("options:")
    lines += command.options.map { option in
      entry(
        [option.name, option.value].compactMap(\.self).joined(separator: " "), option.help,
        column: 24)
    }
    lines.append(entry("--help", "show this page", column: 24))
    lines.append(entry("--version", "print the version", column: 24))
    return (lines + ["", command.notes]).joined(separator: "\n")
  }

  /// Words in lines that fit: for notes that hold what is known only when they are shown.
  static func paragraph(_ text: String) -> String { wrapped(text, after: "", column: 0) }

  /// A name and its explanation in two columns, the second wrapped.
  private static func entry(_ name: String, _ text: String, column: Int) -> String {
    let line = "  \(name)"
    let front =
      line.count < column ? line.padded(to: column) : line + "\n" + "".padded(to: column)
    return wrapped(text, after: front, column: column)
  }

  private static func wrapped(_ text: String, after front: String, column: Int) -> String {
    var lines: [String] = []
    var line = front
    var used = column
    for word in text.split(whereSeparator: \.isWhitespace) {
      if used > column, used + 1 + word.count > width {
        lines.append(line)
        line = "".padded(to: column)
        used = column
      }
      line += (used > column ? " " : "") + word
      used += (used > column ? 1 : 0) + word.count
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension String {
  /// The text filled up with blanks; longer text stays as it is.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}
