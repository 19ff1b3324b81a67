/// The turns of one call, counted.
public struct TurnStatistics: Hashable, Sendable {
  /// Turns that were answered.
  public private(set) var count = 0
  /// Those whose answer the caller spoke into.
  public private(set) var interrupted = 0
  /// How long caller and bot were heard at once then.
  public private(set) var overlap: Duration = .zero
  /// From the caller's last sound until he heard the answer.
  public private(set) var response = Histogram()
  /// The responses of the first ``mostKept`` turns, in turn.
  public private(set) var responses: [Duration] = []
  private var parts: [Turn.Part: Histogram] = [:]

  /// The turns whose responses are kept one by one.
  public static let mostKept = 1_000

  /// Makes statistics of no turns.
  public init() {}

  /// How long a part of the response took; empty where nobody told.
  public subscript(part: Turn.Part) -> Histogram { parts[part] ?? Histogram() }

  /// Adds a turn.
  public mutating func add(_ turn: Turn) {
    count += 1
    if turn.isInterrupted { interrupted += 1 }
    overlap += turn.overlap
    response.add(turn.response)
    if responses.count < Self.mostKept { responses.append(turn.response) }
    for part in Turn.Part.allCases {
      if let took = turn[part] { parts[part, default: Histogram()].add(took) }
    }
  }

  /// Adds what `other` counted, but for its single responses.
  public mutating func add(_ other: TurnStatistics) {
    count += other.count
    interrupted += other.interrupted
    overlap += other.overlap
    response.add(other.response)
    parts.merge(other.parts) { left, right in
      var sum = left
      sum.add(right)
      return sum
    }
  }

  /// The response that `share` (0 to 1) of the kept turns do not exceed; nil without a turn.
  public func response(_ share: Double) -> Duration? {
    guard !responses.isEmpty else { return nil }
    let rank = (share * Double(responses.count)).rounded(.up)
    return responses.sorted()[min(max(Int(rank), 1), responses.count) - 1]
  }
}
