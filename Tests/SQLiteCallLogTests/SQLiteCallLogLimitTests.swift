import CallLog
import Foundation
import Ground
import TestSupport
import Testing

@testable import SQLiteCallLog

@Suite("what a call log in SQLite keeps") struct SQLiteCallLogLimitTests {
  private static let day: Int64 = 86_400_000
  private let scratch: Scratch
  private var path: String { scratch.file("calls.db").path }

  init() throws { scratch = try Scratch() }

  /// A clock by hand: days since 1970.
  private final class Clock: Sendable {
    let wall = Locked<Double>(20_000)
    let steady = Locked<Double>(0)

    var clock: CallLogClock {
      CallLogClock(
        wall: { [wall] in WallTime(milliseconds: Int64(wall.withLock { $0 } * 86_400_000)) },
        steady: { [steady] in Int64(steady.withLock { $0 } * 86_400_000) })
    }

    func pass(_ days: Double) {
      wall.withLock { $0 += days }
      steady.withLock { $0 += days }
    }
  }

  private func call(_ day: Double, _ name: String = "c") -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = "\(name)\(day)"
    facts.streamSID = "s\(name)\(day)"
    facts.connectedAt = WallTime(milliseconds: Int64(day * 86_400_000))
    return CallLogEvent(
      .init(
        key: "\(name)\(day)", name: "stream", at: WallTime(milliseconds: Int64(day * 86_400_000))),
      origin: .server, facts: facts)
  }

  private func told(_ sid: String, key: String) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = sid
    return CallLogEvent(
      .init(key: key, name: "status", at: WallTime(milliseconds: 1)), scope: .call, facts: facts)
  }

  private func count(_ log: SQLiteCallLog) async throws -> Int {
    try await log.records(since: nil, limit: 100_000).count
  }

  @Test("old calls go, a day's worth a day, and over restarts no faster")
  func retention() async throws {
    let clock = Clock()
    do {
      let log = try SQLiteCallLog(path: path)
      _ = try await log.write((0..<60).map { call(20_000 - 59.5 + Double($0)) })
    }
    // 30 of them are too old, and one day's worth is one of them.
    for _ in 0..<5 {
      let log = try SQLiteCallLog(path: path, keptDays: 30, clock: clock.clock)
      _ = try await log.write([call(20_000)])
      #expect(try await count(log) == 60)
    }
    let log = try SQLiteCallLog(path: path, keptDays: 30, clock: clock.clock)
    for passed in 1...3 {
      clock.pass(1)
      let today = 20_000 + Double(passed)
      _ = try await log.write([call(today)])
      _ = try await log.write([call(today)])
      // One comes, one goes.
      #expect(try await count(log) == 60, "\(passed)")
    }
  }

  @Test("a clock that jumps ahead while the server runs deletes nothing until a restart")
  func jump() async throws {
    let clock = Clock()
    let log = try SQLiteCallLog(path: path, keptDays: 30, clock: clock.clock)
    _ = try await log.write((0..<20).map { call(19_980.5 + Double($0)) })
    clock.wall.withLock { $0 += 100 }
    for hour in 0..<200 {
      _ = try await log.write([call(20_100 + Double(hour) / 24)])
      clock.pass(1.0 / 24)
    }
    #expect(try await count(log) == 220)
    // After a restart the clock is believed, and a day's worth goes.
    let next = try SQLiteCallLog(path: path, keptDays: 30, clock: clock.clock)
    _ = try await next.write([call(20_108.4)])
    #expect(try await count(next) == 220)
  }

  @Test("rows and bytes that callbacks alone have told of are bounded a day, our own calls are not")
  func budgets() async throws {
    let clock = Clock()
    var limits = SQLiteCallLog.Limits()
    limits.callbackRowsADay = 20
    limits.callbackBytesADay = 200_000
    let log = try SQLiteCallLog(path: path, limits: limits, clock: clock.clock)
    var left = try await log.write((0..<50).map { told("x\($0)", key: "k\($0)") })
    #expect(left.count == 30)
    // Callbacks of a call that was carried, and the call itself, find room all the same.
    left = try await log.write([call(20_000, "own"), told("own20000.0", key: "status|own")])
    #expect(left.isEmpty)
    var written = 0
    for number in 0..<2_000 {
      written += 1 - (try await log.write([told("x\(number % 20)", key: "more \(number)")]).count)
    }
    #expect(written < 300)
    // The same for who begins again on the same day; the next day has room again.
    let again = try SQLiteCallLog(path: path, limits: limits, clock: clock.clock)
    #expect(try await again.write([told("y", key: "y")]) == [0])
    clock.pass(1)
    #expect(try await again.write([told("y", key: "y")]).isEmpty)
  }

  @Test("rows are bounded in all: a new call takes the place of the oldest, callbacks begin none")
  func rows() async throws {
    var limits = SQLiteCallLog.Limits()
    limits.rows = 10
    let log = try SQLiteCallLog(path: path, limits: limits)
    _ = try await log.write((0..<30).map { call(20_000 + Double($0)) })
    #expect(try await count(log) == 10)
    #expect(try await log.records(since: nil, limit: 1).first?.callSID == "c20029.0")
    #expect(try await log.write([told("x", key: "x")]) == [0])
  }

  @Test("joining and asking look into indexes, however much is stored")
  func indexed() async throws {
    let log = try SQLiteCallLog(path: path)
    _ = try await log.write([call(20_000)])
    let database = try SQLiteDatabase(path: path, isReadOnly: true)
    for statement in [
      "SELECT id, is_servers, told, record FROM calls WHERE row = 'a'",
      "SELECT 1 FROM calls WHERE call_sid = 'a' AND is_servers = 1 LIMIT 1",
      "SELECT 1 FROM calls WHERE call_sid = 'a' OR stream_sid = 'a' LIMIT 1",
      "SELECT max(first_seen) FROM calls", "SELECT min(first_seen) FROM calls",
      "DELETE FROM calls WHERE id = (SELECT id FROM calls ORDER BY first_seen, id LIMIT 1)",
    ] {
      let plan = try database.rows("EXPLAIN QUERY PLAN " + statement, []).compactMap {
        $0.last?.text
      }
      #expect(plan.allSatisfy { !$0.hasPrefix("SCAN calls") || $0.contains("INDEX") }, "\(plan)")
    }
  }

  @Test("streams that callbacks make up do not hide those that were carried")
  func hidden() async throws {
    let log = try SQLiteCallLog(path: path)
    let made = (0..<100).map { number in
      var facts = CallRecord()
      facts.callSID = "own20000.0"
      facts.streamSID = "made up \(number)"
      return CallLogEvent(
        .init(key: "m\(number)", name: "passthru", at: WallTime(milliseconds: 1)), facts: facts)
    }
    var own = call(20_000, "own")
    own.facts.startedAt = own.facts.connectedAt
    _ = try await log.write(made + [own])
    let records = try await log.records(of: "own20000.0")
    #expect(records.contains { $0.streamSID == "sown20000.0" })
  }
}
