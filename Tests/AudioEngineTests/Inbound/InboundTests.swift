import Testing

@testable import AudioEngine

@Suite struct InboundTests {
  private func base64(_ bytes: [UInt8]) -> [UInt8] {
    var message = MessageBuffer()
    var writer = Base64Writer()
    unsafe writer.append(bytes.span.bytes, to: &message)
    writer.finish(&message)
    return (0..<message.count).map { message.bytes[byte: $0] }
  }

  private func receive(
    _ bytes: [UInt8], _ driver: inout SessionDriver, chunk: Int? = nil, timestamp: Int? = nil
  ) -> ReceiveResult {
    let text = base64(bytes)
    return unsafe driver.session.receive(
      text.span.bytes, timing: MediaTiming(chunk: chunk, timestampMilliseconds: timestamp),
      at: driver.time)
  }

  private func read(_ count: Int, _ driver: inout SessionDriver) -> [Int16] {
    var frame = [Int16](repeating: 0, count: count)
    var span = frame.mutableSpan
    let filled = driver.session.read(into: &span)
    return Array(frame.prefix(filled))
  }

  @Test("gives the caller's samples back in any frame size", arguments: [1, 160, 333, 4_000])
  func roundTrip(frame: Int) throws {
    var driver = try SessionDriver()
    let voice = SessionDriver.noise(4_000)
    let bytes = SessionDriver.bytes(voice)
    var heard: [Int16] = []
    for start in stride(from: 0, to: bytes.count, by: 318) {
      // 318 bytes: groups of base64 end inside samples' lines as they please.
      let piece = Array(bytes[start..<min(start + 318, bytes.count)])
      #expect(receive(piece, &driver) == .taken)
      while driver.session.readableCount >= frame { heard += read(frame, &driver) }
    }
    heard += read(frame, &driver)
    #expect(heard == voice)
  }

  @Test("half a sample waits for the next message")
  func oddBytes() throws {
    var driver = try SessionDriver()
    let bytes = SessionDriver.bytes([0x0102, 0x0304, 0x0506])
    #expect(receive(Array(bytes[..<3]), &driver) == .taken)
    #expect(read(10, &driver) == [0x0102])
    #expect(receive(Array(bytes[3...]), &driver) == .taken)
    #expect(read(10, &driver) == [0x0304, 0x0506])
    #expect(driver.session.statistics.inbound.oddPayloads == 2)
  }

  @Test("what is not base64 is dropped whole, counted, and says where")
  func invalidBase64() throws {
    var driver = try SessionDriver()
    var text = base64([UInt8](repeating: 7, count: 300))
    text[123] = UInt8(ascii: "*")
    let wrong = unsafe driver.session.receive(text.span.bytes, at: driver.time)
    #expect(wrong == .invalidBase64(position: 123))
    #expect(driver.session.readableCount == 0)
    #expect(driver.session.statistics.inbound.invalidBase64 == 1)
    let empty = driver.session.receive(RawSpan(), at: driver.time)
    #expect(empty == .empty)
  }

