import Testing

@testable import AudioEngine

/// Marks inside the payloads of a platform that plays 200 ms at a time and is 40 ms away.
@Suite("Reckoned marks") struct ReckonedMarkTests {
  private static let piece = 160
  private static let pieceTime: Duration = .milliseconds(20)

  /// Writes three seconds with a mark behind each 20 ms.
  private func talk(_ driver: inout SessionDriver, isReckoned: Bool) throws {
    let samples = [Int16](repeating: 1_000, count: Self.piece)
    try driver.begin()
    for index in 0..<150 {
      _ = try driver.session.write(samples.span, to: driver.epoch, at: driver.time)
      try driver.session.mark(String(index), in: driver.epoch, isReckoned: isReckoned)
    }
    try driver.session.finish(driver.epoch)
  }

  /// The marks told so far, which must be the first ones, in order.
  private func told(_ driver: borrowing SessionDriver) -> (played: Int, cleared: Int) {
    var names: [String] = []
    var played = 0
    for event in driver.events {
      guard case .markEnded(let name, _, let outcome) = event else { continue }
      names.append(name)
      if outcome == .played { played += 1 }
    }
    #expect(names == (0..<names.count).map(String.init))
    return (played, names.count - played)
  }

  @Test("they follow the ear, and never lead it", arguments: [true, false])
  func follow(isReckoned: Bool) throws {
    var driver = try SessionDriver()
    try talk(&driver, isReckoned: isReckoned)
    var worst = Duration.zero
    for _ in 0..<680 {
      driver.run(.milliseconds(5))
      let bytes = driver.platform.heard(of: 0..<48_000, at: driver.now)
      let heard = Duration.nanoseconds(driver.platform.wire.nanoseconds(byteCount: bytes))
      let believed = Self.pieceTime * told(driver).played
      #expect(believed <= heard)
      // Nothing is known before the first echo.
      if heard >= .milliseconds(400), heard < .seconds(3) { worst = max(worst, heard - believed) }
    }
    #expect(told(driver).played == 150)
    #expect(isReckoned ? worst <= .milliseconds(60) : worst >= .milliseconds(200), "\(worst)")
    #expect(driver.session.statistics.outbound.missingEchoes == 0)
    #expect(driver.session.statistics.outbound.lateEchoes == 0)
  }

  @Test("a clear ends the others as cleared, whatever comes back")
  func cleared() throws {
    var driver = try SessionDriver()
    try talk(&driver, isReckoned: true)
    driver.run(.milliseconds(1_310))
    let played = told(driver).played
    #expect((58...63).contains(played), "\(played)")
    _ = driver.session.interrupt(at: driver.time)
    driver.run(.seconds(2))
    #expect(told(driver) == (played, 150 - played))
  }

  @Test("a pause has none told twice, and none lost")
  func paused() throws {
    var driver = try SessionDriver()
    try talk(&driver, isReckoned: true)
    driver.run(.milliseconds(1_310))
    driver.session.pause(at: driver.time)
    driver.run(.seconds(1))
    let played = told(driver).played
    #expect(played < 75)
    driver.session.resume(at: driver.time)
    driver.run(.seconds(4))
    #expect(told(driver) == (150, 0))
  }

  @Test("on a platform that echoes none they wait for the bound")
  func silent() throws {
    var driver = try SessionDriver { $0.playback.echoesMarks = false }
    try talk(&driver, isReckoned: true)
    driver.run(.milliseconds(1_190))
    #expect(told(driver).played == 0)
    driver.run(.seconds(4))
    #expect(told(driver).played == 150)
  }
}
