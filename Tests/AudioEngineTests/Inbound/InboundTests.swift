import SeededRandom
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

  /// What is heard of `voice`, cut into payloads of `sizes` bytes; `lost` ones lose their last byte.
  private func heard(_ voice: [Int16], sizes: [Int], lost: Set<Int> = []) throws -> [Int16] {
    var driver = try SessionDriver()
    let bytes = SessionDriver.bytes(voice)
    var start = 0
    for (index, size) in sizes.enumerated() {
      let end = min(start + size, bytes.count)
      #expect(
        receive(Array(bytes[start..<end].dropLast(lost.contains(index) ? 1 : 0)), &driver) == .taken
      )
      start = end
    }
    #expect(driver.session.statistics.inbound.cutPayloads == lost.count)
    return read(voice.count, &driver)
  }

  @Test(
    "payloads of odd size again and again split samples",
    arguments: [
      [Int](repeating: 321, count: 40), (0..<40).map { 300 + $0 % 4 }, [1, 2, 3, 4, 5, 6, 7],
      [Int](repeating: 3, count: 9), [319, 320, 320, 321] + [Int](repeating: 333, count: 9),
    ])
  func oddSizes(sizes: [Int]) throws {
    let count = sizes.reduce(0, +) / 2
    let voice = SessionDriver.noise(count)
    let result = try heard(voice, sizes: sizes)
    #expect(result == voice)
  }

  @Test("a single payload of odd size was cut short: the next begins with a sample")
  func cutShort() throws {
    let voice = SessionDriver.noise(160 * 200)
    for lost in [[7], [20, 40], [20, 23, 60], [100, 130, 135, 170]] {
      let sizes = [Int](repeating: 320, count: 200)
      let heard = try heard(voice, sizes: sizes, lost: Set(lost))
      // Each lost byte takes its sample along.
      let kept = voice.indices.filter { !lost.contains($0 / 160) || $0 % 160 != 159 }
      #expect(heard == kept.map { voice[$0] }, "\(lost)")
    }
  }

  @Test("a sender that begins to split samples late is followed after one payload")
  func splitsLate() throws {
    var driver = try SessionDriver()
    let voice = SessionDriver.noise(160 * 60)
    let bytes = SessionDriver.bytes(voice)
    var start = 0
    for index in 0..<40 {
      let end = start + (index < 20 ? 320 : index % 2 == 0 ? 319 : 320)
      _ = receive(Array(bytes[start..<end]), &driver)
      start = end
    }
    let heard = read(voice.count, &driver)
    let end = Array(voice[..<(start / 2)].suffix(1_600))
    #expect(Array(heard.suffix(1_600)) == end)
  }

  @Test("a hole ends a split sample")
  func splitAtHole() throws {
    var driver = try SessionDriver()
    let message = [UInt8](repeating: 1, count: 321)
    for chunk in 0..<11 { _ = receive(message, &driver, chunk: chunk) }
    _ = receive(message, &driver, chunk: 15)
    let heard = read(10_000, &driver)
    let before = 321 * 11 / 2
    #expect(heard[..<before].allSatisfy { $0 == 0x0101 })
    #expect(heard[before..<(heard.count - 160)].allSatisfy { $0 == 0 })
    #expect(heard.suffix(160).allSatisfy { $0 == 0x0101 })
    #expect(driver.session.statistics.inbound.cutPayloads == 1)
  }

  @Test("G.711 has no halves")
  func oddG711() throws {
    var driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000))
    for size in [160, 160, 160, 160, 160, 159, 160, 160] {
      _ = receive([UInt8](repeating: 0x80, count: size), &driver)
    }
    #expect(read(10_000, &driver).count == 1_279)
    #expect(driver.session.statistics.inbound.oddPayloads == 0)
  }

  @Test(
    "base64 is read in either alphabet and both, padded or not, with blanks",
    arguments: [1, 2, 3, 100, 766, 767, 768, 769, 1_536, 5_000])
  func looseBase64(count: Int) throws {
    let bytes = SessionDriver.bytes(SessionDriver.noise(count)).prefix(count)
    let text = base64(Array(bytes))
    let url = text.map(Self.ofURL)
    let mixed = text.enumerated().map { $0 < text.count / 2 ? $1 : url[$0] }
    var blanks: [UInt8] = []
    for (index, character) in text.enumerated() {
      if index % 76 == 0 { blanks += Array("\r\n ".utf8) }
      blanks.append(character)
    }
    for form in [text, url, mixed, blanks] {
      for bare in [form, form.filter { $0 != UInt8(ascii: "=") }] {
        // Round the ring's edge too: it has 4,096 bytes.
        for earlier in [0, 3_000] {
          var driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000))
          _ = receive([UInt8](repeating: 0, count: earlier), &driver)
          _ = read(earlier, &driver)
          let result = unsafe driver.session.receive(bare.span.bytes, at: driver.time)
          #expect(result == .taken)
          var expected = [Int16](repeating: 0, count: count)
          var span = expected.mutableSpan
          unsafe G711.mulawDecode(Array(bytes).span.bytes, into: &span)
          #expect(read(count + 9, &driver) == expected)
        }
      }
    }
  }

  private static func ofURL(_ character: UInt8) -> UInt8 {
    switch character {
    case UInt8(ascii: "+"): UInt8(ascii: "-")
    case UInt8(ascii: "/"): UInt8(ascii: "_")
    default: character
    }
  }

  @Test(
    "what is no base64 in any alphabet stays refused",
    arguments: ["AA*A", "AA-A*", "-===", "A-A=AAAA", "_"])
  func noBase64(text: String) throws {
    var driver = try SessionDriver()
    let result = unsafe driver.session.receive(Array(text.utf8).span.bytes, at: driver.time)
    guard case .invalidBase64 = result else {
      Issue.record("\(result)")
      return
    }
    #expect(driver.session.readableCount == 0)
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

  @Test(
    "a hole is as loud as the line where comfort noise is on, and silent where it is not",
    arguments: [WireFormat(.mulaw, .hz8000), WireFormat(.linear16, .hz16000)])
  func comfortNoise(wire: WireFormat) throws {
    for isOn in [false, true] {
      let frame = wire.rate.hertz / 50
      let chunk = wire.byteCount(nanoseconds: 20_000_000)
      var driver = try SessionDriver(
        wire: wire, botRate: wire.rate,
        chunk: ChunkPolicy(minimumBytes: chunk, maximumBytes: 50 * chunk, multipleBytes: chunk)
      ) { $0.comfortNoise = isOn }
      var random = SplitMix64(seed: 3)
      var heard: [Int16] = []
      for number in 0..<200 where !(120..<125).contains(number) {
        // A voice with pauses, over noise.
        let most: Int16 = number % 20 < 10 ? 8_000 : 100
        let samples = (0..<frame).map { _ in Int16.random(in: -most...most, using: &random) }
        let bytes = Self.bytes(of: samples, as: wire.encoding)
        driver.now += 20_000_000
        if number == 125 { driver.now += 100_000_000 }
        _ = unsafe driver.session.receive(
          payload: bytes.span.bytes, timing: MediaTiming(chunk: number + 1), at: driver.time)
        var room = [Int16](repeating: 0, count: driver.session.readableCount)
        var span = room.mutableSpan
        let count = driver.session.read(into: &span)
        heard += room.prefix(count)
      }
      #expect(heard.count == 200 * frame)
      let hole = heard[(121 * frame)..<(124 * frame)]
      let level = (hole.reduce(0) { $0 + Double($1) * Double($1) } / Double(hole.count))
        .squareRoot()
      #expect(isOn ? (40...70).contains(level) : level < 5, "\(isOn): \(level)")
    }
  }

  private static func bytes(of samples: [Int16], as encoding: AudioEncoding) -> [UInt8] {
    guard encoding == .mulaw else { return SessionDriver.bytes(samples) }
    var bytes = [UInt8](repeating: 0, count: samples.count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    G711.mulawEncode(samples.span, into: &raw)
    return bytes
  }
}
