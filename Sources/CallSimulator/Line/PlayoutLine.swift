public import AudioEngine

/// The way from the platform to the caller's ear: audio that arrives, and when it is heard.
///
/// The platform plays slices of 20 ms on a fixed grid. Audio that arrives while something is still
/// queued is heard without a seam after it; audio that arrives later waits for the next slice, and
/// the caller hears silence until then: a ``Gap``. Nothing here reads a clock; time comes with each
/// call and must not go backwards.
///
/// Memory grows with what was heard, at its wire size, and with one record a gap; whoever appends
/// bounds both by ``lead(at:)`` and by the length of the call.
public struct PlayoutLine: Sendable {
  /// The encoding and rate of the audio.
  public let format: WireFormat
  /// When the stream began; the slices' grid and all positions count from here.
  public let origin: MonotonicTime
  /// What the platform does with marks whose audio a clear has dropped.
  public let marksAtClear: MarksAtClear
  /// Payloads are cut into units of this many bytes; a last short one is filled up with silence.
  public let unitBytes: Int

  /// Each time the caller heard nothing between two pieces of audio, in order.
  public private(set) var gaps: [Gap] = []
  /// When the first audio was heard, or will be.
  public private(set) var firstAudio: MonotonicTime?
  /// The end of the last sample that is loud enough to be noticed.
  public private(set) var lastAudible: MonotonicTime?
  /// The farthest that queued audio ever ran ahead of the ear.
  public private(set) var longestLead: Duration = .zero
  /// All audio that was heard or waits to be, without the gaps.
  public private(set) var audio: [UInt8] = []

  /// How many clears have dropped anything.
  public private(set) var clears = 0

  private(set) var runs: [Run] = []
  private(set) var pending: [PendingMark] = []
  private var wasCleared = false

  /// How long a slice lasts: the packet time of the telephone network.
  public static let slice: Duration = .milliseconds(20)
  /// Marks that may wait at once; a platform remembers only so much.
  public static let mostPendingMarks = 1_024

  /// What becomes of marks whose audio was dropped; not every platform says.
  public enum MarksAtClear: String, CaseIterable, Sendable {
    /// They are never echoed.
    case dropped
    /// They are echoed at the clear.
    case echoedAtOnce
    /// They are echoed when their audio would have been played.
    case echoedWhenDue
  }

  /// Audio heard without a seam: it begins at `start` with the byte at `offset`, and reaches to the
  /// next run's offset.
  struct Run: Sendable {
    let start: MonotonicTime
    let offset: Int
  }

  struct PendingMark: Sendable {
    let name: String
    var due: MonotonicTime
  }

  /// Makes a line that has not played anything.
  public init(
    format: WireFormat, origin: MonotonicTime, unitBytes: Int = 1,
    marksAtClear: MarksAtClear = .dropped
  ) {
    precondition(unitBytes > 0, "a line's units have at least one byte")
    self.format = format
    self.origin = origin
    self.unitBytes = unitBytes
    self.marksAtClear = marksAtClear
  }

  /// When the last queued byte will have been heard; nil before the first.
  public var end: MonotonicTime? {
    runs.last.map { start(of: $0, plus: audio.count - $0.offset) }
  }

  /// How far the queued audio runs ahead of the ear.
  public func lead(at now: MonotonicTime) -> Duration {
    guard let end, end > now else { return .zero }
    return end - now
  }

  /// Queues audio that has arrived.
  ///
  /// - Parameters:
  ///   - payload: wire bytes, whole samples; an empty one changes nothing.
  ///   - now: the time of arrival.
  /// - Returns: the gap that this audio ended, if the line had run dry before it.
  @discardableResult
  public mutating func append(_ payload: [UInt8], at now: MonotonicTime) -> Gap? {
    guard !payload.isEmpty else { return nil }
    var gap: Gap?
    if let end, end >= now {
      // Still playing: heard without a seam.
    } else {
      let start = nextSlice(notBefore: now)
      if let end, !wasCleared, start > end {
        let silence = start - end
        gap = Gap(
          atMs: (end - origin).inTenthsOfMilliseconds, durationMs: silence.inTenthsOfMilliseconds,
          audible: Loudness.isAudible(audio.suffix(sliceBytes), format)
            && Loudness.isAudible(payload.prefix(sliceBytes), format))
      }
      firstAudio = firstAudio ?? start
      runs.append(Run(start: start, offset: audio.count))
    }
    wasCleared = false
    if let gap { gaps.append(gap) }
    audio += payload
    if let run = runs.last, let loud = Loudness.endOfAudible(payload[...], format) {
      lastAudible = start(of: run, plus: audio.count - payload.count + loud - run.offset)
    }
    let short = payload.count % unitBytes
    if short > 0 { audio += Array(repeating: format.encoding.silence, count: unitBytes - short) }
    longestLead = max(longestLead, lead(at: now))
    return gap
  }

  /// Drops what has not started to play: the slice in the ear is finished, the rest is gone.
  ///
  /// - Returns: the bytes dropped and the marks to echo now.
  public mutating func clear(at now: MonotonicTime) -> (droppedBytes: Int, echoes: [String]) {
    guard let run = runs.last, let end, end > now else { return (0, []) }
    let elapsed = max((now - run.start).wholeNanoseconds, 0)
    let slice = Self.slice.wholeNanoseconds
    let started = Int((elapsed + slice - 1) / slice) * sliceBytes
    let dropped = max(audio.count - run.offset - started, 0)
    audio.removeLast(dropped)
    if dropped > 0 { clears += 1 }
    let newEnd = start(of: run, plus: audio.count - run.offset)
    if audio.count == run.offset, runs.count == 1 { firstAudio = nil }
    if audio.count == run.offset { runs.removeLast() }
    lastAudible = lastAudible.map { min($0, newEnd) }
    wasCleared = true
    return (dropped, settleMarks(after: newEnd))
  }

  private mutating func settleMarks(after newEnd: MonotonicTime) -> [String] {
    let orphans = pending.filter { $0.due > newEnd }
    switch marksAtClear {
    case .dropped:
      pending.removeAll { $0.due > newEnd }
      return []
    case .echoedAtOnce:
      pending.removeAll { $0.due > newEnd }
      return orphans.map(\.name)
    case .echoedWhenDue:
      return []
    }
  }

  /// Places a mark behind all audio queued so far.
  ///
  /// - Returns: false where too many marks wait already; this one is forgotten.
  public mutating func mark(_ name: String, at now: MonotonicTime) -> Bool {
    guard pending.count < Self.mostPendingMarks else { return false }
    pending.append(PendingMark(name: name, due: max(end ?? now, now)))
    return true
  }

  /// When the next mark's audio will have been heard.
  public var nextMark: MonotonicTime? { pending.map(\.due).min() }

  /// The next mark whose audio has been heard by `now`, once.
  public mutating func takeMark(at now: MonotonicTime) -> String? {
    guard let index = pending.firstIndex(where: { $0.due <= now }) else { return nil }
    return pending.remove(at: index).name
  }

  /// Bytes of one slice.
  var sliceBytes: Int { format.byteCount(nanoseconds: Self.slice.wholeNanoseconds) }

  private func start(of run: Run, plus bytes: Int) -> MonotonicTime {
    run.start + .nanoseconds(format.nanoseconds(byteCount: bytes))
  }

  private func nextSlice(notBefore time: MonotonicTime) -> MonotonicTime {
    let slice = Self.slice.wholeNanoseconds
    let elapsed = max((time - origin).wholeNanoseconds, 0)
    return origin + .nanoseconds((elapsed + slice - 1) / slice * slice)
  }
}
