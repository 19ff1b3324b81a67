import Testing

@testable import Fleet

/// Simulated fleets: what they promise, and that the simulation would see it broken.
@Suite("fleet schedules") struct FleetScheduleTests {
  @Test("small fleets keep every promise whatever befalls them", arguments: 0..<8 as Range<UInt64>)
  func promises(seed: UInt64) {
    let outcome = FleetSchedule.random(seed: seed, nodes: 4 + Int(seed) * 4).run()
    #expect(outcome.violation == nil)
    #expect(outcome.asked > 0)
    #expect(outcome.asked == outcome.routed + outcome.refused + outcome.itself.values.reduce(0, +))
  }

  @Test("the same seed is the same fleet to the last count")
  func replays() {
    let schedule = FleetSchedule.random(seed: 3, nodes: 20)
    #expect(schedule == FleetSchedule.random(seed: 3, nodes: 20))
    #expect(schedule.run() == schedule.run())
  }

  @Test("a fleet without faults lies even, and nothing goes astray")
  func quiet() {
    let outcome = FleetSchedule(seed: 1, capacities: Array(repeating: 200, count: 10), use: 0.5)
      .run()
    #expect(outcome.violation == nil)
    #expect(outcome.misroutes == 0 && outcome.refused == 0)
    #expect(outcome.quietImbalance < 1.2)
  }

  @Test("a node that dies is left alone within its lease")
  func death() {
    let outcome = FleetSchedule(
      seed: 2, capacities: Array(repeating: 100, count: 10), use: 0.5, meanCall: .seconds(20),
      faults: [.death(nodes: [4], at: .seconds(20), away: nil)]
    ).run()
    #expect(outcome.violation == nil)
    #expect(outcome.lost > 20)
    // 3 s of lease, a second until that is read.
    #expect((1_000...4_010).contains(outcome.longestBlindMs))
  }

  @Test("a registry that comes back empty sends nobody astray")
  func forgets() {
    let outcome = FleetSchedule(
      seed: 3, capacities: Array(repeating: 100, count: 40), use: 0.5,
      faults: [
        .outage(at: .seconds(20), length: .seconds(10), forgets: true),
        .burst(perSecond: 300, at: .seconds(29), length: .seconds(3)),
      ]
    ).run()
    #expect(outcome.violation == nil)
    #expect(outcome.itself["stale_view", default: 0] > 0)
    #expect(outcome.misroutes == 0 && outcome.refused == 0)
    #expect(outcome.worstImbalance < 1.4)
  }

  @Test("a node that dies while the registry is away is left alone once no view is believed")
  func deathUnseen() {
    let outcome = FleetSchedule(
      seed: 6, capacities: Array(repeating: 100, count: 10), use: 0.5, meanCall: .seconds(20),
      faults: [
        .outage(at: .seconds(20), length: .seconds(15), forgets: false),
        .death(nodes: [4], at: .seconds(20), away: nil),
      ]
    ).run()
    #expect(outcome.violation == nil)
    #expect((2_000...3_010).contains(outcome.longestBlindMs))
  }

  @Test("nodes that drain get no call once they take none")
  func drain() {
    let outcome = FleetSchedule(
      seed: 4, capacities: Array(repeating: 100, count: 9), use: 0.4, meanCall: .seconds(20),
      faults: [.drain(nodes: [0, 1, 2], at: .seconds(20))]
    ).run()
    #expect(outcome.violation == nil)
    #expect(outcome.misroutes == 0 && outcome.refused == 0 && outcome.lost == 0)
  }

  @Test("a full fleet refuses, and only then")
  func full() {
    let outcome = FleetSchedule(
      seed: 5, capacities: Array(repeating: 20, count: 5), use: 0.9,
      faults: [.burst(perSecond: 20, at: .seconds(10), length: .seconds(20))]
    ).run()
    #expect(outcome.violation == nil)
    #expect(outcome.refused > 0)
    #expect(outcome.refusedWithRoom == 0)
  }
}
