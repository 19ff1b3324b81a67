import Testing

@testable import AudioEngine

@Suite struct SettleTests {
  private func speaking(for duration: Duration) throws -> SessionDriver {
    let mulaw = ChunkPolicy(
      minimumBytes: 160, maximumBytes: 12_160, multipleBytes: 160, preferredBytes: 320)
    var driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000), chunk: mulaw) {
      $0.playback.acknowledgesClear = true
      $0.playback.markInterval = .milliseconds(100)
    }
    try driver.begin()
    _ = try driver.session.write(
      SessionDriver.noise(80_000).span, to: driver.epoch, at: driver.time)
    driver.run(duration)
    return driver
  }

  private func bytes(_ duration: Duration) -> Int {
    WireFormat(.mulaw, .hz8000).byteCount(nanoseconds: duration.wholeNanoseconds)
  }

  @Test(
    "an acknowledgement tightens what was heard, on both sides and truly",
    arguments: Array(stride(from: 300, through: 1_500, by: 37)))
  func tightens(milliseconds: Int) throws {
    var driver = try speaking(for: .milliseconds(milliseconds))
    guard case .interrupted(let before) = driver.session.interrupt(at: driver.time) else {
      Issue.record("not interrupted")
      return
    }
    driver.run(.milliseconds(80))
    let truth = driver.platform.heard(of: 0..<80_000, at: driver.now)
    driver.session.receiveCleared(at: driver.time)
    driver.settle()
    guard case .interruptionSettled(let after)? = driver.events.last else {
      Issue.record("not settled")
      return
    }
    #expect(after.epoch == before.epoch && after.discarded == before.discarded)
    #expect(after.played >= before.played)
    #expect(after.played + after.uncertainty <= before.played + before.uncertainty)
    #expect(bytes(after.played) <= truth)
    #expect(bytes(after.played + after.uncertainty) >= truth)
    // Marks are 100 ms apart, and a chunk of 40 ms and a piece of 20 ms come to it.
    #expect(after.uncertainty <= .milliseconds(160))
    #expect(after.uncertainty <= before.uncertainty)
  }

  @Test("the speech that follows is not touched, and each clear settles its own")
  func nextSpeech() throws {
    var driver = try speaking(for: .milliseconds(500))
    _ = driver.session.interrupt(at: driver.time)
    try driver.begin()
    let second = driver.epoch
    _ = try driver.session.write(
      SessionDriver.noise(8_000, seed: 2).span, to: second, at: driver.time)
    driver.run(.milliseconds(400))
    _ = driver.session.interrupt(at: driver.time)
    driver.settle()
    driver.session.receiveCleared(at: driver.time)
    driver.settle()
    let early = driver.events.contains { if case .interruptionSettled = $0 { true } else { false } }
    #expect(!early, "the first acknowledgement is not the second's")
    driver.session.receiveCleared(at: driver.time)
    driver.settle()
    guard case .interruptionSettled(let settled)? = driver.events.last else {
      Issue.record("not settled")
      return
    }
    #expect(settled.epoch == second)
    #expect(driver.session.statistics.outbound.clearsAcknowledged == 2)
  }

  @Test("an acknowledgement that nobody waits for changes nothing")
  func unasked() throws {
    var driver = try speaking(for: .milliseconds(500))
    driver.session.receiveCleared(at: driver.time)
    driver.run(.milliseconds(100))
    #expect(driver.events.isEmpty)
    #expect(driver.session.statistics.outbound.clearsAcknowledged == 0)
    _ = driver.session.interrupt(at: driver.time)
    driver.settle()
    for _ in 0..<3 { driver.session.receiveCleared(at: driver.time) }
    driver.settle()
    let settled = driver.events.filter {
      if case .interruptionSettled = $0 { true } else { false }
    }
    #expect(settled.count == 1)
  }

  @Test("an echo that comes before the ear can be there proves nothing")
  func earlyEcho() throws {
    var driver = try speaking(for: .milliseconds(400))
    guard case .interrupted(let before) = driver.session.interrupt(at: driver.time) else {
      Issue.record("not interrupted")
      return
    }
    let clear = driver.session.poll(at: driver.time)
    #expect(clear == .clear)
    driver.session.receiveMarkEcho(try #require(driver.marks.last), at: driver.time)
    driver.session.receiveCleared(at: driver.time)
    driver.settle()
    guard case .interruptionSettled(let after)? = driver.events.last else {
      Issue.record("not settled")
      return
    }
    #expect(after.played == before.played)
  }
}
