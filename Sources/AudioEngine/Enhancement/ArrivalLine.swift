/// Where a caller's samples lie in time, as far as that can be told while they come: as late as it can be
/// with none arriving before it was spoken. Places count samples from the call's start.
///
/// What comes late once, or in a bunch after a stall, moves nothing: an echo keeps its distance from what it
/// is an echo of. Where a second's messages all come late nothing was sent for a while, or the clocks
/// differ, and the line moves.
struct ArrivalLine {
  /// What is left uncorrected: a network's quickest messages differ by less.
  private static let tolerance: Int64 = 20_000_000
  /// A message that is later than this comes after a break.
  private static let longestStall: Int64 = 3_000_000_000
  /// Messages of which the quickest tells how late all are.
  private static let leastMessages = 5

  private let tolerance: Int
  private let longestStall: Int
  private let window: Int
  /// The place of the caller's first sample; nil before anything has come.
  private(set) var start: Int?
  private var windowStart = 0
  private var messageCount = 0
  private var leastLate = Int.max

  init(_ rate: SampleRate) {
    tolerance = rate.sampleCount(nanoseconds: Self.tolerance)
    longestStall = rate.sampleCount(nanoseconds: Self.longestStall)
    window = rate.hertz
  }

  /// All samples up to `end`, counted as they come, have arrived by `place`.
  mutating func arrived(_ end: Int, at place: Int) {
    guard let start else { return move(to: place - end, at: place) }
    let late = place - start - end
    if late < -tolerance || late > longestStall { return move(to: start + late, at: place) }
    leastLate = min(leastLate, late)
    messageCount += 1
    guard place - windowStart >= window, messageCount >= Self.leastMessages else { return }
    move(to: leastLate > tolerance ? start + leastLate : start, at: place)
  }

  private mutating func move(to start: Int, at place: Int) {
    self.start = start
    (windowStart, messageCount, leastLate) = (place, 0, .max)
  }
}
