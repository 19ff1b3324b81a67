import Testing

@testable import BotTransport

@Suite("LoopLateness") struct LoopLatenessTests {
  @Test("a loop that owes its answer for longer than the budget is late, and no earlier")
  func owing() throws {
    // One that never runs, and keeps what it was asked until it is stopped.
    let loop = try EventLoop(name: "held")
    defer { loop.stop() }
    let lateness = LoopLateness([loop], budget: .milliseconds(50))
    let start = EventLoop.now
    for milliseconds in [0, 1, 49] {
      #expect(lateness.words(at: start + .milliseconds(milliseconds)) == "on time")
    }
    #expect(lateness.words(at: start + .milliseconds(50)) == "late")
    #expect(lateness.latest(at: start + .seconds(9)) == .milliseconds(50))
    #expect(LoopLateness([loop], budget: nil).words(at: start) == "on time")
  }

  @Test("a loop that answers is as late as it says")
  func answering() async throws {
    let loop = try EventLoop(name: "free")
    loop.start()
    defer { loop.stop() }
    let lateness = LoopLateness([loop], budget: .seconds(3_600))
    for _ in 0..<3 {
      #expect(lateness.words() == "on time")
      try loop.sync {}
    }
  }
}
