/// What the `fmt ` chunk of a WAV file says, reduced to what Sidetone reads.
struct WaveFormat {
  let encoding: AudioEncoding
  let rate: SampleRate

  /// Format tag 0xFFFE: the real tag is the first two bytes of a GUID, 24 bytes into the chunk.
  private static let extensible: UInt16 = 0xFFFE

  init(bytes: Span<UInt8>, body: Range<Int>) throws(WaveFileError) {
    guard body.count >= 16 else { throw .noFormat }
    var tag = bytes.littleEndian16(at: body.lowerBound)
    if tag == Self.extensible, body.count >= 26 {
      tag = bytes.littleEndian16(at: body.lowerBound + 24)
    }
    let channels = Int(bytes.littleEndian16(at: body.lowerBound + 2))
    let hertz = Int(bytes.littleEndian32(at: body.lowerBound + 4))
    let bits = Int(bytes.littleEndian16(at: body.lowerBound + 14))
    switch tag {
    case 1: encoding = .linear16
    case 6: encoding = .alaw
    case 7: encoding = .mulaw
    default: throw .unsupportedFormat(tag: Int(tag))
    }
    guard channels == 1 else { throw .notMono(channels: channels) }
    guard bits == encoding.bytesPerSample * 8 else { throw .unsupportedDepth(bits: bits) }
    guard let rate = SampleRate(hertz: hertz) else { throw .unsupportedRate(hertz: hertz) }
    self.rate = rate
  }
}

extension AudioEncoding {
  /// The samples in `range`; a last half sample is dropped.
  func samples(of bytes: Span<UInt8>, in range: Range<Int>) -> [Int16] {
    let count = range.count / bytesPerSample
    var samples: [Int16] = []
    samples.reserveCapacity(count)
    for index in 0..<count {
      let position = range.lowerBound + index * bytesPerSample
      switch self {
      case .linear16: samples.append(Int16(bitPattern: bytes.littleEndian16(at: position)))
      case .mulaw: samples.append(G711Expansion.mulaw(bytes[position]))
      case .alaw: samples.append(G711Expansion.alaw(bytes[position]))
      }
    }
    return samples
  }
}

/// ITU-T G.711 expansion to 16 bits, written from the tables' rule, for files only: the calls' own
/// kernels are tested against other sources.
enum G711Expansion {
  /// Sign, three bits of segment, four of step; all bits inverted on the wire (G.711 table 2).
  static func mulaw(_ code: UInt8) -> Int16 {
    let bits = ~code
    let magnitude = ((Int16(bits & 0x0F) << 3) + 132) << Int16((bits >> 4) & 7)
    return bits & 0x80 != 0 ? 132 - magnitude : magnitude - 132
  }

  /// Sign, three bits of segment, four of step; even bits inverted on the wire (G.711 table 1).
  static func alaw(_ code: UInt8) -> Int16 {
    let bits = code ^ 0x55
    let segment = Int16((bits >> 4) & 7)
    let step = (Int16(bits & 0x0F) << 4) + 8
    let magnitude = segment == 0 ? step : (step + 256) << (segment - 1)
    return bits & 0x80 != 0 ? magnitude : -magnitude
  }
}

extension Span where Element == UInt8 {
  /// Whether the four bytes at `position` spell `name`; the caller has checked that they exist.
  func holds(_ name: StaticString, at position: Int) -> Bool {
    let name = String(describing: name).utf8
    return zip(name, position...).allSatisfy { $0 == self[$1] }
  }

  /// Two bytes as a number; the caller has checked that they exist.
  func littleEndian16(at position: Int) -> UInt16 {
    UInt16(self[position]) | UInt16(self[position + 1]) << 8
  }

  /// Four bytes as a number; the caller has checked that they exist.
  func littleEndian32(at position: Int) -> UInt32 {
    UInt32(littleEndian16(at: position)) | UInt32(littleEndian16(at: position + 2)) << 16
  }
}
