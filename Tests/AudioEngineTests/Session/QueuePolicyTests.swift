import Testing

@testable import AudioEngine

@Suite struct QueuePolicyTests {
  private func makeDriver(_ whenFull: FullQueuePolicy) throws -> SessionDriver {
    var driver = try SessionDriver { configuration in
      configuration.outboundCapacity = .seconds(1)
      configuration.whenFull = whenFull
    }
    try driver.begin()
    return driver
  }

  @Test("waiting takes what fits and says when there is room")
  func wait() throws {
    var driver = try makeDriver(.wait)
    let epoch = driver.epoch
    let speech = SessionDriver.noise(10_000)
    #expect(try driver.session.write(speech.span, to: epoch, at: driver.time) == 8_000)
    #expect(try driver.session.write(speech.span, to: epoch, at: driver.time) == 0)
    #expect(driver.session.writableDuration == .zero)
    driver.settle()
    #expect(driver.events == [.roomAvailable])
    let rest = Array(speech[8_000...])
    #expect(try driver.session.write(rest.span, to: epoch, at: driver.time) == 2_000)
    try driver.session.finish(epoch)
    driver.run(.seconds(3))
    #expect(Array(driver.sent.prefix(20_000)) == SessionDriver.bytes(speech))
  }

  @Test(
    "a writer gets through a queue of any size, at any rate",
    arguments: [10, 199, 200, 210, 256, 330],
    [8_000, 16_000, 24_000, 44_100])
  func smallQueue(milliseconds: Int, hertz: Int) throws {
    var driver = try SessionDriver { configuration in
      configuration.outboundCapacity = .milliseconds(milliseconds)
    }
    try driver.begin(UtteranceOptions(rate: SampleRate(hertz: hertz)))
    var rest = SessionDriver.noise(2 * hertz)[...]
    for _ in 0..<400 where !rest.isEmpty {
      let piece = Array(rest)
      rest = rest.dropFirst(
        try driver.session.write(piece.span, to: driver.epoch, at: driver.time))
      driver.run(.milliseconds(20))
    }
    #expect(rest.isEmpty, "\(rest.count) samples wait for ever")
    try driver.session.finish(driver.epoch)
    driver.run(.seconds(3))
    #expect(driver.events.last == .utteranceEnded(driver.epoch, .played))
  }

  @Test("refusing takes nothing of what does not fit")
  func refuse() throws {
    var driver = try makeDriver(.refuse)
    let epoch = driver.epoch
    #expect(throws: SpeechError.full) {
      _ = try driver.session.write(
        SessionDriver.noise(8_001).span, to: epoch, at: driver.time)
    }
    #expect(
      try driver.session.write(SessionDriver.noise(8_000).span, to: epoch, at: driver.time)
        == 8_000)
    #expect(driver.session.statistics.outbound.refusedWrites == 1)
  }

  @Test("dropping the oldest keeps the newest and counts what went")
  func dropOldest() throws {
    var driver = try makeDriver(.dropOldest)
    let epoch = driver.epoch
    let speech = SessionDriver.noise(12_000)
    for start in stride(from: 0, to: 12_000, by: 1_000) {
      let piece = Array(speech[start..<(start + 1_000)])
      #expect(try driver.session.write(piece.span, to: epoch, at: driver.time) == 1_000)
    }
    try driver.session.finish(epoch)
    driver.run(.seconds(3))
    #expect(Array(driver.sent.prefix(16_000)) == SessionDriver.bytes(Array(speech.suffix(8_000))))
    let outbound = driver.session.statistics.outbound
    #expect(outbound.discardedBytes == 8_000)
    #expect(outbound.writtenBytes == outbound.sentBytes + outbound.discardedBytes)
    #expect(driver.events.last == .utteranceEnded(epoch, .played))
  }

  @Test("more at once than the queue can ever hold keeps the newest, as in pieces")
  func dropOldestAtOnce() throws {
    var driver = try makeDriver(.dropOldest)
    let speech = SessionDriver.noise(30_000)
    #expect(try driver.session.write(speech.span, to: driver.epoch, at: driver.time) == 30_000)
    try driver.session.finish(driver.epoch)
    driver.run(.seconds(3))
    #expect(Array(driver.sent.prefix(16_000)) == SessionDriver.bytes(Array(speech.suffix(8_000))))
    let outbound = driver.session.statistics.outbound
    #expect(outbound.discardedBytes == 44_000)
    #expect(outbound.writtenBytes == outbound.sentBytes + outbound.discardedBytes)
  }

  @Test("every refusal is typed")
  func refusals() throws {
    var driver = try makeDriver(.wait)
    let first = driver.epoch
    let sample: [Int16] = [1]
    let second = try driver.session.beginUtterance(at: driver.time)
    #expect(throws: SpeechError.finished) {
      _ = try driver.session.write(sample.span, to: first, at: driver.time)
    }
    #expect(throws: SpeechError.unknownEpoch) {
      _ = try driver.session.write(sample.span, to: Epoch(number: 99), at: driver.time)
    }
    driver.session.close(at: driver.time)
    #expect(throws: SpeechError.closed) {
      _ = try driver.session.write(sample.span, to: second, at: driver.time)
    }
    #expect(throws: SpeechError.closed) { _ = try driver.session.beginUtterance(at: driver.time) }
    var oneWay = try SessionDriver { $0.direction = .unidirectional }
    #expect(throws: SpeechError.unidirectional) {
      _ = try oneWay.session.write(sample.span, at: oneWay.time)
    }
    oneWay.run(.seconds(2))
    #expect(oneWay.chunks.isEmpty)
  }
}
