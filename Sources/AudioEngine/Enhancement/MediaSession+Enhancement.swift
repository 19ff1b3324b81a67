/// The caller's audio without echo and noise, before his detector and the bot hear it.
extension MediaSession {
  /// Cleans what has arrived, in whole frames; what lacks some of a frame waits for the rest.
  mutating func enhance(at now: MonotonicTime) {
    guard let stage else { return }
    inbound.clean(with: stage, at: now)
    statistics.inbound.echoDelay = stage.echoDelay
    statistics.inbound.echoRealignments = stage.realignments
  }

  /// Remembers a chunk that leaves, to be heard from `start` on: its echo will come.
  func expectEcho(of chunk: LegalChunk, playedFrom start: MonotonicTime) {
    guard let stage else { return }
    stage.beginsToPlay(at: start)
    speech.queue.forEachPiece(in: chunk.position..<chunk.audioEnd) { stage.plays($0) }
    stage.playsSilence(
      sampleCount: chunk.paddingByteCount / configuration.wire.encoding.bytesPerSample)
  }
}
