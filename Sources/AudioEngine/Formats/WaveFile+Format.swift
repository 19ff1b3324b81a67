/// What the `fmt ` chunk of a WAV file says, reduced to what Sidetone reads.
struct WaveFormat {
  /// How one sample of one channel is written.
  enum Sample: Hashable {
    /// Linear PCM in one to four bytes, used from the top; one byte is unsigned, more are signed.
    case linear(bytes: Int)
    /// IEEE 754, full scale 1, in 4 or 8 bytes.
    case float(bytes: Int)
    case mulaw
    case alaw

    /// Bytes it takes.
    var byteCount: Int {
      switch self {
      case .linear(let bytes), .float(let bytes): bytes
      case .mulaw, .alaw: 1
      }
    }
  }

  let sample: Sample
  /// 1 to 65,535.
  let channels: Int
  let rate: SampleRate

  /// Format tag 0xFFFE: the real tag is the first two bytes of a GUID, 24 bytes into the chunk.
  private static let extensible: UInt16 = 0xFFFE

  init(bytes: Span<UInt8>, body: Range<Int>) throws(WaveFileError) {
    guard body.count >= 16 else { throw .noFormat }
    var tag = bytes.littleEndian16(at: body.lowerBound)
    if tag == Self.extensible, body.count >= 26 {
      tag = bytes.littleEndian16(at: body.lowerBound + 24)
    }
    channels = Int(bytes.littleEndian16(at: body.lowerBound + 2))
    let hertz = Int(bytes.littleEndian32(at: body.lowerBound + 4))
    let frame = Int(bytes.littleEndian16(at: body.lowerBound + 12))
    let bits = Int(bytes.littleEndian16(at: body.lowerBound + 14))
    guard channels > 0 else { throw .noFormat }
    switch tag {
    case 1:
      guard (1...32).contains(bits) else { throw .unsupportedDepth(bits: bits) }
      // 17 to 24 bits may lie in the upper part of four bytes; then a frame's size tells.
      let isWider = bits > 16 && frame == 4 * channels
      sample = .linear(bytes: isWider ? 4 : (bits + 7) / 8)
    case 3:
      guard bits == 32 || bits == 64 else { throw .unsupportedDepth(bits: bits) }
      sample = .float(bytes: bits / 8)
    case 6: sample = .alaw
    case 7: sample = .mulaw
    default: throw .unsupportedFormat(tag: Int(tag))
    }
    guard let rate = SampleRate(hertz: hertz) else { throw .unsupportedRate(hertz: hertz) }
    self.rate = rate
  }

  /// Bytes of one sample of every channel.
  var frameBytes: Int { sample.byteCount * channels }

  /// The encoding that says most about the file.
  var encoding: AudioEncoding {
    switch sample {
    case .linear, .float: .linear16
    case .mulaw: .mulaw
    case .alaw: .alaw
    }
  }

  /// One channel of the frames in `range`, or the mean of all; a last frame that is cut short is
  /// dropped. What has more than 16 bits is rounded to the nearest, ties to even, and saturated.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - range: its audio.
  ///   - channel: from 0; nil for the mean of all.
  /// - Returns: a sample for each whole frame.
  func samples(of bytes: Span<UInt8>, in range: Range<Int>, channel: Int?) -> [Int16] {
    if channels == 1, sample == .linear(bytes: 2) {
      return AudioEncoding.linear16.samples(of: bytes, in: range)
    }
    let size = sample.byteCount
    let count = range.count / (size * channels)
    let chosen = channel.map { $0..<$0 + 1 } ?? 0..<channels
    let share = 1 / Double(chosen.count)
    var samples: [Int16] = []
    samples.reserveCapacity(count)
    for frame in 0..<count {
      let start = range.lowerBound + frame * size * channels
      var sum: Double = 0
      for channel in chosen { sum += value(of: bytes, at: start + channel * size) }
      // NaN is silence.
      let mean = (sum * share).rounded(.toNearestOrEven)
      samples.append(mean.isNaN ? 0 : Int16(min(max(mean, -32_768), 32_767)))
    }
    return samples
  }

  /// The sample at `position` in units of 16-bit samples.
  private func value(of bytes: Span<UInt8>, at position: Int) -> Double {
    switch sample {
    case .linear(1): return Double((Int(bytes[position]) - 128) << 8)
    case .linear(let size):
      var bits: UInt32 = 0
      for index in 0..<size { bits |= UInt32(bytes[position + index]) << UInt32(8 * index) }
      return Double(Int32(bitPattern: bits << UInt32(32 - 8 * size))) / 65_536
    case .float(4):
      return Double(Float(bitPattern: bytes.littleEndian32(at: position))) * 32_768
    case .float:
      let low = UInt64(bytes.littleEndian32(at: position))
      let high = UInt64(bytes.littleEndian32(at: position + 4))
      return Double(bitPattern: low | high << 32) * 32_768
    case .mulaw: return Double(G711Expansion.mulaw(bytes[position]))
    case .alaw: return Double(G711Expansion.alaw(bytes[position]))
    }
  }
}

extension AudioEncoding {
  /// The samples in `range`; a last half sample is dropped.
  package func samples(of bytes: Span<UInt8>, in range: Range<Int>) -> [Int16] {
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
