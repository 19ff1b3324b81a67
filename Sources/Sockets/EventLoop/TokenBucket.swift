package import AudioEngine

/// Lets so many things through a second, a second's worth of them at once.
package struct TokenBucket: Sendable {
  private static let second: Int64 = 1_000_000_000

  private let rate: Int64
  /// In billionths of a thing, so that nothing is lost to rounding: at most 1e15.
  private var level: Int64
  private var filledAt: MonotonicTime?

  /// Makes a full bucket.
  ///
  /// - Parameter perSecond: 1 to 1,000,000.
  package init(perSecond: Int) {
    rate = Int64(perSecond)
    level = rate * Self.second
  }

  /// Takes one thing out; false where there is none.
  package mutating func take(at now: MonotonicTime) -> Bool {
    level = level(at: now)
    filledAt = now
    guard level >= Self.second else { return false }
    level -= Self.second
    return true
  }

  /// Whether nothing was taken for so long that it is as new.
  package func isFull(at now: MonotonicTime) -> Bool { level(at: now) == rate * Self.second }

  private func level(at now: MonotonicTime) -> Int64 {
    guard let filledAt else { return level }
    // After a second it is full whatever the clock says, which keeps the product in bounds.
    let passed = min(max((now - filledAt).wholeNanoseconds, 0), Self.second)
    return min(level + passed * rate, rate * Self.second)
  }
}
