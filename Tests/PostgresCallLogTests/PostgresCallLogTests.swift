import CallLog
import Foundation
import Telephony
import TestSupport
import Testing

@testable import PostgresCallLog

@Suite("call log in PostgreSQL", PostgresServer.isInstalled, .serialized, .timeLimit(.minutes(5)))
struct PostgresCallLogTests {
  private let server: PostgresServer
  private let address: PostgresAddress

  init() async throws {
    server = try await PostgresServer()
    address = try #require(PostgresAddress(server.address))
  }

  private func event(
    _ key: String, call: String?, stream: String? = nil, at: Int64 = 5,
    _ origin: CallLogEvent.Origin = .server, _ change: (inout CallRecord) -> Void = { _ in }
  ) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = call
    facts.streamSID = stream
    change(&facts)
    return CallLogEvent(
      .init(key: key, name: "n", at: WallTime(milliseconds: at)), origin: origin, facts: facts)
  }

  @Test("keeps records as they are, joins what belongs together, and takes nothing twice")
  func joins() async throws {
    let log = try PostgresCallLog(at: address)
    let odd = "0981\u{0}\"\\{},\u{1F600}'; DROP TABLE sidetone_calls; --"
    let start = event("start", call: "c1", stream: "s1") {
      $0.platform = .exotel
      $0.from = odd
      $0.connectedAt = WallTime(milliseconds: 1_000)
      $0.startedAt = WallTime(milliseconds: 2_000)
    }
    let outcome = event("told", call: "c1", at: 9_000, .callback) { $0.customField = "gold" }
    // Twice in one batch, and again in the next.
    #expect(try await log.write([start, outcome, start]) == [])
    #expect(try await log.write([outcome, start]) == [])
    let reader = try PostgresCallLog(at: address, isReadOnly: true)
    for sid in ["c1", "s1"] {
      let records = try await reader.records(of: sid)
      #expect(records.count == 1)
      #expect(records.first?.from == odd && records.first?.customField == "gold")
      #expect(records.first?.startedAt?.milliseconds == 2_000)
    }
    #expect(try await reader.records(since: nil, limit: 10).count == 1)
    #expect(try await reader.records(since: WallTime(milliseconds: 1_001), limit: 10).isEmpty)
    #expect(try await reader.knows(anyOf: ["x", "s1"]))
    #expect(try await !reader.knows(anyOf: ["x", "\u{0}", "{\"", "\\"]))
    // An identifier that holds what ends a text elsewhere is one of its own.
    #expect(try await log.write([event("k", call: "c\u{0}2", stream: "s,{}\"\\2")]) == [])
    #expect(try await log.records(of: "s,{}\"\\2").first?.callSID == "c\u{0}2")
    #expect(try await log.write([event("nobody's", call: nil)]) == [0])
  }

  @Test("nodes that start and write at once make one log, and lose and double nothing")
  func nodes() async throws {
    // Streams of every node, told of by callbacks that land on all of them.
    let nodes = 4
    let calls = 25
    try await withThrowingTaskGroup { group in
      for node in 0..<nodes {
        group.addTask { [address] in
          let log = try await PostgresCallLog.opened(at: address, keptDays: 30)
          for part in 0..<5 {
            var batch: [CallLogEvent] = []
            for call in (0..<calls).shuffled() {
              if call % nodes == node, part == 0 {
                batch.append(
                  self.event("own", call: "c\(call)", stream: "s\(call)") {
                    $0.startedAt = WallTime(milliseconds: 7)
                  })
              }
              batch.append(
                self.event("\(node).\(part)", call: "c\(call)", stream: "s\(call)", .callback))
            }
            #expect(try await log.write(batch).isEmpty)
          }
        }
      }
      try await group.waitForAll()
    }
    let log = try PostgresCallLog(at: address)
    let records = try await log.records(since: nil, limit: 1_000)
    #expect(records.count == calls)
    for record in records {
      // All callbacks and the one of the socket itself.
      #expect(Set(record.events.map(\.key)).count == 21 && record.events.count == 21)
      #expect(record.startedAt?.milliseconds == 7)
    }
  }

  @Test(
    "a server that is cut off and comes back has every record once; what strangers tell is bounded")
  func outage() async throws {
    let scratch = try Scratch()
    var limits = CallLogWriter.Limits()
    limits.bytes = 1 << 20
    let writer = CallLogWriter(spillingBeside: scratch.file("calls").path, limits: limits) {
      [address] in try await PostgresCallLog.opened(at: address)
    }
    try await writer.open()
    for number in 0..<50 { writer.submit(event("e", call: "c\(number)", stream: "s\(number)")) }
    #expect(await writer.flush(within: .seconds(30)))
    try await server.cut()
    for number in 50..<400 {
      writer.submit(event("e", call: "c\(number)", stream: "s\(number)"))
      if number == 100 {
        // It has failed more than once, and what waits is on the disk.
        for _ in 0..<1_000
        where !FileManager.default.fileExists(atPath: scratch.file("calls.pending").path) {
          try await Task.sleep(for: .milliseconds(20))
        }
      }
    }
    #expect(FileManager.default.fileExists(atPath: scratch.file("calls.pending").path))
    #expect(writer.counts.errors > 0 && writer.counts.pending > 0)
    try await server.start()
    #expect(await writer.flush(within: .seconds(60)))
    #expect(writer.counts.lost == 0)
    let log = try PostgresCallLog(at: address)
    let sids = try await log.records(since: nil, limit: 1_000).compactMap(\.streamSID)
    #expect(Set(sids) == Set((0..<400).map { "s\($0)" }) && sids.count == 400)

    var few = PostgresCallLog.Limits()
    few.callbackRowsADay = 3
    let bounded = try PostgresCallLog(at: address, limits: few)
    let strangers = (0..<5).map { event("x", call: "stranger\($0)", .callback) }
    #expect(try await bounded.write(strangers) == [3, 4])
    #expect(try await bounded.write([strangers[4], event("x", call: "c7", .callback)]) == [0])
  }

  @Test(
    "old calls go, a day's worth a day, whichever node is first; none while the clock is ahead of the calls"
  )
  func retention() async throws {
    let day: Int64 = 86_400_000
    let now = WallTime.now.milliseconds
    func calls(_ ages: [Int64]) -> [CallLogEvent] {
      ages.map { age in
        event("e", call: "c\(age)", stream: "s\(age)", at: now - age * day - 1_000) {
          $0.connectedAt = WallTime(milliseconds: now - age * day - 1_000)
        }
      }
    }
    func count(_ log: PostgresCallLog) async throws -> Int {
      try await log.records(since: nil, limit: 1_000).count
    }
    // A clock more than a day ahead of the newest call is not believed.
    let doubtful = try PostgresCallLog(at: address, keptDays: 30)
    #expect(try await doubtful.write(calls(Array(2..<60))).isEmpty)
    #expect(try await count(doubtful) == 58)
    // With a call of today it is: the oldest day goes, and on this day no further one, by any node.
    for _ in 0..<3 {
      let node = try PostgresCallLog(at: address, keptDays: 30)
      #expect(try await node.write(calls([0])).isEmpty)
      #expect(try await count(node) == 58)
      #expect(try await node.records(of: "s59").isEmpty)
      #expect(try await node.records(of: "s58").count == 1)
    }
  }

  @Test("tables of a newer version are refused, and a database without any is no log")
  func versions() async throws {
    #expect(throws: PostgresCallLogError.notALog("postgres:///postgres")) {
      _ = try PostgresCallLog(at: address, isReadOnly: true)
    }
    _ = try PostgresCallLog(at: address)
    let connection = try PostgresConnection(address)
    try connection.run("UPDATE sidetone_schema SET version = 99")
    #expect(throws: PostgresCallLogError.newerSchema("postgres:///postgres", version: 99)) {
      _ = try PostgresCallLog(at: address)
    }
  }
}

