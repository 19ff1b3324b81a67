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
