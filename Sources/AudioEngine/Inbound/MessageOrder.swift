/// Where a media message stands in the stream: next, again, or after a hole.
///
/// A platform's numbers are believed only after they have counted up one by one for a while, since
/// documents and traffic disagree about what they mean. A smaller number restarts the counting; it is
/// a repetition only when it and its timestamp have just been seen.
struct MessageOrder {
  struct Place {
    var isDuplicate = false
    /// The hole before the message, in nanoseconds.
    var missing: Int64 = 0
  }

  private static let trustedAfter = 5
  /// An hour: longer holes are holes in the numbering only, and must not overflow.
  private static let longestGap: Int64 = 3_600_000_000_000

  private var lastChunk: Int?
  private var lastTimestamp: Int?
  private var lastDuration: Int64 = 0
  private var steps = 0
  private var timestampSteps = 0
  private var lastArrival: Int64?
  /// RFC 3550, section 6.4.1, in nanoseconds.
  private(set) var jitter: Int64 = 0

  mutating func place(_ timing: MediaTiming, duration: Int64, at now: Int64) -> Place {
    var place = Place()
    if let chunk = timing.chunk {
      place = placeByChunk(chunk, timing.timestampMilliseconds)
    } else if let timestamp = timing.timestampMilliseconds {
      place = placeByTimestamp(timestamp)
    }
    guard !place.isDuplicate else { return place }
    if let lastArrival {
      let difference = abs((now - lastArrival) - lastDuration - place.missing)
      jitter += (difference - jitter) / 16
    }
    lastArrival = now
    lastDuration = duration
    return place
  }

  private mutating func placeByChunk(_ chunk: Int, _ timestamp: Int?) -> Place {
    defer {
      lastChunk = chunk
      lastTimestamp = timestamp
    }
    guard let lastChunk else { return Place() }
    let (step, overflow) = chunk.subtractingReportingOverflow(lastChunk)
    if !overflow, step == 1 {
      steps = min(steps + 1, Self.trustedAfter)
      return Place()
    }
    let trusted = steps == Self.trustedAfter
    if step == 0 && timestamp == lastTimestamp && trusted { return Place(isDuplicate: true) }
    guard trusted, !overflow, step > 1 else {
      steps = 0
      return Place()
    }
    let (missing, tooMuch) = Int64(step - 1).multipliedReportingOverflow(by: lastDuration)
    return Place(missing: tooMuch ? Self.longestGap : min(missing, Self.longestGap))
  }

  private mutating func placeByTimestamp(_ timestamp: Int) -> Place {
    defer { lastTimestamp = timestamp }
    guard let lastTimestamp, lastDuration > 0 else { return Place() }
    let (step, overflow) = timestamp.subtractingReportingOverflow(lastTimestamp)
    let (passed, tooMuch) = Int64(step).multipliedReportingOverflow(by: 1_000_000)
    guard !overflow, !tooMuch else {
      timestampSteps = 0
      return Place()
    }
    let missing = passed - lastDuration
    // Timestamps are whole milliseconds and may be those of the platform's own frames.
    if abs(missing) <= 20_000_000 {
      timestampSteps = min(timestampSteps + 1, Self.trustedAfter)
      return Place()
    }
    let trusted = timestampSteps == Self.trustedAfter
    if step == 0 && trusted { return Place(isDuplicate: true) }
    guard trusted, missing > 0 else {
      timestampSteps = 0
      return Place()
    }
    return Place(missing: min(missing, Self.longestGap))
  }
}
