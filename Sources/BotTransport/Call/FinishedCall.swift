public import AudioEngine
public import CallLog

/// A call that is over, as traces of a whole service show it.
public struct FinishedCall: Sendable {
  /// One turn of it, by the clock of days.
  public struct TimedTurn: Sendable {
    /// When the caller's last sound arrived.
    public let speechEnd: WallTime
    /// The turn.
    public let turn: Turn

    /// Makes one.
    public init(speechEnd: WallTime, turn: Turn) {
      self.speechEnd = speechEnd
      self.turn = turn
    }
  }

  /// What the call log is told of its end: it does hold telephone numbers.
  public let record: CallRecord
  /// Its turns, oldest first, 256 at most; none without a detector.
  public let turns: [TimedTurn]
  /// Turns beyond these.
  public let turnsLeftOut: Int

  /// Makes one.
  public init(record: CallRecord, turns: [TimedTurn], turnsLeftOut: Int = 0) {
    self.record = record
    self.turns = turns
    self.turnsLeftOut = turnsLeftOut
  }
}

/// Takes each call that is over.
public protocol CallSpans: Sendable {
  /// Takes a call. On its event loop's thread: it returns at once, whatever becomes of the call.
  func take(_ call: FinishedCall)
  /// What became of those that were taken, in spans. Any thread.
  var counts: SpanCounts { get }
}

/// What became of spans.
public struct SpanCounts: Hashable, Sendable {
  /// Taken by the collector.
  public var exported = 0
  /// Waiting.
  public var waiting = 0
  /// Given up: no room, or the collector refused them.
  public var dropped = 0

  /// Makes counts of nothing.
  public init() {}
}

/// The turns of a call while it lasts.
struct CallTurns {
  private(set) var turns: [Turn] = []
  private(set) var leftOut = 0
  private static let most = 256

  mutating func append(_ turn: Turn) {
    if turns.count < Self.most { turns.append(turn) } else { leftOut += 1 }
  }
}

extension Call {
  /// The call as it was. Once, when it is over.
  func finished(_ record: CallRecord) -> FinishedCall {
    guard let startedAt, let told = voice.turns else {
      return FinishedCall(record: record, turns: [])
    }
    let turns = told.turns.map { turn in
      let since = (turn.speechEnd - startedAt.loop).wholeNanoseconds / 1_000_000
      return FinishedCall.TimedTurn(
        speechEnd: WallTime(milliseconds: startedAt.wall.milliseconds + since), turn: turn)
    }
    return FinishedCall(record: record, turns: turns, turnsLeftOut: told.leftOut)
  }
}

extension MetricsPage {
  /// The series of spans.
  mutating func add(_ counts: SpanCounts) {
    add(
      "sidetone_spans_exported_total", "Spans of calls and turns that a collector has taken.",
      "counter", [("", counts.exported)])
    add(
      "sidetone_spans_dropped_total", "Spans without room, or that the collector refused.",
      "counter", [("", counts.dropped)])
    add(
      "sidetone_spans_waiting", "Spans that wait for the collector.", "gauge",
      [("", counts.waiting)])
  }
}
