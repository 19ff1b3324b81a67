import Testing

@testable import AudioEngine

@Suite struct MediaSessionTests {
  @Test("speech written in any pieces leaves whole, in order, padded and legal")
  func leavesWhole() throws {
    let speech = SessionDriver.noise(20_011)
    for piece in [1, 7, 160, 4_001, 20_011] {
      var driver = try SessionDriver()
      let epoch = try driver.session.beginUtterance(at: driver.time)
      var start = 0
      while start < speech.count {
        let end = min(start + piece, speech.count)
        let part = Array(speech[start..<end])
        #expect(try driver.session.write(part.span, to: epoch, at: driver.time) == end - start)
        start = end
      }
      try driver.session.finish(epoch)
      driver.run(.seconds(10))
      let sent = driver.sent
      #expect(Array(sent.prefix(40_022)) == SessionDriver.bytes(speech))
      #expect(sent.dropFirst(40_022).allSatisfy { $0 == 0 })
      #expect(sent.count % 320 == 0)
      let policy = SessionDriver.exotel
      #expect(driver.chunks.allSatisfy { policy.isLegal(byteCount: $0.payload.count) })
      #expect(driver.events == [.utteranceEnded(epoch, .played)])
      #expect(driver.session.statistics.outbound.underruns == 0)
    }
  }

  @Test("speech without an utterance ends by itself soon after the last write")
  func idleFinish() throws {
    var driver = try SessionDriver()
    let speech = SessionDriver.noise(100)
    #expect(try driver.session.write(speech.span, at: driver.time) == 100)
    driver.run(.milliseconds(199))
    #expect(driver.chunks.isEmpty)
    driver.run(.milliseconds(2))
    #expect(driver.chunks.map(\.payload.count) == [3_200])
    #expect(driver.chunks.first?.chunk.paddingByteCount == 3_000)
  }

  @Test("the lead stays within its bound and is filled again after a stall")
  func lead() throws {
    var driver = try SessionDriver()
    let epoch = try driver.session.beginUtterance(at: driver.time)
    _ = try driver.session.write(SessionDriver.noise(8_000 * 12).span, to: epoch, at: driver.time)
    for _ in 0..<5 {
      driver.run(.milliseconds(500))
      driver.run(.milliseconds(150), stalled: true)
    }
    let outbound = driver.session.statistics.outbound
    #expect(outbound.underruns == 0)
    #expect(outbound.lead.maximum <= .milliseconds(200))
    #expect(outbound.lateness.maximum >= .milliseconds(50))
  }

  @Test("what builds up the lead is not late, at the start nor after silence nor after another")
  func building() throws {
    var driver = try SessionDriver()
    for second in 0..<4 {
      let epoch = try driver.session.beginUtterance(at: driver.time)
      _ = try driver.session.write(
        SessionDriver.noise(8_000).span, to: epoch, at: driver.time)
      try driver.session.finish(epoch)
      // The third begins while the second is still heard, the others after silence.
      driver.run(.milliseconds(second == 1 ? 900 : 1_500))
    }
    let outbound = driver.session.statistics.outbound
    #expect(outbound.utterances == 4)
    #expect(outbound.lateness.total >= 16)
    #expect(outbound.lateness.maximum <= .milliseconds(2), "\(outbound.lateness)")
  }

  @Test("a longer stall costs what it outlasts the lead by, once")
  func longStall() throws {
    var driver = try SessionDriver()
    let epoch = try driver.session.beginUtterance(at: driver.time)
    _ = try driver.session.write(SessionDriver.noise(8_000 * 12).span, to: epoch, at: driver.time)
    driver.run(.milliseconds(100))
    driver.run(.milliseconds(900), stalled: true)
    let outbound = driver.session.statistics.outbound
    #expect(outbound.underruns == 1)
    #expect(outbound.insertedSilence == .milliseconds(1_000 - 400))
  }

  @Test("an utterance waits for its prime, a finished one does not")
  func prime() throws {
    var driver = try SessionDriver()
    let epoch = try driver.session.beginUtterance(at: driver.time)
    _ = try driver.session.write(SessionDriver.noise(1_600).span, to: epoch, at: driver.time)
    driver.settle()
    #expect(driver.chunks.isEmpty)
    try driver.session.finish(epoch)
    driver.settle()
    #expect(driver.chunks.count == 1)
  }

  @Test("mu-law is queued at its wire size and padded with its own silence")
  func mulaw() throws {
    var driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000))
    let epoch = try driver.session.beginUtterance(at: driver.time)
    _ = try driver.session.write([Int16](repeating: 0, count: 100).span, to: epoch, at: driver.time)
    try driver.session.finish(epoch)
    driver.run(.seconds(2))
    #expect(driver.sent == [UInt8](repeating: 0xFF, count: 3_200))
    #expect(driver.session.statistics.outbound.sentBytes == 100)
  }

  @Test("what is resampled counts exactly, tail included", arguments: [8_000, 16_000, 24_000])
  func resampledCounts(hertz: Int) throws {
    for count in [1, 2, 3, 1_000, 24_001] {
      var driver = try SessionDriver(
        wire: WireFormat(.linear16, .hz8000),
        botRate: try #require(SampleRate(hertz: hertz)))
      let epoch = try driver.session.beginUtterance(at: driver.time)
      _ = try driver.session.write(SessionDriver.noise(count).span, to: epoch, at: driver.time)
      try driver.session.finish(epoch)
      driver.run(.seconds(6))
      let expected = (count * 8_000 + hertz - 1) / hertz * 2
      #expect(driver.session.statistics.outbound.sentBytes == expected)
      #expect(driver.session.statistics.outbound.writtenBytes == expected)
    }
  }

  @Test("the same calls at the same times give the same bytes")
  func deterministic() throws {
    func run() throws -> [UInt8] {
      var driver = try SessionDriver(
        wire: WireFormat(.mulaw, .hz8000), botRate: .hz24000)
      let epoch = try driver.session.beginUtterance(at: driver.time)
      for step in 0..<50 {
        _ = try driver.session.write(
          SessionDriver.noise(480, seed: UInt64(step)).span, to: epoch, at: driver.time)
        driver.run(.milliseconds(17))
      }
      try driver.session.finish(epoch)
      driver.run(.seconds(3))
      return driver.sent
    }
    #expect(try run() == run())
  }

  @Test("a detector that is replaced through an optional session is let go")
  func replacedDetector() throws {
    final class Life: Sendable {}
    struct Listener: SpeechDetector {
      let life = Life()
      var quietDuration: Duration { .zero }
      mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? { nil }
    }
    let driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000), botRate: .hz8000)
    var session: MediaSession? = try MediaSession(configuration: driver.session.configuration)
    var detector: Listener? = Listener()
    weak let first = detector?.life
    session?.detector = detector
    detector = nil
    #expect(first != nil)
    session?.detector = Listener()
    #expect(first == nil)
  }
}
