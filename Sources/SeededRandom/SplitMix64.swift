/// A small generator with a seed, so that whatever is left to chance can be replayed.
///
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Neighbouring
/// seeds give unrelated numbers. Not for secrets: who sees one number knows all that follow.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  @usableFromInline var state: UInt64

  /// Begins at `seed`; every value is as good.
  @inlinable
  public init(seed: UInt64) {
    state = seed
  }

  /// The next of 2^64 numbers, each of which comes once before the first comes again.
  @inlinable
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
