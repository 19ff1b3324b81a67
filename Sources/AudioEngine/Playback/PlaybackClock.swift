/// When each sent byte can be heard at the earliest: a platform that gets a chunk plays it at once,
/// or right after what it already holds, at the rate of the wire.
///
/// Sent audio forms *runs* that play without a hole. A run keeps its first position and the time its
/// playing starts, and every time is computed from these, so an hour of speech drifts by nothing.
/// All figures are limits: the true ear is later by the platform's latency, never earlier.
struct PlaybackClock {
  struct Run {
    var start: Int
    var end: Int
    /// Silence after `end` that pads the run's last chunk.
    var padding: Int
    var playStart: Int64
  }

  private let format: WireFormat
  private var runs = FIFO<Run>()
  /// What had been heard before the oldest run kept.
  private var floor = 0
  /// Runs beyond this many are merged into the floor; a call underruns rarely.
  private static let mostRuns = 64

  init(format: WireFormat) {
    self.format = format
  }

  /// When the ear will have caught up with everything sent; nil before anything was sent.
  var earEnd: Int64? {
    guard let last = runs.last else { return nil }
    return playEnd(last)
  }

  /// Notes that `audio` and `padding` bytes of silence after it have left at `now`.
  mutating func sent(_ audio: Range<Int>, padding: Int, at now: Int64) {
    if var last = runs.last, now <= playEnd(last) {
      if last.padding == 0 && last.end == audio.lowerBound {
        last.end = audio.upperBound
        last.padding = padding
        runs[runs.count - 1] = last
      } else {
        append(Run(audio, padding: padding, playStart: playEnd(last)))
      }
      return
    }
    append(Run(audio, padding: padding, playStart: now))
  }

  /// The position that the ear cannot have passed at `now`.
  func limit(at now: Int64) -> Int {
    var index = runs.count - 1
    while index >= 0 {
      let run = runs[index]
      if now >= run.playStart {
        return min(run.end, run.start + format.byteCount(nanoseconds: now - run.playStart))
      }
      index -= 1
    }
    return floor
  }

  /// Forgets what is over: the platform was told to drop what it holds, the next speech starts at
  /// `position`.
  mutating func cleared(position: Int) {
    runs.removeAll()
    floor = position
  }

  /// Lets go of runs that ended before `now` and are not the newest.
  mutating func forget(before now: Int64) {
    while runs.count > 1, let oldest = runs.first, runs[1].playStart <= now {
      floor = oldest.end
      runs.removeFirst()
    }
  }

  private func playEnd(_ run: Run) -> Int64 {
    run.playStart + format.nanoseconds(byteCount: run.end - run.start + run.padding)
  }

  private mutating func append(_ run: Run) {
    if runs.count == Self.mostRuns, let oldest = runs.removeFirst() { floor = oldest.end }
    runs.append(run)
  }
}

extension PlaybackClock.Run {
  init(_ audio: Range<Int>, padding: Int, playStart: Int64) {
    self.init(
      start: audio.lowerBound, end: audio.upperBound, padding: padding, playStart: playStart)
  }
}
