/// Recording a call: the caller on one channel, on the other the bot as he heard it.
extension MediaSession {
  /// Begins a recording of what is said and heard from `now` on; one that runs already goes on.
  ///
  /// It costs what some seconds of both channels take in the wire's format, and a copy of every payload.
  /// Take what it has with ``takeRecording(at:atLeast:)`` as the call goes on.
  public mutating func beginRecording(at now: MonotonicTime) {
    guard recorder == nil, !isClosed else { return }
    recorder = Recorder(configuration.wire, from: now)
    inbound.beginRecording()
  }

  /// Whether a recording runs, or is over and was not taken to its end.
  public var isRecording: Bool { recorder != nil }

  /// The recording's next piece.
  ///
  /// Pieces follow each other without a hole, some two seconds behind the ear, ten where the platform
  /// sends nothing. After ``close(at:)`` the last one is given, up to the very moment, and the recording is
  /// over.
  ///
  /// - Parameters:
  ///   - now: the time.
  ///   - least: while the call goes on nothing shorter is given.
  /// - Returns: nil while there is too little, and behind the last piece.
  public mutating func takeRecording(
    at now: MonotonicTime, atLeast least: Duration = .seconds(1)
  ) -> RecordedStretch? {
    let count = configuration.wire.rate.sampleCount(nanoseconds: least.wholeNanoseconds)
    let stretch = recorder?.take(at: now, atLeast: max(count, 1))
    if stretch == nil, recorder?.isFinished ?? false { recorder = nil }
    return stretch
  }

  /// Ends the recording at `now`, while the call may go on; ``takeRecording(at:atLeast:)`` gives the rest.
  public mutating func endRecording(at now: MonotonicTime) {
    recorder?.finish(at: now)
  }

  /// Audio of the caller that came faster than anybody speaks, and which the running recording has left
  /// out; the rest of the call keeps its time.
  public var leftOutOfRecording: Duration {
    .nanoseconds(configuration.wire.rate.nanoseconds(sampleCount: recorder?.skipped ?? 0))
  }

  /// Copies a chunk that leaves, to be heard from `start` on.
  mutating func record(_ chunk: LegalChunk, playedFrom start: MonotonicTime) {
    guard let recorder else { return }
    recorder.beginsToPlay(at: start)
    speech.queue.forEachPiece(in: chunk.position..<chunk.audioEnd) { recorder.plays($0) }
    recorder.playsSilence(byteCount: chunk.paddingByteCount)
  }
}
