import Testing

@testable import AudioEngine

@Suite struct ServiceLevelTests {
  /// A turn in which each step took 600 ms.
  private static var slowTurns: TurnStatistics {
    var clock = TurnClock(latency: 0)
    clock.callerBegan(at: 0)
    clock.callerEnded(speechEnd: 0, at: 0)
    for (index, step) in Turn.Step.allCases.enumerated() {
      clock.note(step, at: Int64(index + 1) * 600_000_000)
    }
    clock.left(at: 1_900_000_000, heard: 1_900_000_000, 2_000_000_000)
    clock.close(at: 2_000_000_000)
    var turns = TurnStatistics()
    if let turn = clock.take() { turns.add(turn) }
    return turns
  }

  @Test("a quiet call falls short of nothing")
  func met() {
    #expect(ServiceLevel().shortfalls(in: SessionStatistics()).isEmpty)
  }

  @Test("each limit is held against its own count, and a limit of nil against none")
  func shortfalls() {
    var statistics = SessionStatistics()
    statistics.outbound.insertedSilence = .microseconds(200_001)
    for _ in 0..<97 { statistics.outbound.lateness.add(.microseconds(10)) }
    for _ in 0..<3 { statistics.outbound.lateness.add(.milliseconds(300)) }
    statistics.outbound.residue.add(.milliseconds(1_400))
    statistics.inbound.overflow = .milliseconds(20)
    statistics.inbound.filledSilence = .milliseconds(900)
    statistics.turns = Self.slowTurns
    let found = ServiceLevel(response: .seconds(1)).shortfalls(in: statistics)
    #expect(found.map(\.measure) == ServiceLevel.Shortfall.Measure.allCases)
    #expect(found.first?.description == "silence in the bot's speech: 201 ms, limit 200 ms")
    #expect(found[1].found == .milliseconds(300))
    let none = ServiceLevel(
      insertedSilence: nil, lateness: nil, residue: nil, droppedCallerAudio: nil,
      missingCallerAudio: nil, recognition: nil, model: nil, synthesis: nil)
    #expect(none.shortfalls(in: statistics).isEmpty)
    let bySteps = ServiceLevel().shortfalls(in: statistics).map(\.measure)
    #expect(!bySteps.contains(.response), "how long an answer may take is the bot's to say")
    let wider = ServiceLevel(insertedSilence: .milliseconds(201))
    #expect(wider.shortfalls(in: statistics).first?.measure == .lateness)
  }
}
