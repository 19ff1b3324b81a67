package import AudioEngine

/// Lets so many things through a second, and a burst of them at once.
package struct TokenBucket: Sendable {
  private static let second: Int64 = 1_000_000_000

  private let rate: Int64
  private let capacity: Int64
  /// In billionths of a thing, so that nothing is lost to rounding: at most 1e15.
  private var level: Int64
  private var filledAt: MonotonicTime?

  /// Makes a full bucket.
  ///
  /// - Parameters:
  ///   - perSecond: 1 to 1,000,000.
  ///   - burst: what may come at once, at least 1 and at most a second's worth, which nil stands for.
  package init(perSecond: Int, burst: Int? = nil) {
    rate = Int64(perSecond)
    capacity = min(Int64(burst ?? perSecond), rate) * Self.second
    level = capacity
  }

  /// Takes one thing out; false where there is none.
  package mutating func take(at now: MonotonicTime) -> Bool {
    level = level(at: now)
    filledAt = now
    guard level >= Self.second else { return false }
    level -= Self.second
    return true
  }

  /// Whether there is one thing to take.
  package func has(at now: MonotonicTime) -> Bool { level(at: now) >= Self.second }

  /// Whether nothing was taken for so long that it is as new.
  package func isFull(at now: MonotonicTime) -> Bool { level(at: now) == capacity }

  private func level(at now: MonotonicTime) -> Int64 {
    guard let filledAt else { return level }
    // After a second it is full whatever the clock says, which keeps the product in bounds.
    let passed = min(max((now - filledAt).wholeNanoseconds, 0), Self.second)
    return min(level + passed * rate, capacity)
  }
}

/// A bucket for each of those who take, told apart by `Key`.
package struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
  /// Takers that are remembered. When more come, those that are owed nothing are forgotten, then all: a
  /// flood from so many is for a bucket of all to bound.
  package static var limit: Int { 4_096 }

  private let new: TokenBucket
  private var buckets: [Key: TokenBucket] = [:]

  /// Makes full buckets, as in ``TokenBucket/init(perSecond:burst:)``.
  package init(perSecond: Int, burst: Int? = nil) {
    new = TokenBucket(perSecond: perSecond, burst: burst)
  }

  /// How many takers are remembered.
  package var count: Int { buckets.count }

  /// Whether there is one thing for `key` to take.
  package func has(_ key: Key, at now: MonotonicTime) -> Bool {
    (buckets[key] ?? new).has(at: now)
  }

  /// Takes one thing out for `key`; false where there is none.
  package mutating func take(_ key: Key, at now: MonotonicTime) -> Bool {
    if buckets[key] == nil, buckets.count >= Self.limit {
      buckets = buckets.filter { !$0.value.isFull(at: now) }
      if buckets.count >= Self.limit { buckets.removeAll() }
    }
    return buckets[key, default: new].take(at: now)
  }
}
