import Foundation

/// The terminal, or whatever the command's output goes to.
enum Console {
  /// Whether drawings may use more than ASCII: what the locale says, as for every program.
  static let isUnicode: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let name = (locale ?? "").lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }()

  /// Whether someone looks at the error stream, so that progress may be drawn there.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Writes a line, or several, to standard output at once, also into a pipe; ``safe(_:)`` before.
  static func print(_ line: String) {
    // Nobody reading any more is no reason to fail.
    try? FileHandle.standardOutput.write(contentsOf: Data((safe(line) + "\n").utf8))
  }

  /// Writes a line, or several, to standard error; ``safe(_:)`` before.
  static func complain(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((safe(line) + "\n").utf8))
  }

  /// Replaces the current line of the terminal; an empty text clears it.
  static func status(_ text: String) {
    guard isInteractive else { return }
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(safe(text))".utf8))
  }

  /// `text` with a question mark for whatever a terminal may obey: controls but the line's end and the
  /// tabulator, marks that turn the direction of text, separators that some take for a line's end.
  /// Whatever strangers have written goes through here on its way to people.
  static func safe(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isObeyed) else { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(isObeyed(scalar) ? "?" : scalar) }
    return String(scalars)
  }

  private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xFFF9...0xFFFB, 0xE0000...0xE007F:
      true
    default: false
    }
  }
}
