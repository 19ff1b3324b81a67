import BotTransport
import CallLog
import CallSimulator
import Foundation
import PostgresCallLog
import SQLiteCallLog
import Telephony

/// `sidetone calls`: what became of the calls, from the call log.
struct CallsCommand: Command {
  static let name = "calls"
  static let summary = "list calls, or explain what ended one"
  static let operands = [
    Operand(
      name: "show", help: "explain one call in plain words; or migrate, to move a log",
      isRequired: false),
    Operand(
      name: "SID",
      help: "the call's or the stream's identifier (default the newest call); or the SQLite file "
        + "that is moved",
      isRequired: false),
  ]
  static let options = [
    Option(
      "--call-log", "FILE|URL",
      help: "the file, or the database, that serve writes (default $SIDETONE_CALL_LOG)"),
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
      sidetone calls migrate calls.db --call-log postgres://db.example.com/sidetone
    """

  /// What to do with the log.
  private enum Task {
    case list
    /// One call, the newest where there is no identifier.
    case show(String?)
    /// Move what a file holds into a database.
    case migrate(String)
  }

  private let task: Task
  private let place: CallLogPlace
  private let printsJSON: Bool
  private let since: WallTime?
  private let limit: Int

  init(_ arguments: Arguments) throws(UsageError) {
    switch (arguments.optionalOperand(0), arguments.optionalOperand(1)) {
    case (nil, _): task = .list
    case ("show", let sid): task = .show(sid)
    case ("migrate", let path?): task = .migrate(path)
    case ("migrate", nil): throw UsageError("migrate needs the SQLite file that is moved")
    case (let word?, _): throw UsageError("'\(word)' is unknown, did you mean 'show \(word)'?")
    }
    guard let place = try CallLogPlace.named(arguments) else {
      throw UsageError("--call-log FILE|URL is missing: the log that serve writes")
    }
    self.place = place
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
    if case .migrate(let path) = task { return try await migrate(path) }
    let log = try place.open()
    let records: [CallRecord]
    do {
      switch task {
      case .list: records = try await log.records(since: since, limit: limit)
      case .show(let sid?): records = try await log.records(of: sid)
      case .show(nil): records = try await log.records(since: since, limit: 1)
      case .migrate: records = []
      }
    } catch {
      throw UsageError(saying: String(describing: error))
    }
    if case .show(let sid) = task, records.isEmpty {
      let what = sid.map { "call or stream \($0)" } ?? "call"
      Console.complain("sidetone calls: no \(what) in \(place.name)")
      return .failure
    }
    if place.hasPending {
      Console.complain(
        "sidetone calls: \(place.spill).pending holds more, which could not be written yet")
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

  /// Moves what a file holds into the database, a part at a time; what is there already stays as it is, so
  /// that a move that was cut off is made again.
  private func migrate(_ path: String) async throws(UsageError) -> ExitStatus {
    guard case .database(let address) = place else {
      throw UsageError(
        "--call-log \(place.name) is a file", advice: "name a database: postgres://HOST/DATABASE")
    }
    do {
      let source = try SQLiteCallLog(path: path, isReadOnly: true)
      let target = try PostgresCallLog(at: address)
      let all = try await source.rowsStored()
      var (seen, moved, next) = (0, 0, 0)
      while true {
        let part = try await source.stored(after: next, limit: 500)
        guard !part.calls.isEmpty else { break }
        moved += try await target.adopt(part.calls)
        seen += part.calls.count
        next = part.next
        Console.status("moving \(seen.grouped) of \(all.grouped) rows")
      }
      Console.status("")
      let rest = seen > moved ? ", \((seen - moved).grouped) were there already" : ""
      Console.print("moved \(moved.grouped) rows to \(place.name)\(rest)")
      return .success
    } catch {
      throw UsageError(saying: String(describing: error))
    }
  }
}
