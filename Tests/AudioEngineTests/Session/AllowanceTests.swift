import Testing

@testable import AudioEngine

@Suite(.timeLimit(.minutes(2))) struct AllowanceTests {
  /// 20 ms at 8 kHz, tails padded to as much, as a platform that pulls wants it.
  private static let pull = ChunkPolicy(
    minimumBytes: 2, maximumBytes: 3_200, multipleBytes: 2, preferredBytes: 320,
    tailMultipleBytes: 320)

  private func driver() throws -> SessionDriver {
    try SessionDriver(chunk: Self.pull) {
      $0.playback.echoesMarks = false
      $0.playback.prime = .zero
      $0.playback.lead = .fixed(.seconds(4))
    }
  }

  private func write(_ samples: [Int16], _ driver: inout SessionDriver) throws {
    let taken = try driver.session.write(samples.span, to: driver.epoch, at: driver.time)
    #expect(taken == samples.count)
  }

  private func leave(_ driver: borrowing SessionDriver) -> Int {
    driver.chunks.reduce(0) { $0 + $1.payload.count }
  }

  @Test("nothing leaves without an allowance, and nothing asks to be called")
  func nothing() throws {
    var driver = try driver()
    driver.session.allowance = 0
    try driver.begin()
    try write(SessionDriver.noise(8_000), &driver)
    driver.run(.seconds(1))
    let left = leave(driver)
    #expect(left == 0)
    let deadline = driver.session.nextDeadline(at: driver.time)
    #expect(deadline == nil)
  }

  @Test("exactly what is allowed leaves, however small the steps", arguments: [2, 100, 318, 1_001])
  func steps(step: Int) throws {
    var driver = try driver()
    driver.session.allowance = 0
    try driver.begin()
    let speech = SessionDriver.noise(4_007)
    try write(speech, &driver)
    try driver.session.finish(driver.epoch)
    var allowed = 0
    while allowed < 8_320 {
      allowed += step
      driver.session.allowance = allowed
      driver.run(.milliseconds(1))
      let left = leave(driver)
      #expect(left <= allowed)
      #expect(left == driver.session.leftBytes)
      if allowed <= 8_014 { #expect(left == allowed / 2 * 2) }
    }
    let payload = driver.chunks.flatMap(\.payload)
    #expect(Array(payload.prefix(8_014)) == SessionDriver.bytes(speech))
    #expect(payload.dropFirst(8_014).allSatisfy { $0 == 0 })
    let last = driver.chunks.last?.chunk.endsUtterance
    #expect(last == true)
  }

  @Test("a tail is padded to the policy's frame where the allowance reaches")
  func tail() throws {
    var driver = try driver()
    driver.session.allowance = 1 << 20
    try driver.begin()
    try write(SessionDriver.noise(4_007), &driver)
    try driver.session.finish(driver.epoch)
    driver.run(.milliseconds(10))
    let left = leave(driver)
    #expect(left == 8_320)
  }

  @Test("an allowance of the past holds everything back, and costs nothing")
  func lower() throws {
    var driver = try driver()
    driver.session.allowance = 640
    try driver.begin()
    try write(SessionDriver.noise(4_000), &driver)
    driver.run(.milliseconds(10))
    driver.session.allowance = 0
    driver.run(.milliseconds(10))
    let left = leave(driver)
    #expect(left == 640)
  }
}
