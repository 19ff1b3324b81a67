import Testing

@testable import AudioEngine

@Suite struct BacklogTests {
  /// How far ahead of the ear the driver's session runs at most, over a second of speech.
  private func mostAhead(_ driver: inout SessionDriver) -> Int64 {
    var most: Int64 = 0
    for _ in 0..<100 {
      driver.run(.milliseconds(10))
      most = max(most, (driver.session.playout.earEnd ?? 0) - driver.now)
    }
    return most
  }

  @Test("each report halves the lead, down to 40 ms, and is counted")
  func lowers() throws {
    var driver = try SessionDriver { $0.playback.lead = .fixed(.milliseconds(200)) }
    try driver.begin()
    let speech = SessionDriver.noise(96_000)
    _ = try driver.session.write(speech.span, to: driver.epoch, at: driver.time)
    driver.run(.seconds(1))
    let before = mostAhead(&driver)
    var leads: [Int64] = []
    for percent in [30, 60, nil, 90] as [Int?] {
      driver.session.noteBacklog(percent: percent)
      leads.append(driver.session.playout.lead.nanoseconds / 1_000_000)
    }
    #expect(leads == [100, 50, 40, 40])
    driver.run(.seconds(1))
    let after = mostAhead(&driver)
    #expect((130_000_000...170_000_000).contains(before - after), "\(before), \(after)")
    let inbound = driver.session.statistics.inbound
    #expect(inbound.backlogReports == 4)
    #expect(inbound.backlogPercent == 90)
    #expect(driver.session.statistics.outbound.underruns == 0)
  }

  @Test("an adaptive lead does not climb past what is left of it; a short one stays")
  func adaptive() {
    var lead = AdaptiveLead(
      .adaptive(minimum: .milliseconds(100), maximum: .milliseconds(400)))
    for _ in 0..<2_000 { lead.observe(lateness: 1_000_000_000) }
    #expect(lead.nanoseconds == 400_000_000)
    lead.lower()
    for _ in 0..<2_000 { lead.observe(lateness: 1_000_000_000) }
    #expect(lead.nanoseconds == 200_000_000)
    var short = AdaptiveLead(.fixed(.milliseconds(20)))
    short.lower()
    #expect(short.nanoseconds == 20_000_000)
  }
}
