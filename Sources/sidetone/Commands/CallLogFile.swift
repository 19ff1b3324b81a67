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

  static func open(
    _ path: String, isReadOnly: Bool, keptDays: Int? = nil
  ) throws(UsageError) -> any CallLog {
    do {
      return try SQLiteCallLog(path: path, isReadOnly: isReadOnly, keptDays: keptDays)
    } catch {
      throw UsageError(saying: error)
    }
  }
}
