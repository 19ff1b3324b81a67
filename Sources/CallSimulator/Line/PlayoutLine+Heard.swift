public import AudioEngine

extension PlayoutLine {
  /// What the caller heard from the stream's first moment to the last audio, silence where there
  /// was none.
  ///
  /// - Parameter now: audio that would be played later is left out; nil takes all that is queued.
  /// - Returns: the sound, possibly of zero samples.
  /// - Complexity: O(samples heard), allocates them.
  public func heard(until now: MonotonicTime? = nil) -> WaveFile {
    let bytesPerSample = format.encoding.bytesPerSample
    var line: [UInt8] = []
    for (index, run) in runs.enumerated() {
      let nextOffset = index + 1 < runs.count ? runs[index + 1].offset : audio.count
      let at = format.byteCount(nanoseconds: (run.start - origin).wholeNanoseconds)
      if at > line.count {
        line += Array(repeating: format.encoding.silence, count: at - line.count)
      }
      line += audio[run.offset..<nextOffset]
    }
    if let now {
      let limit = format.byteCount(nanoseconds: (now - origin).wholeNanoseconds)
      line.removeLast(max(line.count - limit / bytesPerSample * bytesPerSample, 0))
    }
    return WaveFile(format, wire: line.span)
  }

  /// What the caller hears from one time to another, silence where nothing is played; what is to come may
  /// still change.
  ///
  /// - Returns: samples at the stream's rate, so many as the time has, to the sample.
  /// - Complexity: O(time + runs of audio since it), allocates the samples.
  public func heard(from start: MonotonicTime, until end: MonotonicTime) -> [Int16] {
    func place(_ time: MonotonicTime) -> Int {
      format.byteCount(nanoseconds: max((time - origin).wholeNanoseconds, 0))
    }
    let range = place(start)..<max(place(end), place(start))
    var sound = [UInt8](repeating: format.encoding.silence, count: range.count)
    var offsetAfter = audio.count
    for run in runs.reversed() {
      let at = place(run.start)
      let first = max(at, range.lowerBound)
      let last = min(at + offsetAfter - run.offset, range.upperBound)
      if first < last {
        sound.replaceSubrange(
          (first - range.lowerBound)..<(last - range.lowerBound),
          with: audio[(run.offset + first - at)..<(run.offset + last - at)])
      }
      if at <= range.lowerBound { break }
      offsetAfter = run.offset
    }
    return WaveFile(format, wire: sound.span).samples
  }

  /// What the caller heard without a seam, each stretch with its time since the stream's start; audio that
  /// would be played after `end` is left out.
  func stretches(until end: MonotonicTime?) -> [(start: Duration, audio: ArraySlice<UInt8>)] {
    runs.indices.compactMap { index in
      let run = runs[index]
      let next = index + 1 < runs.count ? runs[index + 1].offset : audio.count
      let most = end.map { end in
        format.byteCount(nanoseconds: max((end - run.start).wholeNanoseconds, 0))
      }
      let last = min(next, run.offset + (most ?? audio.count))
      return last > run.offset ? (run.start - origin, audio[run.offset..<last]) : nil
    }
  }

  /// How much queued audio the caller has not heard by `now`.
  public func unheard(at now: MonotonicTime) -> Duration {
    guard let run = runs.last else { return .zero }
    let queued = Duration.nanoseconds(format.nanoseconds(byteCount: audio.count - run.offset))
    return run.start > now ? queued : lead(at: now)
  }

  /// The same in bytes, to the sample.
  public func unheardBytes(at now: MonotonicTime) -> Int {
    guard let run = runs.last else { return 0 }
    let heard = format.byteCount(nanoseconds: (now - run.start).wholeNanoseconds)
    return max(audio.count - run.offset - heard, 0)
  }

  /// How long the caller heard audio, gaps not counted.
  public func heardDuration(at now: MonotonicTime) -> Duration {
    .nanoseconds(format.nanoseconds(byteCount: audio.count)) - unheard(at: now)
  }
}
