/// Names an utterance of one session. It only grows, so an older epoch is an older utterance.
public struct Epoch: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// 1 for the session's first utterance.
  public let number: Int

  package init(number: Int) {
    self.number = number
  }

  /// The number alone.
  public var description: String { String(number) }

  /// Orders older before newer.
  public static func < (left: Epoch, right: Epoch) -> Bool { left.number < right.number }
}

/// How an utterance is to be treated.
public struct UtteranceOptions: Hashable, Sendable {
  /// The rate of the samples to be written; the bot's rate where nil. Any rate is resampled.
  public var rate: SampleRate?
  /// Whether ``MediaSession/interrupt(at:)`` may cut it. A legal notice may have to be heard whole.
  public var isInterruptible: Bool

  /// Makes options.
  public init(rate: SampleRate? = nil, isInterruptible: Bool = true) {
    self.rate = rate
    self.isInterruptible = isInterruptible
  }
}

/// A stretch of text and where its speech begins and ends, so that an interruption can say what was
/// heard.
public struct TextSpan: Hashable, Sendable {
  /// The words as they were spoken.
  public var text: String
  /// Where the words begin, from the start of the utterance.
  public var start: Duration
  /// Where they end.
  public var end: Duration
}

/// Why speech was not taken.
public enum SpeechError: Error, Hashable, Sendable {
  /// The queue is full and the policy is to refuse.
  case full
  /// The call has ended.
  case closed
  /// The utterance was interrupted: its epoch is over for good.
  case interrupted
  /// The utterance was finished, or another one has begun since.
  case finished
  /// No utterance of this epoch has begun.
  case unknownEpoch
  /// The stream is one-way: the platform would not play anything.
  case unidirectional
  /// The samples' rate cannot be resampled to the wire's.
  case unsupportedRate
}

/// An utterance that has not ended: where it lies in the session's speech, and what of it is unsure.
struct UtteranceRecord {
  let epoch: Epoch
  let isInterruptible: Bool
  /// Position of its first byte.
  let start: Int
  /// Position after its last byte; while it is open, where that would be if nothing more were written,
  /// the resampler's tail included.
  private(set) var end: Int
  private(set) var isOpen = true
  /// Samples written so far, at their own rate.
  private(set) var inputCount = 0
  /// When it began to leave, or began again because the ear had caught up; nil before.
  var leavesSince: Int64?
  private(set) var spans: [PlacedSpan] = []
  /// Where speech lies that nobody can say was heard, though it is behind the ear: what a full queue
  /// has dropped, and what a pause had cleared at the platform without sending it again.
  private var unsure: Range<Int>?
  /// How much of it there is in that range, rather too much.
  private var unsureBytes = 0

  /// Text and where its speech lies.
  struct PlacedSpan {
    let text: String
    let range: Range<Int>
  }

  init(epoch: Epoch, isInterruptible: Bool, start: Int) {
    self.epoch = epoch
    self.isInterruptible = isInterruptible
    self.start = start
    end = start
  }

  /// Notes that samples were written after which it would be `byteCount` bytes long.
  mutating func wrote(_ count: Int, byteCount: Int) {
    inputCount += count
    end = start + byteCount
  }

  /// Nothing more is written: it ends at `position`.
  mutating func finish(at position: Int) {
    isOpen = false
    end = position
  }

  mutating func attach(_ text: String, from first: Int, to last: Int) {
    spans.append(PlacedSpan(text: text, range: (start + first)..<(start + max(first, last))))
  }

  mutating func noteUnsure(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let known = unsure ?? range
    unsure = min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
    unsureBytes += range.count
  }

  /// Bytes of it before `position`, which may lie outside.
  func byteCount(upTo position: Int) -> Int {
    max(min(position, end) - start, 0)
  }

  /// Bytes of it that were heard when the ear is at `position`, without what is unsure: rather too few
  /// where that lies on both sides of the ear.
  func heard(upTo position: Int) -> Int {
    guard let unsure, position > unsure.lowerBound else { return byteCount(upTo: position) }
    return byteCount(upTo: max(min(position, end) - unsureBytes, unsure.lowerBound))
  }

  /// Texts that were heard to their end when the ear is at `position`, and are not unsure.
  func texts(heardUpTo position: Int) -> [PlacedSpan] {
    spans.filter { $0.range.upperBound <= position && unsure?.overlaps($0.range) != true }
  }
}
