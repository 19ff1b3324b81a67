import BotTransport
import CallLog

/// Where a server writes down what became of its calls.
struct CallLogOptions {
  static let options = [
    Option(
      "--call-log", "FILE",
      help: "write each call's end and its callbacks into this SQLite file (default "
        + "$SIDETONE_CALL_LOG, else none); while it cannot be written, into FILE.pending"),
    Option(
      "--call-log-required",
      help: "do not start where the call log cannot be opened; without this calls are carried, and "
        + "the log is tried again"),
    Option(
      "--keep-calls", "DAYS",
      help: "delete calls from the call log after so long, a day's worth a day (default 90)"),
  ]

  let path: String?
  private let keptDays: Int
  private let isRequired: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    path = try CallLogFile.path(arguments)
    keptDays = try arguments.integer("--keep-calls", in: 1...36_500) ?? 90
    isRequired = arguments.flag("--call-log-required")
    if isRequired, path == nil {
      throw UsageError("--call-log-required needs --call-log FILE, or SIDETONE_CALL_LOG")
    }
  }

  /// Has the server write the log.
  func apply(to configuration: inout ServerConfiguration) {
    guard let path else { return }
    configuration.callLog = CallLogFile.writer(path, keptDays: keptDays)
    configuration.requiresCallLog = isRequired
  }
}
