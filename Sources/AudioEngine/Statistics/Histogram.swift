/// A small histogram of durations with fixed bounds: sixteen buckets, each twice as wide as the one
/// before it, from half a millisecond up.
///
/// Adding costs a few instructions and no allocation, so it may count every message.
public struct Histogram: Hashable, Sendable {
  /// Upper bounds of the buckets in microseconds; the last bucket takes everything above.
  public static let upperBoundsMicroseconds: [Int] = (0..<15).map { 500 << $0 }

  /// How many durations fell into each bucket.
  public var counts: [Int] { buckets.indices.map { buckets[$0] } }
  /// How many durations were added.
  public private(set) var total = 0
  // Whole nanoseconds, because a Duration has 128 bits to reckon with.
  private var sumNanoseconds: Int64 = 0
  private var maximumNanoseconds: Int64 = 0
  /// In place: a session has several, and each message adds to two. Last: the lowest, which most durations
  /// fall into, lie beside what every one changes.
  private var buckets = InlineArray<16, Int>(repeating: 0)

  /// All of them together.
  public var sum: Duration { .nanoseconds(sumNanoseconds) }
  /// The longest duration added.
  public var maximum: Duration { .nanoseconds(maximumNanoseconds) }

  /// Makes an empty histogram.
  public init() {}

  /// Adds one duration; a negative one counts as none.
  public mutating func add(_ duration: Duration) {
    add(nanoseconds: duration.wholeNanoseconds)
  }

  /// Adds one duration in nanoseconds; a negative one counts as none.
  public mutating func add(nanoseconds: Int64) {
    let nanoseconds = max(nanoseconds, 0)
    var bucket = 0
    while bucket < 15 && nanoseconds / 1_000 > 500 << Int64(bucket) { bucket += 1 }
    buckets[bucket] += 1
    total += 1
    sumNanoseconds = Self.sum(sumNanoseconds, nanoseconds)
    maximumNanoseconds = max(maximumNanoseconds, nanoseconds)
  }

  /// Adds everything that `other` counted.
  public mutating func add(_ other: Histogram) {
    for bucket in buckets.indices { buckets[bucket] += other.buckets[bucket] }
    total += other.total
    sumNanoseconds = Self.sum(sumNanoseconds, other.sumNanoseconds)
    maximumNanoseconds = max(maximumNanoseconds, other.maximumNanoseconds)
  }

  /// Stays at 292 years.
  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// A bound that `share` (0 to 1) of the durations do not exceed; the maximum where that is lower.
  public func quantile(_ share: Double) -> Duration {
    guard total > 0 else { return .zero }
    var wanted = Int(share * Double(total))
    if Double(wanted) < share * Double(total) { wanted += 1 }
    var seen = 0
    for bucket in buckets.indices {
      seen += buckets[bucket]
      guard seen >= wanted else { continue }
      return bucket == 15 ? maximum : min(maximum, .microseconds(500 << bucket))
    }
    return maximum
  }

  /// Whether both have counted the same.
  public static func == (left: Histogram, right: Histogram) -> Bool {
    left.total == right.total && left.sumNanoseconds == right.sumNanoseconds
      && left.maximumNanoseconds == right.maximumNanoseconds
      && left.buckets.indices.allSatisfy { left.buckets[$0] == right.buckets[$0] }
  }

  /// Hashes what was counted.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(total)
    hasher.combine(sumNanoseconds)
    for bucket in buckets.indices { hasher.combine(buckets[bucket]) }
  }
}