@Suite("where a call log in PostgreSQL is") struct PostgresAddressTests {
  @Test("tells a name without user, password and parameters")
  func names() {
    let secret = "postgres://u:hush%40@db.example.com:5433/calls?sslmode=require&password=hush"
    #expect(PostgresAddress(secret)?.name == "postgres://db.example.com:5433/calls")
    #expect(PostgresAddress(secret)?.holdsPassword == true)
    #expect(PostgresAddress("postgresql://u@db/x?password=p")?.holdsPassword == true)
    #expect(PostgresAddress("postgresql://u@db/x?sslmode=verify-full")?.holdsPassword == false)
    #expect(PostgresAddress("PostgreS:///x?host=/run")?.name == "postgres:///x")
    #expect(PostgresAddress("calls.db") == nil && PostgresAddress("sqlite://x") == nil)
  }

  @Test("nobody there is one line that names neither user nor password")
  func nobody() throws {
    let address = try #require(PostgresAddress("postgres://user:hush@127.0.0.1:1/calls"))
    do {
      _ = try PostgresCallLog(at: address)
      Issue.record("nobody listens on port 1")
    } catch {
      let text = "\(error)"
      #expect(text.hasPrefix("call log postgres://127.0.0.1:1/calls: "), "\(text)")
      #expect(!text.contains("hush") && !text.contains("\n"))
    }
  }
}
