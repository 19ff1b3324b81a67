import CallLog
import Foundation
import Ground
import TestSupport
import Testing

@Suite("call log writer", .timeLimit(.minutes(2))) struct CallLogWriterTests {
  private let scratch: Scratch
  private var path: String { scratch.file("calls.db").path }
  private var spill: String { path + ".pending" }

  init() throws { scratch = try Scratch() }

  private func event(_ number: Int, _ origin: CallLogEvent.Origin = .server) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = "c\(number)"
    facts.streamSID = "s\(number)"
    if origin == .server { facts.connectedAt = WallTime(milliseconds: 1_000) }
    return CallLogEvent(
      .init(key: "\(origin) \(number)", name: "n", at: .now), origin: origin, facts: facts)
  }

  private func until(_ isTrue: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while await !isTrue() {
      try #require(ContinuousClock.now < deadline, "never came true")
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  @Test("callbacks that find no room are dropped and counted; our own go first and are all kept")
  func lanes() async throws {
    let (gate, opening) = AsyncStream.makeStream(of: Never.self)
    let log = MemoryCallLog(gate: gate)
    var limits = CallLogWriter.Limits()
    limits.callbacks = 10
    let writer = CallLogWriter(log, limits: limits)
    writer.submit(event(0))
    try await until { await log.writes > 0 }
    for number in 1...15 { writer.submit(event(number, .callback)) }
    for number in 1...15 { writer.submit(event(number)) }
    #expect(writer.counts.droppedCallbacks == 5)
    #expect(writer.counts.pending == 26)
    #expect(await writer.flush(within: .milliseconds(20)) == false)
    opening.finish()
    #expect(await writer.flush(within: .seconds(20)))
    #expect(writer.counts.written == 26)
    #expect(writer.counts.pending == 0)
    #expect(writer.counts.lost == 0)
    let keys = await log.keys
    #expect(keys.prefix(16).allSatisfy { $0.hasPrefix("server") })
  }

  @Test("tries again until the log takes it, and says so at once and afterwards")
  func failures() async throws {
    let log = MemoryCallLog(failures: 4)
    let writer = CallLogWriter(log)
    let reports = Locked<[CallLogWriter.Report]>([])
    writer.watch { report in reports.withLock { $0.append(report) } }
    writer.submit(event(0))
    try await until { !reports.withLock { $0.isEmpty } }
    #expect(await writer.flush(within: .seconds(30)))
    #expect(writer.counts.written == 1 && writer.counts.errors == 4)
    let told = reports.withLock { $0 }
    #expect(told.count == 2)
    guard case .failing(_, pending: 1)? = told.first, case .restored? = told.last else {
      Issue.record("\(told)")
      return
    }
  }

  @Test("what cannot be written waits beside the log, for its owner alone, and comes once")
  func spills() async throws {
    let log = MemoryCallLog(failures: .max)
    let first = CallLogWriter(spillingBeside: path) { log }
    for number in 0..<600 { first.submit(event(number)) }
    try await until { first.counts.errors > 2 }
    #expect(await first.flush(within: .milliseconds(10)) == false)
    let mode = try FileManager.default.attributesOfItem(atPath: spill)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    #expect(first.counts.pending >= 600 && first.counts.lost == 0)
    // The same server, when the log is there again.
    await log.fail(0)
    #expect(await first.flush(within: .seconds(30)))
    #expect(await log.records.count == 600)
    #expect(await log.records.allSatisfy { $0.events.count == 1 })
    #expect(!FileManager.default.fileExists(atPath: spill))
  }

  @Test("what a server left behind is written by the next, also after a half line")
  func adopts() async throws {
    do {
      let writer = CallLogWriter(spillingBeside: path) { throw MemoryCallLog.Failure() }
      for number in 0..<3 { writer.submit(event(number)) }
      #expect(await writer.flush(within: .milliseconds(10)) == false)
      try FileManager.default.copyItem(atPath: spill, toPath: path + ".kept")
    }
    // The first server is gone, as if it had been killed in the middle of a line.
    let lines = try Data(contentsOf: scratch.file("calls.db.kept"))
    try (lines + Data(#"{"key":"half"#.utf8)).write(to: scratch.file("other.db.pending"))
    let log = MemoryCallLog()
    let next = CallLogWriter(spillingBeside: scratch.file("other.db").path) { log }
    try await next.open()
    #expect(await next.flush(within: .seconds(30)))
    #expect(await log.records.map(\.callSID) == ["c0", "c1", "c2"])
    #expect(next.counts.lost == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch.file("other.db.pending").path))
  }

  @Test("two servers on one log do not share what waits")
  func slots() async throws {
    let failing: @Sendable () async throws -> any CallLog = { throw MemoryCallLog.Failure() }
    let writers = (0..<2).map { _ in CallLogWriter(spillingBeside: path, opening: failing) }
    for (number, writer) in writers.enumerated() {
      writer.submit(event(number))
      try await until { writer.counts.errors > 2 }
    }
    #expect(FileManager.default.fileExists(atPath: spill))
    #expect(FileManager.default.fileExists(atPath: spill + ".1"))
  }

  @Test("what waits is bounded in bytes, and what is lost is told and counted")
  func bounded() async throws {
    var limits = CallLogWriter.Limits()
    limits.bytes = 64 << 10
    limits.spilledBytes = 16 << 10
    let writer = CallLogWriter(spillingBeside: path, limits: limits) {
      throw MemoryCallLog.Failure()
    }
    let reports = Locked<[CallLogWriter.Report]>([])
    writer.watch { report in reports.withLock { $0.append(report) } }
    for number in 0..<500 { writer.submit(event(number)) }
    try await until { writer.counts.errors > 3 }
    let counts = writer.counts
    #expect(counts.lost > 300 && counts.lost + counts.pending == 500)
    #expect(reports.withLock { $0.contains(.lost(1)) })
    let size = try FileManager.default.attributesOfItem(atPath: spill)[.size] as? Int ?? 0
    #expect(size > 0 && size <= 16 << 10)
  }

  @Test("writes a burst in few pieces")
  func batches() async {
    let log = MemoryCallLog()
    let writer = CallLogWriter(log)
    for number in 0..<1_000 { writer.submit(event(number % 10)) }
    #expect(await writer.flush(within: .seconds(20)))
    #expect(writer.counts.written == 1_000)
    #expect(await log.records.count == 10)
  }
}
