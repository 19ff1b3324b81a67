import BotTransport
import CallLog

/// Where a server writes down what became of its calls.
struct CallLogOptions {
  static let options = [
    Option(
      "--call-log", "FILE|URL",
      help:
        "write each call's end and its callbacks into this SQLite file, or into a database that "
        + "nodes share, postgres://HOST/DATABASE (default $SIDETONE_CALL_LOG, else none); while it "
        + "cannot be written, into FILE.pending"),
    Option(
      "--call-log-required",
      help: "do not start where the call log cannot be opened; without this calls are carried, and "
        + "the log is tried again"),
    Option(
      "--keep-calls", "DAYS",
      help: "delete calls from the call log after so long, a day's worth a day (default 90)"),
  ]

  let place: CallLogPlace?
  private let keptDays: Int
  private let isRequired: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    place = try CallLogPlace.named(arguments)
    keptDays = try arguments.integer("--keep-calls", in: 1...36_500) ?? 90
    isRequired = arguments.flag("--call-log-required")
    if isRequired, place == nil {
      throw UsageError("--call-log-required needs --call-log FILE, or SIDETONE_CALL_LOG")
    }
  }

  /// Has the server write the log.
  func apply(to configuration: inout ServerConfiguration) {
    guard let place else { return }
    configuration.callLog = place.writer(keptDays: keptDays)
    configuration.requiresCallLog = isRequired
  }
}
