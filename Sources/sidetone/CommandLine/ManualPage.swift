/// Manual pages in man(7)'s language, made from what the commands say about themselves.
enum ManualPage {
  /// The page of one command, or of them all.
  static func text(of command: (any Command.Type)?) -> String {
    command.map(page) ?? overview
  }

  /// The file's name: `sidetone.1`, `sidetone-call.1`.
  static func fileName(of command: (any Command.Type)?) -> String { name(of: command) + ".1" }

  private static func name(of command: (any Command.Type)?) -> String {
    (["sidetone"] + (command?.name.split(separator: " ").map(String.init) ?? []))
      .joined(separator: "-")
  }

  private static var overview: String {
    let commands = CommandTable.all.map { command in
      ".TP\n.BR \(escaped(name(of: command))) (1)\n\(line(command.summary))"
    }
    return """
      \(head(nil, "the realtime audio layer of a phone bot"))
      .SH SYNOPSIS
      .B sidetone
      .I COMMAND
      [options]
      .br
      .B sidetone
      .I COMMAND
      .B \\-\\-help
      .br
      .B sidetone \\-\\-version
      .SH DESCRIPTION
      Serves a bot to telephony platforms that stream calls over WebSockets, and plays
      such a platform itself, to find out whether a bot is fit to be called.
      .SH COMMANDS
      \(commands.joined(separator: "\n"))
      """
  }

  private static func page(_ command: any Command.Type) -> String {
    var lines = [head(command, command.summary), ".SH SYNOPSIS"]
    lines.append(".B sidetone \(escaped(command.name))")
    lines += command.operands.map {
      $0.isRequired ? ".I \(escaped($0.name))" : "[\(escaped($0.name))]"
    }
    for option in command.options where option.isRequired {
      lines.append(".B \(escaped(option.name))\n.I \(escaped(option.value ?? ""))")
    }
    lines.append("[options]")
    if !command.operands.isEmpty {
      lines.append(".SH OPERANDS")
      lines += command.operands.map { ".TP\n.I \(escaped($0.name))\n\(line($0.help))" }
    }
    lines.append(".SH OPTIONS")
    lines += command.options.map { option in
      let value = option.value.map { " \" \" \(escaped($0))" } ?? ""
      return ".TP\n.BI \(escaped(option.name))\(value)\n\(line(option.help))"
    }
    lines.append(".TP\n.B \\-\\-help\nshow this page")
    lines.append(".TP\n.B \\-\\-version\nprint the version")
    return (lines + notes(command.notes)).joined(separator: "\n")
  }

  private static func head(_ command: (any Command.Type)?, _ summary: String) -> String {
    let name = name(of: command)
    return """
      .TH \(escaped(name.uppercased())) 1 "" "sidetone \(escaped(Version.current))" "Sidetone"
      .SH NAME
      \(escaped(name)) \\- \(escaped(summary))
      """
  }

  /// The paragraphs of a command's notes: those that begin with a heading become sections, with their
  /// lines as they stand.
  private static func notes(_ notes: String) -> [String] {
    var lines: [String] = []
    var isInDescription = false
    for paragraph in notes.split(separator: "\n\n") {
      let parts = paragraph.split(separator: ":", maxSplits: 1)
      if parts.count == 2, ["exit status", "examples", "signals"].contains(parts[0]) {
        lines.append(".SH \(parts[0].uppercased())")
        isInDescription = false
      } else if !isInDescription {
        lines.append(".SH DESCRIPTION")
        isInDescription = true
      } else {
        lines.append(".PP")
      }
      guard !isInDescription else {
        lines += paragraph.split(separator: "\n").map { line(String($0)) }
        continue
      }
      lines.append(".nf")
      lines += parts[1].split(separator: "\n").map { line(String($0)) }
      lines.append(".fi")
    }
    return lines
  }

  /// A line of text, which must not begin like a request.
  private static func line(_ text: String) -> String {
    let escaped = escaped(text)
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
  }
}
