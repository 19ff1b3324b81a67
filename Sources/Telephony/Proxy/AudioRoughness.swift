import AudioEngine

/// How much a stretch of audio moves from sample to sample beside its loudness. Speech and music are
/// smooth; bytes that are read as what they are not are as rough as noise.
struct AudioRoughness {
  private(set) var movement = 0
  private(set) var loudness = 0
  private(set) var count = 0
  private var last: Int?

  /// Takes the next sample.
  mutating func add(_ sample: Int) {
    if let last { movement += abs(sample - last) }
    last = sample
    loudness += abs(sample)
    count += 1
  }

  /// The mean of the samples' magnitudes.
  var mean: Int { count == 0 ? 0 : loudness / count }

  /// Movement over loudness: about 0.1 to 0.7 for speech, 1.3 and more for noise of any level.
  func exceeds(_ percent: Int) -> Bool { movement * 100 > loudness * percent }
}

/// Finds out whether a bot's bytes are what its dialect says they are, from what they would sound like.
struct AudioLabelCheck {
  /// Fewer samples say too little: 10 ms at 8 kHz.
  static let fewest = 80
  /// More need not be looked at.
  private static let most = 400
  /// Quieter audio says nothing.
  private static let quiet = 200

  /// Whether the 16-bit samples of `bytes` have been sent high byte first; nil where that cannot be told.
  static func isSwapped(_ bytes: RawSpan) -> Bool? {
    let count = min(bytes.byteCount / 2, most)
    guard count >= fewest else { return nil }
    var little = AudioRoughness()
    var big = AudioRoughness()
    for index in 0..<count {
      let first = bytes[at: 2 * index]
      let second = bytes[at: 2 * index + 1]
      little.add(Int(Int16(bitPattern: UInt16(second) << 8 | UInt16(first))))
      big.add(Int(Int16(bitPattern: UInt16(first) << 8 | UInt16(second))))
    }
    // Samples of 8 bits, shifted up, look swapped too, but for being so quiet then.
    if little.movement > 4 * big.movement, big.mean >= quiet { return true }
    if big.movement > 4 * little.movement, little.mean >= quiet { return false }
    return nil
  }

  /// Whether `bytes` are 16-bit samples rather than the `companded` samples they became.
  static func isLinear(_ bytes: RawSpan, companded: Span<Int16>) -> Bool {
    let count = min(bytes.byteCount / 2, most)
    guard count >= 2 * fewest, companded.count >= 2 * count else { return false }
    var linear = AudioRoughness()
    var read = AudioRoughness()
    for index in 0..<count {
      let high = UInt16(bytes[at: 2 * index + 1]) << 8
      linear.add(Int(Int16(bitPattern: high | UInt16(bytes[at: 2 * index]))))
    }
    for index in 0..<(2 * count) { read.add(Int(companded[index])) }
    return linear.mean >= quiet && !linear.exceeds(60) && read.exceeds(110)
  }
}

extension RawSpan {
  /// The byte at `offset`, which is checked.
  subscript(at offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