  @Test("a slow reader loses the oldest audio, and it is counted")
  func overflow() throws {
    var driver = try SessionDriver { $0.inboundCapacity = .seconds(1) }
    let voice = SessionDriver.noise(20_000)
    let bytes = SessionDriver.bytes(voice)
    for start in stride(from: 0, to: bytes.count, by: 1_600) {
      _ = receive(Array(bytes[start..<(start + 1_600)]), &driver)
    }
    let heard = read(20_000, &driver)
    #expect(heard.count <= 8_000)
    #expect(heard.count >= 7_000)
    #expect(heard == Array(voice.suffix(heard.count)))
    #expect(
      driver.session.statistics.inbound.overflow
        == .nanoseconds(SampleRate.hz8000.nanoseconds(sampleCount: 20_000 - heard.count)))
  }

  @Test("a hole in a numbering that can be trusted becomes silence, a repetition nothing")
  func gapsAndDuplicates() throws {
    var driver = try SessionDriver()
    let message = [UInt8](repeating: 1, count: 320)
    for chunk in 1...10 { #expect(receive(message, &driver, chunk: chunk) == .taken) }
    #expect(receive(message, &driver, chunk: 10) == .duplicate)
    #expect(receive(message, &driver, chunk: 14) == .taken)
    let heard = read(10_000, &driver)
    try #require(heard.count == 14 * 160)
    #expect(heard[1_600..<(1_600 + 480)].allSatisfy { $0 == 0 })
    let inbound = driver.session.statistics.inbound
    #expect(inbound.gaps == 1)
    #expect(inbound.filledSilence == .milliseconds(60))
    #expect(inbound.duplicates == 1)
  }

  @Test("a numbering that counts as it likes is not believed")
  func oddNumbering() throws {
    var driver = try SessionDriver()
    let message = [UInt8](repeating: 1, count: 320)
    for chunk in [1, 11, 21, 31, 5, 4, 900, 1, 2, 3, .max, .min] {
      #expect(receive(message, &driver, chunk: chunk, timestamp: chunk) == .taken)
    }
    #expect(driver.session.statistics.inbound.gaps == 0)
    #expect(driver.session.readableCount == 12 * 160)
  }

  @Test("a huge hole is filled up to the cap only")
  func hugeGap() throws {
    var driver = try SessionDriver()
    let message = [UInt8](repeating: 1, count: 320)
    for chunk in 1...10 { _ = receive(message, &driver, chunk: chunk) }
    #expect(receive(message, &driver, chunk: .max) == .taken)
    #expect(driver.session.statistics.inbound.filledSilence == .seconds(2))
  }

  @Test(
    "a long message is read at any pair of rates, in one go or in small frames",
    arguments: SampleRate.telephony, SampleRate.telephony)
  func anyPair(wire: SampleRate, bot: SampleRate) throws {
    for frame in [7, 160, 512, 48_000] {
      var driver = try SessionDriver(wire: WireFormat(.linear16, wire), botRate: bot)
      let bytes = SessionDriver.bytes(SessionDriver.noise(wire.hertz))
      #expect(receive(bytes, &driver) == .taken)
      let ready = driver.session.readableCount
      #expect(ready <= bot.hertz)
      #expect(ready >= bot.hertz - bot.hertz / 100)
      var count = 0
      while driver.session.readableCount >= min(frame, ready - count), count < ready {
        count += read(frame, &driver).count
      }
      #expect(count == ready)
    }
  }

  @Test("resampled, a stream gives its exact count, tail at the end", arguments: [16_000, 24_000])
  func resampled(hertz: Int) throws {
    var driver = try SessionDriver(botRate: try #require(SampleRate(hertz: hertz)))
    let bytes = SessionDriver.bytes(SessionDriver.noise(1_001))
    var count = 0
    for start in stride(from: 0, to: bytes.count, by: 330) {
      _ = receive(Array(bytes[start..<min(start + 330, bytes.count)]), &driver)
      while driver.session.readableCount >= 100 { count += read(100, &driver).count }
    }
    driver.session.close(at: driver.time)
    #expect(driver.session.readableCount == 1_001 * hertz / 8_000 - count)
    while true {
      let more = read(100, &driver)
      guard !more.isEmpty else { break }
      count += more.count
    }
    #expect(count == 1_001 * hertz / 8_000)
  }

  @Test("binary payloads of any size keep their samples together", arguments: [1, 3, 7, 321])
  func binaryPayloads(size: Int) throws {
    var driver = try SessionDriver()
    let voice = SessionDriver.noise(2_000)
    let bytes = SessionDriver.bytes(voice)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      let result = unsafe driver.session.receive(payload: piece.span.bytes, at: driver.time)
      #expect(result == .taken)
    }
    #expect(read(2_000, &driver) == voice)
  }

  @Test("half a sample stays in place when a full queue drops the oldest")
  func oddOverflow() throws {
    var driver = try SessionDriver { $0.inboundCapacity = .milliseconds(1) }
    // 4,096 bytes is the least a timeline holds; the second payload needs all of it.
    let voice = SessionDriver.noise(4_096)
    let bytes = SessionDriver.bytes(voice)
    for range in [0..<4_095, 4_095..<8_191, 8_191..<8_192] {
      let piece = Array(bytes[range])
      let result = unsafe driver.session.receive(payload: piece.span.bytes, at: driver.time)
      #expect(result == .taken)
    }
    let heard = read(4_096, &driver)
    #expect(heard == Array(voice.suffix(heard.count)))
    #expect(heard.count >= 2_047)
  }
}
