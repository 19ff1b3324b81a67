import AudioEngine
import Testing

@Suite struct ServiceLevelTests {
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
    let found = ServiceLevel().shortfalls(in: statistics)
    #expect(found.map(\.measure) == ServiceLevel.Shortfall.Measure.allCases)
    #expect(found.first?.description == "silence in the bot's speech: 201 ms, limit 200 ms")
    #expect(found[1].found == .milliseconds(300))
    let none = ServiceLevel(
      insertedSilence: nil, lateness: nil, residue: nil, droppedCallerAudio: nil,
      missingCallerAudio: nil)
    #expect(none.shortfalls(in: statistics).isEmpty)
    let wider = ServiceLevel(insertedSilence: .milliseconds(201))
    #expect(wider.shortfalls(in: statistics).first?.measure == .lateness)
  }
}
