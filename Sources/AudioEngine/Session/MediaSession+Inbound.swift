/// Caller audio.
extension MediaSession {
  /// Takes the payload of one media message.
  ///
  /// - Parameters:
  ///   - base64: the payload's text, without quotes and escapes.
  ///   - timing: what the platform says of the message's place in the stream.
  ///   - now: when it arrived.
  /// - Returns: what became of it. A payload that is not base64 is dropped whole and counted.
  /// - Complexity: O(n). Allocates only for the waiting audio to grow.
  public mutating func receive(
    _ base64: RawSpan, timing: MediaTiming = MediaTiming(), at now: MonotonicTime
  ) -> ReceiveResult {
    guard !isClosed else { return .closed }
    return heard(
      inbound.receive(base64, timing: timing, at: now, statistics: &statistics.inbound), at: now)
  }

  /// Takes the payload of one binary media message: wire bytes as they are, of any number. Half a
  /// sample at the end waits for the next payload. Else as ``receive(_:timing:at:)``.
  public mutating func receive(
    payload: RawSpan, timing: MediaTiming = MediaTiming(), at now: MonotonicTime
  ) -> ReceiveResult {
    guard !isClosed else { return .closed }
    return heard(
      inbound.receive(
        payload: payload, timing: timing, at: now, statistics: &statistics.inbound), at: now)
  }

  /// Lets the detector listen to what was taken.
  private mutating func heard(_ result: ReceiveResult, at now: MonotonicTime) -> ReceiveResult {
    // Taken out and put back, so that its box has one owner and is changed in place.
    if result == .taken, var detector = detector.take() {
      let edge = inbound.listen(with: &detector)
      self.detector = detector
      if let edge { hear(edge, at: now) }
    }
    return result
  }

  private mutating func hear(_ edge: SpeechEdge, at now: MonotonicTime) {
    events.append(.callerSpeech(edge))
    guard bargesIn, edge == .began, case .interrupted(let interruption) = interrupt(at: now)
    else { return }
    events.append(.bargedIn(interruption))
  }

  /// Caller audio that can be read now, in samples at the bot's rate.
  public var readableCount: Int { inbound.available }

  /// Reads caller audio at the bot's rate into `frame`, from its start.
  ///
  /// - Returns: the samples written, at most `frame.count`; fewer when less has arrived.
  /// - Complexity: O(`frame.count`). Allocates nothing.
  public mutating func read(into frame: inout MutableSpan<Int16>) -> Int {
    inbound.read(into: &frame)
  }
}
