import AudioEngine
import SeededRandom
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

  @Test(
    "reads to the end where the writer never came back to set the size", arguments: [0, 36, 40])
  func unsetSize(riffSize: UInt32) throws {
    var bytes = riff([chunk("fmt ", format()), Array("data".utf8) + bytes32(0) + [1, 0, 2, 0]])
    bytes.replaceSubrange(4..<8, with: bytes32(riffSize))
    #expect(try WaveFile(bytes: bytes.span).samples == [1, 2])
    // Silence, and audio that looks like a chunk's name, are audio too.
    let silence = riff([
      chunk("fmt ", format()), chunk("data", []) + [UInt8](repeating: 0, count: 20),
    ])
    #expect(try WaveFile(bytes: silence.span).samples == [Int16](repeating: 0, count: 10))
    let text = riff([chunk("fmt ", format()), chunk("data", []) + Array("abcdefghij".utf8)])
    #expect(try WaveFile(bytes: text.span).samples.count == 5)
  }

  @Test("the pad byte after an odd count is no sample, whether the size was set or not")
  func padByte() throws {
    let codes: [UInt8] = [0xFF, 0x80, 0xFF]
    for size: UInt32 in [3, 0, .max] {
      for pad in [[], [0]] as [[UInt8]] {
        let data = Array("data".utf8) + bytes32(size) + codes + pad
        let bytes = riff([chunk("fmt ", format(tag: 7, bits: 8, frame: 1)), data])
        #expect(try WaveFile(bytes: bytes.span).samples == [0, 32_124, 0], "\(size) \(pad)")
      }
    }
    // A zero that the size counts is a sample.
    let even = chunk("data", [0xFF, 0x80, 0xFF, 0])
    let bytes = riff([chunk("fmt ", format(tag: 7, bits: 8, frame: 1)), even])
    #expect(try WaveFile(bytes: bytes.span).samples.count == 4)
  }

  @Test("the pad byte that a long size counts, but not the count of samples, is no sample")
  func padByteOfLongSize() throws {
    for (count, expected) in [(3, 3), (4, 4), (0, 4)] as [(UInt32, Int)] {
      let sizes = bytes32(0) + bytes32(0) + bytes32(4) + bytes32(0) + bytes32(count) + bytes32(0)
      let file =
        Array("RF64".utf8) + bytes32(.max) + Array("WAVE".utf8)
        + chunk("ds64", sizes + bytes32(0)) + chunk("fmt ", format(tag: 7, bits: 8, frame: 1))
        + Array("data".utf8) + bytes32(.max) + [0xFF, 0x80, 0xFF, 0]
      #expect(try WaveFile(bytes: file.span).samples.count == expected)
    }
  }

  @Test("an empty data chunk before other chunks is empty, and one before the audio is passed over")
  func emptyData() throws {
    let list = chunk("LIST", [1, 2, 3])
    let none = riff([chunk("fmt ", format()), chunk("data", []), list])
    #expect(try WaveFile(bytes: none.span).samples == [])
    #expect(
      try WaveFile(bytes: riff([chunk("fmt ", format()), chunk("data", [])]).span).samples == [])
    for later in [chunk("data", [7, 0, 8, 0]), Array("data".utf8) + bytes32(.max) + [7, 0, 8, 0]] {
      let bytes = riff([chunk("fmt ", format()), chunk("data", []), list, later])
      #expect(try WaveFile(bytes: bytes.span).samples == [7, 8])
    }
  }

  @Test(
    "skips what stands in front of the audio, padded or not",
    arguments: ["JUNK", "FLLR", "LIST", "bext", "iXML", "PEAK", "fact"])
  func inFront(name: String) throws {
    for size in [0, 1, 27, 28, 4_044] {
      let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + 0x20) }
      let padded = chunk(name, body)
      let unpadded = Array(padded.prefix(8 + size))
      for filler in [padded, unpadded] {
        let bytes = riff([filler, chunk("fmt ", format()), filler, chunk("data", [7, 0, 8, 0])])
        #expect(try WaveFile(bytes: bytes.span).samples == [7, 8], "\(size)")
      }
    }
  }

  @Test("reads RF64 and BW64 by their long sizes", arguments: ["RF64", "BW64"])
  func longSizes(magic: String) throws {
    func file(_ dataSize: UInt64, after: [UInt8] = []) -> [UInt8] {
      let low = bytes32(UInt32(truncatingIfNeeded: dataSize))
      let long = low + bytes32(UInt32(dataSize >> 32))
      let table = chunk(
        "ds64", [UInt8](repeating: 255, count: 8) + long + [UInt8](repeating: 0, count: 12))
      let data = Array("data".utf8) + bytes32(.max) + [7, 0, 8, 0] + after
      return Array(magic.utf8) + bytes32(.max) + Array("WAVE".utf8) + table
        + chunk("fmt ", format()) + data
    }
    #expect(try WaveFile(bytes: file(4).span).samples == [7, 8])
    #expect(try WaveFile(bytes: file(4, after: chunk("LIST", [1])).span).samples == [7, 8])
    for lie: UInt64 in [0, 5, 1 << 32, 1 << 63, .max] {
      #expect(try WaveFile(bytes: file(lie).span).samples == [7, 8], "\(lie)")
    }
  }

  @Test("reads every depth, exactly where 16 bits say it and else to the nearest")
  func depths() throws {
    func samples(_ tag: UInt16, _ bits: UInt8, _ data: [UInt8], frame: UInt8) throws -> [Int16] {
      let bytes = riff([
        chunk("fmt ", format(tag: tag, bits: bits, frame: frame)), chunk("data", data),
      ])
      let file = try WaveFile(bytes: bytes.span)
      #expect(file.encoding == .linear16)
      return file.samples
    }
    #expect(try samples(1, 8, [0, 128, 129, 255], frame: 1) == [-32_768, 0, 256, 32_512])
    #expect(try samples(1, 12, [0x10, 0, 0xF0, 0x7F], frame: 2) == [16, 32_752])
    let three: [UInt8] = [
      0, 1, 0, 0x7F, 1, 0, 0x81, 1, 0, 0xFF, 0xFF, 0x7F, 0, 0, 0x80, 0x80, 0xFF, 0xFF,
    ]
    #expect(try samples(1, 24, three, frame: 3) == [1, 1, 2, .max, .min, 0])
    #expect(try samples(1, 24, [9, 0, 1, 0, 0, 0, 0, 0x80], frame: 4) == [1, .min])
    #expect(try samples(1, 32, [0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0x7F], frame: 4) == [1, .max])
    let floats: [Float] = [0, 0.5, -1, 1, -7, .infinity, -.infinity, .nan, 1 / 32_768]
    let singles = floats.flatMap { bytes32($0.bitPattern) }
    let expected: [Int16] = [0, 16_384, .min, .max, .min, .max, .min, 0, 1]
    #expect(try samples(3, 32, singles, frame: 4) == expected)
    let doubles = floats.map { Double($0).bitPattern }.flatMap {
      bytes32(UInt32(truncatingIfNeeded: $0)) + bytes32(UInt32($0 >> 32))
    }
    #expect(try samples(3, 64, doubles, frame: 8) == expected)
  }

  @Test("mixes channels down, or takes one")
  func channels() throws {
    let data: [UInt8] = [10, 0, 20, 0, 0xFF, 0x7F, 0xFF, 0x7F, 0, 0x80, 1, 0, 5]
    let stereo = riff([chunk("fmt ", format(channels: 2, frame: 4)), chunk("data", data)])
    #expect(try WaveFile(bytes: stereo.span).samples == [15, .max, -16_384])
    #expect(try WaveFile(bytes: stereo.span, channel: 1).samples == [10, .max, .min])
    #expect(try WaveFile(bytes: stereo.span, channel: 2).samples == [20, .max, 1])
    for wrong in [0, 3, -1, .max, .min] {
      #expect(throws: WaveFileError.noSuchChannel(wrong, of: 2)) {
        try WaveFile(bytes: stereo.span, channel: wrong)
      }
    }
    let many = riff([
      chunk("fmt ", format(tag: 7, channels: 6, bits: 8, frame: 6)),
      chunk(
        "data",
        [
          0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x80,
        ]),
    ])
    #expect(try WaveFile(bytes: many.span).samples == [5_354])
    #expect(try WaveFile(bytes: many.span, channel: 6).samples == [32_124])
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
      (riff([chunk("fmt ", format(tag: 0x11, bits: 4)), data]), .unsupportedFormat(tag: 0x11)),
      (riff([chunk("fmt ", format(channels: 0)), data]), .noFormat),
      (riff([chunk("fmt ", format(tag: 3, bits: 16)), data]), .unsupportedDepth(bits: 16)),
      (riff([chunk("fmt ", format(bits: 64)), data]), .unsupportedDepth(bits: 64)),
      (riff([chunk("fmt ", format(bits: 0)), data]), .unsupportedDepth(bits: 0)),
      (riff([chunk("fmt ", format(hertz: 0)), data]), .unsupportedRate(hertz: 0)),
    ]
    for (bytes, expected) in wrong {
      #expect(throws: expected) { try WaveFile(bytes: bytes.span) }
    }
    #expect(WaveFileError.noSuchChannel(3, of: 2).description == "no channel 3: it has 2")
  }

  @Test("survives every cut and many mutations of a file")
  func noBytesTrap() {
    let whole = riff([
      chunk("LIST", [1, 2, 3]), chunk("fmt ", format(tag: 0xFFFE) + Array(repeating: 0, count: 24)),
      chunk("data", Array(0..<40)),
    ])
    for end in 0...whole.count { _ = try? WaveFile(bytes: whole.span.extracting(first: end)) }
    var random = SplitMix64(seed: 1)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)]
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = extremes.randomElement() ?? 0
      }
      _ = try? WaveFile(bytes: bytes.span)
    }
  }

  @Test("survives chunks of any names and sizes in any order, and gives no more than the file has")
  func anyChunks() {
    var random = SplitMix64(seed: 2)
    let names = ["fmt ", "data", "ds64", "LIST", "JUNK", "fact", "\u{0}\u{1}\u{2}\u{3}"]
    let sizes: [UInt32] = [0, 1, 2, 7, 16, 28, 0x7FFF_FFFF, 0x8000_0000, .max - 8, .max - 1, .max]
    for _ in 0..<20_000 {
      var bytes = Array((["RIFF", "RF64", "BW64"].randomElement(using: &random) ?? "").utf8)
      bytes += bytes32(sizes.randomElement(using: &random) ?? 0) + Array("WAVE".utf8)
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let name = names.randomElement(using: &random) ?? ""
        var body = (0..<Int.random(in: 0...40, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        if name == "fmt ", Bool.random(using: &random) {
          let tag: UInt16 = [1, 3, 6, 7, 0xFFFE].randomElement(using: &random) ?? 1
          let bits: UInt8 = [8, 16, 24, 32, 64].randomElement(using: &random) ?? 16
          body = format(
            tag: tag, channels: .random(in: 0...9, using: &random), bits: bits,
            frame: .random(in: 0...40, using: &random))
        }
        let isHonest = Bool.random(using: &random)
        let size = isHonest ? UInt32(body.count) : sizes.randomElement(using: &random) ?? 0
        bytes += Array(name.utf8) + bytes32(size) + body
      }
      for channel in [nil, 1, 9] {
        guard let file = try? WaveFile(bytes: bytes.span, channel: channel) else { continue }
        #expect(file.samples.count <= bytes.count)
      }
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
    tag: UInt16 = 1, channels: UInt8 = 1, hertz: UInt32 = 8_000, bits: UInt8 = 16, frame: UInt8 = 2
  ) -> [UInt8] {
    [UInt8(tag & 0xFF), UInt8(tag >> 8), channels, 0] + bytes32(hertz) + bytes32(hertz * 2)
      + [frame, 0, bits, 0]
  }

  private func bytes32(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
