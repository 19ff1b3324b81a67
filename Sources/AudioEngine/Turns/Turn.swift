/// One exchange of a conversation: the caller stops speaking, and the bot's answer reaches his ear.
///
/// Times are the host's: the caller's last sound counts when it arrived here, the answer when the playout
/// clock has the ear hear it, later by the latency that echoes of marks have shown, where there are any.
public struct Turn: Hashable, Sendable {
  /// A step on the bot's way to an answer, which only the bot can tell.
  public enum Step: String, Hashable, Sendable, CaseIterable {
    /// What the caller said is known in words.
    case recognised
    /// The model has begun to answer.
    case modelBegan
    /// The first speech of the answer is there.
    case synthesised
  }

  /// A part of the response. Those up to ``delivery`` add up to all of it.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    /// From the caller's last sound until the detector was sure of it.
    case detection
    /// From there until the bot wrote the first sound of its answer; nothing where it did not wait.
    case thinking
    /// From there until the sound left for the platform.
    case pacing
    /// From there until the ear heard it.
    case delivery
    /// Of thinking: until ``Step/recognised``.
    case recognition
    /// Of thinking: from there until ``Step/modelBegan``.
    case model
    /// Of thinking: from there until ``Step/synthesised``.
    case synthesis
  }

  /// When the caller's last sound arrived.
  public internal(set) var speechEnd: MonotonicTime
  /// The parts, in nanoseconds.
  private var parts = [7 of Int64](repeating: untold)
  /// Whether the caller spoke again while he heard the answer.
  public internal(set) var isInterrupted = false
  /// How long both were heard at once then.
  public internal(set) var overlap: Duration = .zero

  private static let untold: Int64 = -1

  init(speechEnd: MonotonicTime) {
    self.speechEnd = speechEnd
  }

  /// How long a part took; nil where nobody told.
  public subscript(part: Part) -> Duration? {
    let time = parts[Self.index(of: part)]
    return time == Self.untold ? nil : .nanoseconds(time)
  }

  mutating func set(_ part: Part, nanoseconds: Int64) {
    parts[Self.index(of: part)] = nanoseconds
  }

  /// The ear heard the answer so much later than the playout clock says.
  mutating func deliver(later latency: Int64) {
    parts[Self.index(of: .delivery)] += latency
  }

  private static func index(of part: Part) -> Int {
    switch part {
    case .detection: 0
    case .thinking: 1
    case .pacing: 2
    case .delivery: 3
    case .recognition: 4
    case .model: 5
    case .synthesis: 6
    }
  }

  /// The silence that the caller waited through: from his last sound until he heard the answer.
  public var response: Duration {
    .nanoseconds((0..<4).reduce(0) { $0 + max(parts[$1], 0) })
  }

  /// Whether both are the same in time and parts.
  public static func == (left: Turn, right: Turn) -> Bool {
    left.speechEnd == right.speechEnd && left.isInterrupted == right.isInterrupted
      && left.overlap == right.overlap && Part.allCases.allSatisfy { left[$0] == right[$0] }
  }

  /// Hashes times and parts.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(speechEnd)
    for part in Part.allCases { hasher.combine(self[part]) }
  }
}
