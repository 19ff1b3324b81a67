/// How much later than the clock's limit the ear is, learnt from the echoes of marks.
///
/// Smoothed as TCP smooths its round trip (RFC 6298, section 2): an eighth of each difference into
/// the mean, a quarter into the deviation. An echo carries the way back too, so the estimate is on
/// the late side, which is the honest one.
struct LatencyEstimate {
  /// Before the first echo: what a phone bot far from its platform may see.
  private(set) var mean: Int64 = 150_000_000
  private(set) var deviation: Int64 = 75_000_000
  private(set) var hasEcho = false

  /// Later than this the ear rarely is.
  var late: Int64 { mean + 2 * deviation }

  mutating func observe(_ latency: Int64) {
    let latency = max(latency, 0)
    guard hasEcho else {
      hasEcho = true
      mean = latency
      deviation = latency / 2
      return
    }
    let difference = latency - mean
    deviation += (abs(difference) - deviation) / 4
    mean += difference / 8
  }
}
