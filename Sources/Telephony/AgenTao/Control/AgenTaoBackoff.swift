import SeededRandom

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
  private var chance: SplitMix64

  /// Makes one that has seen no failure.
  public init(first: Duration = standardFirst, seed: UInt64) {
    self.first = min(max(first, .milliseconds(1)), Self.longest)
    chance = SplitMix64(seed: seed)
  }

  /// Notes a failure and gives the wait.
  public mutating func next() -> Duration {
    var wait = first
    // From the shortest first wait there is, 1.5 to the 23rd is beyond the longest.
    for _ in 0..<min(failures, 23) { wait = min(wait * 3 / 2, Self.longest) }
    failures += 1
    return wait + wait * Int(chance.next() % 1_001) / 5_000
  }

  /// The setup is complete.
  public mutating func reset() { failures = 0 }
}
