import CallLog
import TestSupport
import Testing

@Suite("call log writer") struct CallLogWriterTests {
  private func event(_ number: Int) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = "c\(number)"
    return CallLogEvent(.init(key: "k", name: "n", at: .now), facts: facts)
  }

  @Test("drops and counts what a log that hangs leaves no room for")
  func bounded() async {
    let (gate, opening) = AsyncStream.makeStream(of: Never.self)
    let log = MemoryCallLog(gate: gate)
    let writer = CallLogWriter(log, capacity: 10)
    writer.submit(event(0))
    while await log.writes == 0 { await Task.yield() }
    for number in 1...15 { writer.submit(event(number)) }
    #expect(writer.counts.dropped == 5)
    #expect(await writer.flush(within: .milliseconds(20)) == false)
    opening.finish()
    #expect(await writer.flush(within: .seconds(20)))
    #expect(writer.counts.written == 11)
    #expect(await log.records.count == 11)
  }

  @Test("tries a log that fails three times, then gives up and goes on", arguments: [2, 3])
  func failures(count: Int) async {
    let log = MemoryCallLog(failures: count)
    let writer = CallLogWriter(log)
    writer.submit(event(0))
    #expect(await writer.flush(within: .seconds(20)))
    #expect(writer.counts.written == (count == 2 ? 1 : 0))
    #expect(writer.counts.failed == (count == 2 ? 0 : 1))
    writer.submit(event(1))
    #expect(await writer.flush(within: .seconds(20)))
    #expect(await log.records.last?.callSID == "c1")
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
