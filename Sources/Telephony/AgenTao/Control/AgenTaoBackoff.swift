/// How long to wait before the control link is tried again: 0.5 s, half as much again after each
/// failure, at most 10 s, and up to a fifth more by chance so that a thousand clients do not come back
/// together. The original client's figures; unlike there the count starts anew only once a setup is
/// complete, so a server that accepts and never answers is tried ever more slowly.
public struct AgenTaoBackoff: Hashable, Sendable {
  /// The first wait, where nobody says otherwise.
  public static let standardFirst: Duration = .milliseconds(500)
  /// The longest wait, chance aside.
  public static let longest: Duration = .seconds(10)

  /// Failures since the last complete setup.
  public private(set) var failures = 0
  private let first: Duration
  private var state: UInt64

  /// Makes one that has seen no failure.
  public init(first: Duration = standardFirst, seed: UInt64) {
    self.first = min(max(first, .milliseconds(1)), Self.longest)
    state = seed
  }

  /// Notes a failure and gives the wait.
  public mutating func next() -> Duration {
    var wait = first
    // From the shortest first wait there is, 1.5 to the 23rd is beyond the longest.
    for _ in 0..<min(failures, 23) { wait = min(wait * 3 / 2, Self.longest) }
    failures += 1
    // SplitMix64, for chance that can be replayed.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return wait + wait * Int((mixed ^ mixed >> 31) % 1_001) / 5_000
  }

  /// The setup is complete.
  public mutating func reset() { failures = 0 }
}
