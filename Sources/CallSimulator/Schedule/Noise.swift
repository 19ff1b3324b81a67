import AudioEngine
import SeededRandom

/// A sound of which no two stretches are alike, so that each byte on the wire shows its place.
enum Noise {
  /// Starts are taken modulo this.
  static let mask = (1 << 20) - 1
  /// The longest stretch from any start.
  static let longest = 1 << 18

  static let samples: [Int16] = {
    var random = SplitMix64(seed: 0x51DE)
    var samples: [Int16] = []
    samples.reserveCapacity(mask + longest + 1)
    while samples.count < mask + longest + 1 {
      let bits = random.next()
      for shift in [0, 16, 32, 48] { samples.append(Int16(truncatingIfNeeded: bits >> shift)) }
    }
    return samples
  }()
}

/// FNV-1a over eight bytes at a time: two runs are compared, nobody attacks.
enum WireHash {
  private static let prime: UInt64 = 0x100_0000_01B3

  static func mix(_ bytes: RawSpan, at now: MonotonicTime, into hash: UInt64) -> UInt64 {
    var hash = (hash ^ UInt64(bitPattern: now.nanoseconds)) &* prime
    var offset = 0
    while offset + 8 <= bytes.byteCount {
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = (hash ^ word) &* prime
      hash ^= hash >> 29
      offset += 8
    }
    while offset < bytes.byteCount {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      hash = (hash ^ UInt64(byte)) &* prime
      offset += 1
    }
    return hash
  }
}
