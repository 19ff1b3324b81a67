import BotTransport

/// How a server is watched: its log and its metrics.
struct WatchOptions {
  static let options = [
    Option(
      "--log-format", "FORMAT",
      help: "log calls and refusals to the error stream as text or json, or none (default text "
        + "to a terminal, else json)"),
    Option(
      "--log-level", "LEVEL",
      help: "log debug, info, warning or error and above, by module where MODULE=LEVEL "
        + "follows a comma: info,call=warning (default info)"),
    Option("--no-metrics", help: "leave /healthz, /readyz and /metrics unanswered"),
  ]

  /// nil where nothing is to be logged.
  let log: LogWriter?
  private let isWatched: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    let levels = try LogWriter.Levels(arguments.text("--log-level") ?? "info")
    let formats = LogWriter.Format.allCases.map(\.rawValue)
    let name = try arguments.choice("--log-format", of: formats + ["none"])
    let format = LogWriter.Format(rawValue: name ?? (Console.isInteractive ? "text" : "json"))
    log = format.map { LogWriter($0, levels) }
    isWatched = !arguments.flag("--no-metrics")
  }

  func apply(to configuration: inout ServerConfiguration) {
    if let log { configuration.log = { log.write($0) } }
    configuration.isWatched = isWatched
    configuration.version = Version.current
  }
}
