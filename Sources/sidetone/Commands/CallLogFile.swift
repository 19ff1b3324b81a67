import CallLog
import Foundation
import SQLiteCallLog

/// The call log that the commands write and read.
enum CallLogFile {
  /// The file that the option or the environment names.
  static func path(_ arguments: Arguments) throws(UsageError) -> String? {
    if let path = try arguments.text("--call-log") { return path }
    let path = ProcessInfo.processInfo.environment["SIDETONE_CALL_LOG"] ?? ""
    return path.isEmpty ? nil : path
  }

  /// A log to read.
  static func open(_ path: String) throws(UsageError) -> any CallLog {
    do {
      return try SQLiteCallLog(path: path, isReadOnly: true)
    } catch {
      throw UsageError(saying: error)
    }
  }

  /// Whether something waits beside a log for it to be written.
  static func hasPending(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + ".pending")
  }

  /// A log to write, opened when it is needed.
  static func writer(_ path: String, keptDays: Int) -> CallLogWriter {
    CallLogWriter(spillingBeside: path) {
      try await SQLiteCallLog.opened(path: path, keptDays: keptDays)
    }
  }
}
