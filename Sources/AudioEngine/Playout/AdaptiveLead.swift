/// The lead, fixed or following the lateness it has to hide.
///
/// Adaptive: a forgetting histogram of observed lateness, as NetEQ keeps one of packet delays; the
/// lead is its 99.5th percentile plus one bucket, inside the policy's bounds. What is observed is how
/// late the host ran the pacer and how long the bot's writes left the queue short.
struct AdaptiveLead {
  private static let bucketNanoseconds: Int64 = 10_000_000
  private static let bucketCount = 128
  /// The share of the past that each new observation keeps: half forgotten after some 700.
  private static let keep = 0.999

  private let bounds: ClosedRange<Int64>
  private var shares: [Double]
  /// What ``lower()`` has left of the upper bound.
  private var limit: Int64
  /// Below two slices of 20 ms the host's own lateness is heard.
  private static let lowest: Int64 = 40_000_000
  private(set) var nanoseconds: Int64

  init(_ policy: LeadPolicy) {
    switch policy {
    case .fixed(let lead):
      let lead = max(lead.wholeNanoseconds, 0)
      bounds = lead...lead
      shares = []
    case .adaptive(let minimum, let maximum):
      let low = max(minimum.wholeNanoseconds, 0)
      bounds = low...max(maximum.wholeNanoseconds, low)
      shares = [Double](repeating: 0, count: Self.bucketCount)
      shares[0] = 1
    }
    limit = bounds.upperBound
    nanoseconds = bounds.lowerBound
  }

  /// Halves the lead for good, to 40 ms at the least; a shorter one stays as it is.
  mutating func lower() {
    limit = max(nanoseconds / 2, min(nanoseconds, Self.lowest))
    nanoseconds = limit
  }

  /// Takes one observation: how much later than wanted something happened.
  mutating func observe(lateness: Int64) {
    guard !shares.isEmpty else { return }
    let bucket = min(Int(max(lateness, 0) / Self.bucketNanoseconds), Self.bucketCount - 1)
    for index in shares.indices { shares[index] *= Self.keep }
    shares[bucket] += 1 - Self.keep
    var tail = 0.0
    var index = Self.bucketCount - 1
    while index > 0 && tail + shares[index] < 0.005 {
      tail += shares[index]
      index -= 1
    }
    let wanted = index == 0 ? 0 : Int64(index + 2) * Self.bucketNanoseconds
    nanoseconds = min(max(wanted, bounds.lowerBound), limit)
  }
}
