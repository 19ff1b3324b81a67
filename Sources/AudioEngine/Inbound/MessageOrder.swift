/// Where a media message stands in the stream: next, again, or after a hole.
///
/// Documents and traffic disagree about what a platform's numbers mean, so time decides: where
/// messages carry a clock that has kept up with the audio for a while, a hole is what that clock jumps
/// by, whatever their numbers say. Numbers alone are believed only after they have counted up one by
/// one, and only where no clock is. Who counts back, or anew, is followed and fills nothing.
struct MessageOrder {
  struct Place {
    var isDuplicate = false
    /// The hole before the message, in nanoseconds.
    var missing: Int64 = 0
  }

  static let trustedAfter = 5
  /// An hour: longer holes are holes in the numbering only, and must not overflow.
  static let longestGap: Int64 = 3_600_000_000_000

  private var lastChunk: Int?
  private var lastStep = 0
  private var steps = 0
  private var clock = MessageClock()
  private var lastDuration: Int64 = 0
  private var lastArrival: Int64?
  /// RFC 3550, section 6.4.1, in nanoseconds.
  private(set) var jitter: Int64 = 0

  mutating func place(_ timing: MediaTiming, duration: Int64, at now: Int64) -> Place {
    guard !isRepetition(timing) else { return Place(isDuplicate: true) }
    let missing = missing(before: timing, duration)
    clock.append(missing + duration)
    if let lastArrival {
      let difference = abs((now - lastArrival) - lastDuration - missing)
      jitter += (difference - jitter) / 16
    }
    lastArrival = now
    lastDuration = duration
    return Place(missing: missing)
  }

  /// Whether number and time are those of the message before, and what they count by moves.
  private func isRepetition(_ timing: MediaTiming) -> Bool {
    guard timing.timestampMilliseconds == clock.last else { return false }
    guard let chunk = timing.chunk else { return clock.last != nil && clock.isTrusted }
    guard chunk == lastChunk else { return false }
    return steps == Self.trustedAfter || clock.isTrusted && lastStep > 0
  }

  private mutating func missing(before timing: MediaTiming, _ duration: Int64) -> Int64 {
    let byNumber = timing.chunk.map { missing(byNumber: $0) } ?? 0
    guard let timestamp = timing.timestampMilliseconds else { return byNumber }
    guard let gap = clock.gap(before: timestamp, duration) else {
      return clock.mayBeKept ? 0 : byNumber
    }
    // A gap too short to be told from jitter is one where the numbers say the same.
    let isAgreed = byNumber > 0 && abs(gap.length - byNumber) <= lastDuration / 2
    guard gap.length > 0, gap.isSure || isAgreed else { return 0 }
    clock.leap(by: gap.length)
    return min(gap.length, Self.longestGap)
  }

  private mutating func missing(byNumber chunk: Int) -> Int64 {
    defer { lastChunk = chunk }
    guard let lastChunk else { return 0 }
    let (step, overflow) = chunk.subtractingReportingOverflow(lastChunk)
    lastStep = overflow ? 0 : step
    guard !overflow, step > 0 else {
      steps = 0
      return 0
    }
    if step == 1 { steps = min(steps + 1, Self.trustedAfter) }
    guard steps == Self.trustedAfter else {
      if step > 1 { steps = 0 }
      return 0
    }
    let (missing, tooMuch) = Int64(step - 1).multipliedReportingOverflow(by: lastDuration)
    return tooMuch ? Self.longestGap : min(missing, Self.longestGap)
  }
}

/// A platform's time stamps beside the line of audio that was made of its messages.
///
/// The two are compared as sums from an anchor on, not step by step: messages that were stamped as
/// they left a queue in a bunch then give back what the first of them seemed to be late.
private struct MessageClock {
  /// A time that goes back by more starts anew; less is jitter.
  private static let longestStepBack: Int64 = -100_000_000
  /// A clock that falls behind the audio by more was not the audio's.
  private static let longestLag: Int64 = -1_000_000_000
  /// Stamps are whole milliseconds and may be those of the platform's own frames.
  private static let leastGap: Int64 = 10_000_000
  /// So that what looks like jitter cannot hide ever longer holes.
  private static let mostJitter: Int64 = 50_000_000

  private(set) var last: Int?
  private var lastStep = 0
  /// What the clock was ahead of the audio at its last stamp, in nanoseconds.
  private var lead: Int64 = 0
  /// Audio since then.
  private var appended: Int64 = 0
  private var anchorDuration: Int64 = 0
  /// The mean of what jitter makes of the lead.
  private var deviation: Int64 = 20_000_000
  private var steps = 0
  /// Above 0 where the stamps fit the messages' ends better than their starts.
  private var endings = 0
  private var isSteady = false
  private var wasTrusted = false

  /// Whether the clock has kept up with the audio for a while.
  var isTrusted: Bool { steps == MessageOrder.trustedAfter }

  /// Whether this is, or was, a clock, though it is not trusted now: it runs evenly by a measure of its
  /// own, or began anew.
  var mayBeKept: Bool { wasTrusted || isSteady }

  mutating func append(_ nanoseconds: Int64) {
    // Without a stamp there is nothing to measure from.
    if last != nil { appended = min(appended + nanoseconds, MessageOrder.longestGap) }
  }

  /// Takes the stamp of a message of `duration`.
  ///
  /// - Returns: by how much the clock is ahead of the audio, and whether that is beyond doubt a hole;
  ///   nil while the clock is not trusted.
  mutating func gap(
    before stamp: Int, _ duration: Int64
  ) -> (length: Int64, isSure: Bool)? {
    guard let last else {
      begin(at: stamp, duration)
      return nil
    }
    let (step, overflow) = stamp.subtractingReportingOverflow(last)
    let (passed, tooMuch) = Int64(step).multipliedReportingOverflow(by: 1_000_000)
    isSteady = step > 0 && step == lastStep
    lastStep = step
    guard !overflow, !tooMuch, passed > Self.longestStepBack, passed < .max / 2 else {
      begin(at: stamp, duration)
      return nil
    }
    let early = lead + passed - appended
    // Some platforms stamp a message's end: with messages of many lengths only one of the two fits.
    let late = early + anchorDuration - duration
    let isLate = late.magnitude < early.magnitude
    let error = (isTrusted ? endings > 0 : isLate) ? late : early
    if late != early { endings = min(max(endings + (isLate ? 1 : -1), -8), 8) }
    let doubt = max(6 * deviation, Self.leastGap)
    guard error > Self.longestLag, isTrusted || error.magnitude <= 2 * duration.magnitude else {
      begin(at: stamp, duration)
      return nil
    }
    self.last = stamp
    appended = 0
    lead = early
    // In a bunch, whose stamps hardly move, the lag is no jitter.
    if error.magnitude <= doubt, 2 * passed >= duration {
      deviation += (min(abs(error), Self.mostJitter) - deviation) / 8
      // The clock's own drift, and the jitter of the stamp that all others were measured from.
      lead -= error / 16
    }
    if !isTrusted {
      if step > 0 { steps += 1 }
      wasTrusted = wasTrusted || isTrusted
      return nil
    }
    return (error, error > doubt)
  }

  /// A hole of `nanoseconds` was made good.
  mutating func leap(by nanoseconds: Int64) {
    lead -= nanoseconds
    // The hole itself is appended to the audio, but it lies before the stamp.
    appended -= min(nanoseconds, MessageOrder.longestGap)
  }

  private mutating func begin(at stamp: Int, _ duration: Int64) {
    last = stamp
    lead = 0
    appended = 0
    anchorDuration = duration
    deviation = 20_000_000
    steps = 0
  }
}
