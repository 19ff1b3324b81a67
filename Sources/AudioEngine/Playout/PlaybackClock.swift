/// When each sent byte is heard: at the earliest, because a platform plays a chunk at once or right
/// after what it already holds, at the rate of the wire; and at the latest but for the platform's
/// latency, should it have lost a clear and play what that was to drop first.
///
/// All that leaves, padding included, is one *stream* of bytes. An ``Anchor`` ties one place of the
/// stream to a time, and every other time and place is one multiplication away from an anchor: nothing
/// is added up from rounded times, so neither an hour of speech nor a thousand padded tails drift. A
/// sample counts as heard at its end, rounded down to the nanosecond, as everywhere in the engine.
struct PlaybackClock {
  /// The stream's byte at `offset` begins to be heard at `time`.
  struct Anchor {
    var time: Int64
    let offset: Int
  }

  /// Audio with its padding behind it, which plays without a hole.
  struct Run {
    /// Positions of the audio in the session's speech.
    var start: Int
    var end: Int
    /// Where it begins in the stream.
    let offset: Int
    let anchor: Anchor
  }

  private let format: WireFormat
  /// Those that have not been heard for long, oldest first; each lasts as long as a chunk at least, and
  /// ``forget(before:)`` bounds how long they are kept.
  private var runs = FIFO<Run>()
  /// What had been heard before the oldest run kept.
  private var floor = 0
  /// The stream's end.
  private(set) var left = 0
  /// Should the newest clear have been lost, what left after it is not heard before this.
  private var remnant: Anchor?

  init(format: WireFormat) {
    self.format = format
  }

  /// The position after everything sent.
  var end: Int { runs.last?.end ?? floor }

  /// When the ear will have caught up with everything sent; nil before anything was sent.
  private(set) var earEnd: Int64?

  /// The same if every clear was lost of which nothing is known.
  var latestEnd: Int64? { earEnd.map { latest($0, offset: left) } }

  /// Where the newest audio begins in the stream that plays without a hole.
  var runOffset: Int { runs.last?.anchor.offset ?? left }

  /// When the ear is at `position` of the newest audio at the earliest; nil where that lies elsewhere.
  func time(at position: Int) -> Int64? {
    guard let run = runs.last, (run.start...run.end).contains(position) else { return nil }
    return time(of: run.offset + position - run.start, after: run.anchor)
  }

  /// Notes that `audio` and `padding` bytes of silence after it have left at `now`.
  mutating func sent(_ audio: Range<Int>, padding: Int, at now: Int64) {
    var anchor = Anchor(time: now, offset: left)
    var isBehind = false
    if let last = runs.last, let earEnd, now <= earEnd {
      anchor = last.anchor
      isBehind = last.end == audio.lowerBound && left - last.offset == last.end - last.start
    }
    if isBehind {
      runs.update(runs.count - 1) { $0.end = audio.upperBound }
    } else {
      runs.append(
        Run(start: audio.lowerBound, end: audio.upperBound, offset: left, anchor: anchor))
    }
    left += audio.count + padding
    earEnd = time(of: left, after: anchor)
  }

  /// The position that the ear cannot have passed at `now`: a sample that has begun counts.
  func limit(at now: Int64) -> Int {
    position { anchor in
      guard now > anchor.time else { return now == anchor.time ? 0 : nil }
      return format.byteCount(nanoseconds: now - anchor.time - 1) + format.encoding.bytesPerSample
    }
  }

  /// The position that the ear has passed at `now`, clears that may have been lost counted as lost,
  /// if the platform has no latency.
  func passed(at now: Int64) -> Int {
    func passed(_ anchor: Anchor) -> Int? {
      now < anchor.time ? nil : format.byteCount(nanoseconds: now - anchor.time)
    }
    guard let remnant else { return position(heard: passed) }
    return position(before: passed(remnant).map { remnant.offset + $0 } ?? .min, heard: passed)
  }

  /// When the stream's byte at `offset` is heard, earliest at `earliest`, if clears that may have been
  /// lost were.
  func latest(_ earliest: Int64, offset: Int) -> Int64 {
    remnant.map { max(earliest, time(of: offset, after: $0)) } ?? earliest
  }

  /// The stream has been heard up to `offset` by `time`: no more can lie in front of it than that
  /// leaves room for.
  mutating func heard(upTo offset: Int, by time: Int64) {
    guard let known = remnant else { return }
    let most = time - (self.time(of: offset, after: known) - known.time)
    remnant?.time = min(known.time, most)
  }

  /// The platform was told to drop what it holds; the next speech starts at `position`. Until it is
  /// known that it did, what it held may be heard first.
  mutating func cleared(position: Int) {
    if let latestEnd { remnant = Anchor(time: latestEnd, offset: left) }
    runs.removeAll()
    earEnd = nil
    floor = position
  }

  /// The platform has dropped what every clear so far told it to.
  mutating func obeyed() {
    remnant = nil
  }

  /// Lets go of runs that ended before `now` and are not the newest.
  mutating func forget(before now: Int64) {
    while runs.count > 1, let oldest = runs.first, isHeard(upTo: runs[1], by: now) {
      floor = oldest.end
      runs.removeFirst()
    }
    // Where the oldest run is not held up, none after it is.
    if let first = runs.first, remnant != nil {
      let start = time(of: first.offset, after: first.anchor)
      if latest(start, offset: first.offset) == start { remnant = nil }
    }
  }

  private func isHeard(upTo run: Run, by now: Int64) -> Bool {
    latest(time(of: run.offset, after: run.anchor), offset: run.offset) <= now
  }

  /// The position where the ear is when so many bytes from an anchor on have been heard, nil where the
  /// anchor's time has not come; never beyond `bound` in the stream.
  private func position(before bound: Int = .max, heard: (Anchor) -> Int?) -> Int {
    var index = runs.count - 1
    while index >= 0 {
      let run = runs[index]
      if let bytes = heard(run.anchor) {
        let reached = min(run.anchor.offset + bytes, bound)
        if reached >= run.offset { return min(run.end, run.start + reached - run.offset) }
      }
      index -= 1
    }
    return floor
  }

  private func time(of offset: Int, after anchor: Anchor) -> Int64 {
    anchor.time + format.nanoseconds(byteCount: offset - anchor.offset)
  }
}
