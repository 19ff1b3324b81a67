import AudioEngine

/// Durations by size, fine enough for percentiles: within 1.6 %, from a microsecond up.
///
/// Adding allocates nothing.
public struct LatenessTable: Hashable, Sendable {
  /// 64 steps for each doubling, from 1 us; the first 64 count single microseconds.
  private var counts = [Int](repeating: 0, count: 64 * 26)
  /// How many were added.
  public private(set) var count = 0
  /// The longest.
  public private(set) var maximum: Duration = .zero

  /// Makes an empty table.
  public init() {}

  /// Adds a duration; a negative one counts as none.
  public mutating func add(_ duration: Duration) {
    let microseconds = UInt64(max(duration.wholeNanoseconds, 0) / 1_000)
    counts[min(Self.step(of: microseconds), counts.count - 1)] += 1
    count += 1
    maximum = max(maximum, duration)
  }

  /// Adds everything that `other` counted.
  public mutating func add(_ other: LatenessTable) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  /// A bound that `share` of the durations do not exceed; zero where there are none.
  public func quantile(_ share: Double) -> Duration {
    let wanted = max(Int((share * Double(count)).rounded(.up)), 1)
    var seen = 0
    for (index, amount) in counts.enumerated() {
      seen += amount
      if seen >= wanted { return min(.microseconds(Self.upperBound(of: index)), maximum) }
    }
    return maximum
  }

  private static func step(of microseconds: UInt64) -> Int {
    guard microseconds >= 64 else { return Int(microseconds) }
    let shift = 63 - microseconds.leadingZeroBitCount - 6
    return (shift + 1) * 64 + Int(microseconds >> UInt64(shift)) - 64
  }

  private static func upperBound(of step: Int) -> Int {
    guard step >= 64 else { return step + 1 }
    let shift = step / 64 - 1
    return (step % 64 + 64 + 1) << shift
  }
}
