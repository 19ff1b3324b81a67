/// A point on a monotonic clock, in nanoseconds since an origin that the caller chose.
///
/// The engine reads no clock: whoever drives it gives the time with each call, so the same code runs
/// under an event loop and under a virtual clock. Values must never go backwards within a session.
public struct MonotonicTime: Hashable, Sendable, Comparable {
  /// Nanoseconds since the clock's origin.
  public var nanoseconds: Int64

  /// The clock's origin.
  public static let zero = MonotonicTime(nanoseconds: 0)
  /// Later than any time a session will see.
  public static let distantFuture = MonotonicTime(nanoseconds: .max)

  /// Makes a time from nanoseconds since the clock's origin.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The time `duration` later (earlier where negative).
  public static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    MonotonicTime(nanoseconds: time.nanoseconds + duration.wholeNanoseconds)
  }

  /// How much later `left` is than `right`.
  public static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }

  /// Orders earlier before later.
  public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// The duration in nanoseconds, rounded towards zero; saturates beyond 292 years.
  public var wholeNanoseconds: Int64 {
    // Up to nine seconds fit into one word: no division of 128 bits.
    if let attoseconds = Int64(exactly: attoseconds) { return attoseconds / 1_000_000_000 }
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    return scaled + attoseconds / 1_000_000_000
  }

  /// The duration in milliseconds as a number people read.
  public var inMilliseconds: Double { Double(wholeNanoseconds) / 1e6 }
}
