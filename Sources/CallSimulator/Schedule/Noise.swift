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
