import CAllocationCount
import Testing

@testable import AudioEngine

@Suite struct PacingTests {
  @Test(
    "the stall ladder: twelve seconds of speech, one stall of the host a second",
    arguments: [(20, 0), (60, 0), (150, 0), (300, 1_200)])
  func stallLadder(stall: Int, mostSilence: Int) throws {
    for phase in stride(from: 0, to: 200, by: 20) {
      var driver = try SessionDriver()
      try driver.begin()
      let speech = SessionDriver.noise(96_000)
      _ = try driver.session.write(speech.span, to: driver.epoch, at: driver.time)
      try driver.session.finish(driver.epoch)
      driver.run(.milliseconds(phase))
      for _ in 0..<12 {
        driver.run(.milliseconds(stall), stalled: true)
        driver.run(.milliseconds(1_000 - stall))
      }
      driver.run(.seconds(5))
      let outbound = driver.session.statistics.outbound
      #expect(outbound.insertedSilence <= .milliseconds(mostSilence))
      #expect(outbound.sentBytes == 192_000)
    }
  }

  @Test("an hour of speech drifts by no sample and takes no more memory than its first minute")
  func anHour() throws {
    var driver = try SessionDriver()
    try driver.begin()
    let second = SessionDriver.noise(8_000)
    let began = driver.now
    var memory = 0
    for minute in 0..<60 {
      for _ in 0..<60 {
        _ = try driver.session.write(second.span, to: driver.epoch, at: driver.time)
        driver.run(.seconds(1))
      }
      driver.forgetChunks()
      if minute == 0 { memory = driver.session.speech.queue.allocatedBytes }
      #expect(driver.session.speech.queue.allocatedBytes == memory)
    }
    let outbound = driver.session.statistics.outbound
    #expect(outbound.underruns == 0)
    // What has left lasts exactly as long as its bytes say, an hour later.
    let heard = driver.session.playout.earEnd
    let earEnd = try #require(heard)
    let length = driver.session.configuration.wire.nanoseconds(byteCount: outbound.sentBytes)
    #expect(earEnd - began == length)
  }

  @Test("no lead gives a platform more than it can hold")
  func platformBuffer() throws {
    var driver = try SessionDriver { configuration in
      configuration.playback.lead = .fixed(.seconds(9))
      configuration.playback.platformBuffer = .seconds(1)
    }
    try driver.begin()
    let speech = SessionDriver.noise(80_000)
    _ = try driver.session.write(speech.span, to: driver.epoch, at: driver.time)
    try driver.session.finish(driver.epoch)
    let began = driver.now
    driver.run(.seconds(12))
    #expect(driver.session.statistics.outbound.sentBytes == 160_000)
    var sent = 0
    for chunk in driver.chunks {
      let played = driver.session.configuration.wire.byteCount(nanoseconds: chunk.at - began)
      sent += chunk.chunk.byteCount
      #expect(sent - played <= 16_000)
    }
  }

  @Test("an adaptive lead rises with lateness and falls again, inside its bounds")
  func adaptiveLead() {
    var lead = AdaptiveLead(
      .adaptive(minimum: .milliseconds(100), maximum: .milliseconds(500)))
    #expect(lead.nanoseconds == 100_000_000)
    for step in 0..<2_000 { lead.observe(lateness: step % 20 == 0 ? 230_000_000 : 1_000_000) }
    #expect(lead.nanoseconds >= 230_000_000)
    #expect(lead.nanoseconds <= 260_000_000)
    for _ in 0..<200 { lead.observe(lateness: 5_000_000_000) }
    #expect(lead.nanoseconds == 500_000_000)
    for _ in 0..<10_000 { lead.observe(lateness: 1_000_000) }
    #expect(lead.nanoseconds == 100_000_000)
  }

  @Test("a busy session allocates nothing per message, in either direction", .countsAllocations)
  func allocatesNothing() throws {
    var session = try MediaSession(
      configuration: SessionConfiguration(
        wire: WireFormat(.mulaw, .hz8000), botRate: .hz16000,
        playback: PlaybackPolicy(
          chunk: ChunkPolicy(minimumBytes: 160, maximumBytes: 16_000, multipleBytes: 160))))
    session.detector = LevelGate()
    let epoch = try session.beginUtterance(at: .zero)
    let speech = SessionDriver.noise(320)
    var frame = [Int16](repeating: 0, count: 320)
    var inbound = MessageBuffer()
    var writer = Base64Writer()
    unsafe writer.append([UInt8](repeating: 0x7A, count: 160).span.bytes, to: &inbound)
    writer.finish(&inbound)
    var message = MessageBuffer()
    var counted: UInt64 = 0
    for step in 0..<3_000 {
      let now = MonotonicTime(nanoseconds: Int64(step) * 20_000_000)
      let before = allocation_count()
      _ = session.receive(inbound.bytes, timing: MediaTiming(chunk: step), at: now)
      var span = frame.mutableSpan
      _ = session.read(into: &span)
      _ = try session.write(speech.span, to: epoch, at: now)
      while let outbound = session.poll(at: now) {
        message.removeAll()
        switch outbound {
        case .media(let chunk): session.appendBase64(of: chunk, to: &message)
        case .mark(let name): session.receiveMarkEcho(name, at: now)
        case .clear: break
        }
      }
      _ = session.nextDeadline(at: now)
      while session.nextEvent() != nil {}
      // Rings and lists grow to their working size first.
      if step >= 500 { counted += allocation_count() - before }
    }
    #expect(counted == 0)
    #expect(session.statistics.outbound.messages > 2_500)
    #expect(session.statistics.outbound.marks > 50)
  }

  @Test("a bot that says little, pauses or speaks haltingly makes no message late")
  func notLate() throws {
    for isNamed in [false, true] {
      var driver = try SessionDriver()
      if isNamed { try driver.begin() }
      // A chunk and a half every 300 ms, less than the ear takes: each piece waits for the bot.
      for _ in 0..<10 {
        let speech = SessionDriver.noise(2_400)
        if isNamed {
          _ = try driver.session.write(speech.span, to: driver.epoch, at: driver.time)
        } else {
          _ = try driver.session.write(speech.span, at: driver.time)
        }
        driver.run(.milliseconds(150))
      }
      driver.run(.milliseconds(180))
      if isNamed { try driver.session.finish(driver.epoch) }
      driver.run(.seconds(2))
      let lateness = driver.session.statistics.outbound.lateness
      #expect(lateness.total > 0)
      #expect(lateness.maximum <= .milliseconds(1), "\(lateness.maximum)")
    }
  }

  @Test("what the host held up is late, to the last piece")
  func late() throws {
    var driver = try SessionDriver()
    _ = try driver.session.write(SessionDriver.noise(4_900).span, at: driver.time)
    driver.run(.milliseconds(20))
    // Past the end of the utterance, which was due 200 ms after its last audio.
    driver.run(.milliseconds(280), stalled: true)
    driver.run(.seconds(2))
    #expect(driver.session.statistics.outbound.lateness.maximum >= .milliseconds(99))
  }
}
