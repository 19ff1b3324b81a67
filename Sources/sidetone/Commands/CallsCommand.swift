import BotTransport
import CallLog
import Foundation
import Telephony

/// `sidetone calls`: what became of the calls, from the call log.
struct CallsCommand: Command {
  static let name = "calls"
  static let summary = "list calls, or explain what ended one"
  static let operands = [
    Operand(name: "show", help: "explain one call in plain words", isRequired: false),
    Operand(
      name: "SID", help: "the call's or the stream's identifier (default the newest call)",
      isRequired: false),
  ]
  static let options = [
    Option(
      "--call-log", "FILE", help: "the file that serve writes (default $SIDETONE_CALL_LOG)"),
    Option("--json", help: "print JSON: a list of records"),
    Option(
      "--since", "TIME",
      help: "leave out older calls: 2026-09-01, 2026-09-01T15:30 in UTC, or 30m, 2h, 7d ago"),
    Option("--limit", "COUNT", help: "the most calls to list, newest first (default 50)"),
  ]
  static let notes = """
    exit status: 0, 1 no such call, 2 wrong usage or no call log

    examples:
      sidetone calls --call-log calls.db --since 2h
      sidetone calls show b7d25e90f3a84c16 --call-log calls.db
      sidetone calls show --call-log calls.db
    """

  /// What to do with the log.
  private enum Task {
    case list
    /// One call, the newest where there is no identifier.
    case show(String?)
  }

  private let task: Task
  private let path: String
  private let printsJSON: Bool
  private let since: WallTime?
  private let limit: Int

  init(_ arguments: Arguments) throws(UsageError) {
    switch (arguments.optionalOperand(0), arguments.optionalOperand(1)) {
    case (nil, _): task = .list
    case ("show", let sid): task = .show(sid)
    case (let word?, _): throw UsageError("'\(word)' is unknown, did you mean 'show \(word)'?")
    }
    guard let path = try CallLogFile.path(arguments) else {
      throw UsageError("--call-log FILE is missing: the file that serve writes")
    }
    self.path = path
    printsJSON = arguments.flag("--json")
    limit = try arguments.integer("--limit", in: 1...100_000) ?? 50
    since = try arguments.text("--since").map { text throws(UsageError) in
      guard let time = Self.time(text) else {
        throw UsageError("--since \(text) is no time: write 2026-09-01T15:30 or 2h")
      }
      return time
    }
  }

  /// A point in time, or one as long ago as `text` says.
  private static func time(_ text: String) -> WallTime? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    if let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (0...1_000_000).contains(count)
    {
      return WallTime(milliseconds: max(WallTime.now.milliseconds - count * unit * 1_000, 0))
    }
    return WallTime(text)
  }

  func run() async throws(UsageError) -> ExitStatus {
    let log = try CallLogFile.open(path)
    let records: [CallRecord]
    do {
      switch task {
      case .list: records = try await log.records(since: since, limit: limit)
      case .show(let sid?): records = try await log.records(of: sid)
      case .show(nil): records = try await log.records(since: since, limit: 1)
      }
    } catch {
      throw UsageError(saying: String(describing: error))
    }
    if case .show(let sid) = task, records.isEmpty {
      let what = sid.map { "call or stream \($0)" } ?? "call"
      Console.complain("sidetone calls: no \(what) in \(path)")
      return .failure
    }
    if CallLogFile.hasPending(path) {
      Console.complain("sidetone calls: \(path).pending holds more, which could not be written yet")
    }
    if printsJSON {
      Console.print("[" + records.map { $0.jsonValue().json }.joined(separator: ",\n ") + "]")
    } else if case .list = task {
      Console.print(CallText.table(records))
    } else {
      Console.print(records.map(CallText.page).joined(separator: "\n\n"))
    }
    return .success
  }
}
