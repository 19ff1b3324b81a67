import AudioEngine
import Testing

@testable import BotTransport

@Suite struct PhaseTests {
  @Test("calls that begin together are spread evenly over 20 ms")
  func even() {
    let calls = CallTable(bot: { _ in }, placement: .pool)
    let phases = (0..<1_000).map { _ in calls.nextPhase() }.sorted()
    #expect(phases.allSatisfy { $0 >= .zero && $0 < .milliseconds(20) })
    // No half millisecond without a call, and none with more than twice its share.
    var each = [Int](repeating: 0, count: 40)
    for phase in phases { each[Int(phase.wholeNanoseconds / 500_000)] += 1 }
    #expect(each.allSatisfy { $0 >= 12 && $0 <= 50 }, "\(each)")
    #expect(
      LeadPolicy.fixed(.milliseconds(200)).shifted(by: phases[999]) != .fixed(.milliseconds(200)))
  }
}
