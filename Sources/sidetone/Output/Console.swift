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

  /// Writes a line to standard output at once, also into a pipe.
  static func print(_ line: String) {
    // Nobody reading any more is no reason to fail.
    try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
  }

  /// Writes a line to standard error.
  static func complain(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
  }

  /// Replaces the current line of the terminal; an empty text clears it.
  static func status(_ text: String) {
    guard isInteractive else { return }
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
  }
}
