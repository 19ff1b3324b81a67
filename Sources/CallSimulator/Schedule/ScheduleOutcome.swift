public import AudioEngine

/// What one schedule showed.
public struct ScheduleOutcome: Hashable, Sendable {
  /// The promise that was broken first, and how; nil where all were kept.
  public internal(set) var violation: Violation?
  /// A hash of every message that left, with its time.
  public internal(set) var wireHash: UInt64 = WireHash.start
  /// Messages that left.
  public internal(set) var messages = 0
  /// Virtual time that passed.
  public internal(set) var elapsed: Duration = .zero
  /// Silence that the caller heard between pieces of speech, each stretch.
  public internal(set) var gaps: [Gap] = []
  /// The engine's own account.
  public internal(set) var statistics = SessionStatistics()

  /// Keeps the first.
  mutating func note(_ promise: Promise, _ sentence: String, at now: MonotonicTime) {
    if violation == nil {
      violation = Violation(promise: promise, sentence: sentence, at: now - .zero)
    }
  }
}

/// What must always hold.
public enum Promise: String, Hashable, Sendable, CaseIterable {
  /// Every media message has a size that its platform takes.
  case legal
  /// What was written is what was sent and what was discarded, to the byte and in order.
  case nothingLost = "nothing lost, nothing doubled"
  /// After an interruption the clear goes first and nothing of the old speech follows.
  case flushIsFinal = "flush is final"
  /// What is reported as heard was heard.
  case neverOverReport = "never over-report"
  /// Queues keep within their bounds.
  case bounded
  /// The same schedule gives the same bytes.
  case deterministic
  /// Everything that was said ends, and the engine rests.
  case ends = "everything ends"
  /// Caller audio is all there.
  case inbound = "caller audio is whole"
}

/// A promise that was broken.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  /// Which.
  public let promise: Promise
  /// How, as a sentence without a full stop.
  public let sentence: String
  /// When, since the start of the call.
  public let at: Duration

  /// Time, promise and sentence on one line.
  public var description: String {
    "\(Self.seconds(at)) s: \(promise.rawValue): \(sentence)"
  }

  /// Seconds to the microsecond, padded for traces.
  static func seconds(_ duration: Duration) -> String {
    let microseconds = duration.wholeNanoseconds / 1_000
    let digits = String(microseconds % 1_000_000)
    return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
