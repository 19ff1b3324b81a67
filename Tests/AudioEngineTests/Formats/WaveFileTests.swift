import AudioEngine
import Testing

@Suite("WaveFile") struct WaveFileTests {
  @Test("writes the header every player knows, and reads itself back", arguments: [8_000, 44_100])
  func roundTrip(hertz: Int) throws {
    let rate = try #require(SampleRate(hertz: hertz))
    let wave = WaveFile(rate: rate, samples: [0, 1, -1, .max, .min])
    let bytes = wave.encoded()
    #expect(bytes.count == 54)
    #expect(Array(bytes[0..<4]) == Array("RIFF".utf8))
    #expect(Array(bytes[4..<8]) == [46, 0, 0, 0])
    #expect(Array(bytes[20..<24]) == [1, 0, 1, 0])
    #expect(Array(bytes[40...]) == [10, 0, 0, 0, 0, 0, 1, 0, 255, 255, 255, 127, 0, 128])
    #expect(try WaveFile(bytes: bytes.span) == wave)
  }

  @Test("skips unknown chunks, odd ones with their padding byte")
  func chunks() throws {
    let bytes = riff([
      chunk("LIST", [1, 2, 3]), chunk("fmt ", format()), chunk("fact", [4, 0, 0, 0]),
      chunk("data", [7, 0, 8, 0]), chunk("junk", [9]),
    ])
    #expect(try WaveFile(bytes: bytes.span).samples == [7, 8])
  }

  @Test("reads the format behind WAVE_FORMAT_EXTENSIBLE")
  func extensible() throws {
    let extended =
      format(tag: 0xFFFE) + [22, 0, 16, 0, 4, 0, 0, 0, 1, 0]
      + [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]
    let bytes = riff([chunk("fmt ", extended), chunk("data", [5, 0])])
    #expect(try WaveFile(bytes: bytes.span).samples == [5])
  }

  @Test("reads audio to the end where the size lies", arguments: [100, 0xFFFF_FFFF, 0x7FFF_FFFF])
  func lyingSize(size: UInt32) throws {
    let data = Array("data".utf8) + bytes32(size) + [1, 0, 2, 0, 3]
    let bytes = riff([chunk("fmt ", format()), data])
    #expect(try WaveFile(bytes: bytes.span).samples == [1, 2])
  }

  @Test("reads a stream whose writer never set the sizes")
  func unsetSizes() throws {
    var bytes = riff([chunk("fmt ", format()), Array("data".utf8) + bytes32(0) + [1, 0, 2, 0]])
    #expect(try WaveFile(bytes: bytes.span).samples == [])
    bytes.replaceSubrange(4..<8, with: bytes32(0))
    #expect(try WaveFile(bytes: bytes.span).samples == [1, 2])
  }

  // Sums of (code + 1) * sample over all codes, from CPython 3.11's audioop.ulaw2lin and alaw2lin.
  @Test("expands mu-law and A-law", arguments: [(7, 98_107_392), (6, 100_139_008)])
  func g711(tag: UInt16, checksum: Int) throws {
    let codes = Array(UInt8.min...UInt8.max)
    let bytes = riff([chunk("fmt ", format(tag: tag, bits: 8)), chunk("data", codes)])
    let file = try WaveFile(bytes: bytes.span)
    #expect(file.encoding == (tag == 7 ? .mulaw : .alaw))
    #expect(file.samples.enumerated().reduce(0) { $0 + ($1.0 + 1) * Int($1.1) } == checksum)
  }

  @Test("says in one sentence what is wrong")
  func errors() {
    let data = chunk("data", [0, 0])
    let wrong: [([UInt8], WaveFileError)] = [
      ([], .notWave),
      (Array("RIFX0000WAVE".utf8), .notWave),
      (riff([]), .noFormat),
      (riff([data]), .noFormat),
      (riff([chunk("fmt ", [1, 0, 1, 0])]), .noFormat),
      (riff([chunk("fmt ", format())]), .noAudio),
      (riff([chunk("fmt ", format(tag: 3, bits: 32)), data]), .unsupportedFormat(tag: 3)),
      (riff([chunk("fmt ", format(channels: 2)), data]), .notMono(channels: 2)),
      (riff([chunk("fmt ", format(bits: 24)), data]), .unsupportedDepth(bits: 24)),
      (riff([chunk("fmt ", format(hertz: 0)), data]), .unsupportedRate(hertz: 0)),
    ]
    for (bytes, expected) in wrong {
      #expect(throws: expected) { try WaveFile(bytes: bytes.span) }
    }
    #expect(WaveFileError.notMono(channels: 2).description == "2 channels; Sidetone wants mono")
  }

  @Test("survives every cut and many mutations of a file")
  func noBytesTrap() {
    let whole = riff([
      chunk("LIST", [1, 2, 3]), chunk("fmt ", format(tag: 0xFFFE) + Array(repeating: 0, count: 24)),
      chunk("data", Array(0..<40)),
    ])
    for end in 0...whole.count { _ = try? WaveFile(bytes: whole.span.extracting(first: end)) }
    var random = SeededGenerator(state: 1)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)]
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = extremes.randomElement() ?? 0
      }
      _ = try? WaveFile(bytes: bytes.span)
    }
  }

  private func riff(_ chunks: [[UInt8]]) -> [UInt8] {
    let body = Array("WAVE".utf8) + chunks.joined()
    return Array("RIFF".utf8) + bytes32(UInt32(body.count)) + body
  }

  private func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    Array(name.utf8) + bytes32(UInt32(body.count)) + body + (body.count % 2 == 1 ? [0] : [])
  }

  private func format(
    tag: UInt16 = 1, channels: UInt8 = 1, hertz: UInt32 = 8_000, bits: UInt8 = 16
  ) -> [UInt8] {
    [UInt8(tag & 0xFF), UInt8(tag >> 8), channels, 0] + bytes32(hertz) + bytes32(hertz * 2)
      + [2, 0, bits, 0]
  }

  private func bytes32(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// SplitMix64, so that a failing mutation comes again.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
