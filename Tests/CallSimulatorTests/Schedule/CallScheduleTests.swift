import AudioEngine
import Testing

@testable import CallSimulator

/// Random calls under the virtual clock. Here a few seeds, unoptimised; `make simulate` runs more.
@Suite("CallSchedule") struct CallScheduleTests {
  @Test("every promise holds whatever happens", arguments: 0..<8)
  func promises(part: UInt64) {
    for seed in (part * 25)..<(part * 25 + 25) {
      let outcome = CallSchedule.random(seed: seed).check()
      #expect(outcome.violation == nil, "seed \(seed)")
    }
  }

  @Test("a seed is a call: other seeds are others, to the byte")
  func seeds() {
    let calls = (0..<20).map { CallSchedule.random(seed: $0) }
    #expect(calls == (0..<20).map { CallSchedule.random(seed: $0) })
    #expect(Set(calls).count == 20)
    #expect(Set(calls.map { $0.run().wireHash }).count > 15)
  }

  @Test("the seeds reach every fault and every action")
  func coverage() {
    let calls = (0..<300).map { CallSchedule.random(seed: $0) }
    let names = { (value: Any) in
      "\(value)".prefix { $0 != "(" && $0 != "." }
    }
    #expect(Set(calls.flatMap { $0.faults.map(names) }).count == 12)
    #expect(Set(calls.flatMap { $0.steps.map { names($0.action) } }).count == 10)
  }

  @Test("tells what happens, in order of time")
  func traces() {
    var lines: [String] = []
    let outcome = CallSchedule.random(seed: 3).run { lines.append($0) }
    #expect(lines.first?.hasSuffix("platform sends start") == true)
    #expect(lines.map { Double($0.prefix(11).drop { $0 == " " }) ?? -1 }.isSorted)
    #expect(lines.filter { $0.contains("bot sends") }.count == outcome.messages)
  }

  @Test("a failing schedule shrinks to what it needs")
  func shrinks() {
    // An engine that is told of a platform without latency, before one that has some.
    var schedule = CallSchedule.random(seed: 5)
    schedule.setup.capacity = .seconds(60)
    schedule.setup.platform = .plivo(schedule.setup.wire)
    schedule.setup.platform.policy.latencyBound = .zero
    schedule.setup.platform.policy.echoesMarks = false
    schedule.setup.latency = .milliseconds(180)
    let violation = schedule.check().violation
    #expect(violation?.promise == .neverOverReport)
    let shrunk = schedule.shrunk(breaking: .neverOverReport)
    #expect(shrunk.steps.count <= 2 && shrunk.faults.isEmpty)
    #expect(shrunk.check().violation?.promise == .neverOverReport)
  }

  @Test("many seeds are summed up")
  func batch() async {
    let result = await ScheduleBatch(seeds: 1_000..<1_070).run()
    #expect(result.calls == 70 && result.failureCount == 0)
    #expect(result.messages > 1_000 && result.elapsed > .seconds(70))
  }
}

extension [Double] {
  fileprivate var isSorted: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
