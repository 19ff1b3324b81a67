import SeededRandom
import Testing

@testable import AudioEngine

/// Turns as a whole session has them, beside what the far end heard.
@Suite struct TurnTests {
  private func hear(_ driver: inout SessionDriver, milliseconds: Int, amplitude: Int) {
    var random = SplitMix64(seed: 7)
    for _ in 0..<(milliseconds / 20) {
      let samples = (0..<160).map { _ in
        Int16(Int.random(in: -amplitude...amplitude, using: &random))
      }
      var bytes: [UInt8] = []
      for sample in samples {
        bytes += [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
      }
      driver.run(.milliseconds(20))
      _ = unsafe driver.session.receive(payload: bytes.span.bytes, at: driver.time)
    }
    driver.settle()
  }

  @Test(
    "the response is what the far end saw, and the parts say where it went", arguments: [0, 160])
  func response(silenceFirst: Int) throws {
    var driver = try SessionDriver()
    driver.session.detector = LevelGate()
    // A greeting, so that the latency is known as it is in any call.
    try driver.begin()
    _ = try driver.session.write(SessionDriver.noise(8_000).span, to: driver.epoch, at: driver.time)
    try driver.session.finish(driver.epoch)
    driver.run(.seconds(2))
    hear(&driver, milliseconds: 1_000, amplitude: 60)
    hear(&driver, milliseconds: 1_000, amplitude: 6_000)
    let speechEnd = driver.now
    hear(&driver, milliseconds: 600, amplitude: 60)
    driver.session.note(.recognised, at: driver.time)
    driver.run(.milliseconds(200))
    driver.session.note(.modelBegan, at: driver.time)
    try driver.begin()
    let quiet = [Int16](repeating: 0, count: silenceFirst * 8)
    if !quiet.isEmpty {
      _ = try driver.session.write(quiet.span, to: driver.epoch, at: driver.time)
    }
    driver.run(.milliseconds(40))
    _ = try driver.session.write(SessionDriver.noise(8_000).span, to: driver.epoch, at: driver.time)
    try driver.session.finish(driver.epoch)
    driver.run(.seconds(3))
    hear(&driver, milliseconds: 40, amplitude: 60)
    let turns = driver.events.compactMap { if case .turn(let turn) = $0 { turn } else { nil } }
    let turn = try #require(turns.first)
    #expect(turns.count == 1 && !turn.isInterrupted)
    let answer = try #require(driver.platform.stretches.first { $0.start > speechEnd })
    let heard = answer.start - speechEnd + Int64(silenceFirst) * 1_000_000
    #expect(abs(turn.response.wholeNanoseconds - heard) <= 45_000_000, "\(turn.response), \(heard)")
    #expect(abs(turn.speechEnd.nanoseconds - speechEnd) <= 30_000_000)
    #expect(turn[.recognition] ?? .zero >= .milliseconds(150))
    #expect(turn[.model] == .milliseconds(200) && turn[.synthesis] == nil)
    #expect(driver.session.statistics.turns?.count == 1)
  }

  @Test("a session without a detector has no turns and pays for none")
  func noDetector() throws {
    var driver = try SessionDriver()
    hear(&driver, milliseconds: 1_000, amplitude: 6_000)
    hear(&driver, milliseconds: 1_000, amplitude: 60)
    try driver.begin()
    _ = try driver.session.write(SessionDriver.noise(8_000).span, to: driver.epoch, at: driver.time)
    driver.run(.seconds(2))
    #expect(driver.session.statistics.turns == nil && driver.session.turns == nil)
  }
}
