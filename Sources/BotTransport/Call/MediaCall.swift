import AudioEngine

/// What ``CallAudio`` and ``Utterance`` ask of the call they belong to, on whatever platform.
protocol MediaCall: Actor {
  /// The next frame of `count` samples, or of all there are; nil at the end of the call.
  func nextFrame(_ count: Int?) async -> AudioFrame?
  /// Writes to an utterance, waiting for room.
  func write(_ samples: [Int16], to epoch: Epoch) async throws(SpeechError)
  /// Names a place in an utterance.
  func mark(_ name: String, in epoch: Epoch) async throws(SpeechError)
  /// Attaches text to a stretch of an utterance.
  func attach(
    text: String, from start: Duration, to end: Duration, in epoch: Epoch
  ) async throws(SpeechError)
  /// Finishes an utterance.
  func finish(_ epoch: Epoch) async throws(SpeechError)
  /// Waits for an utterance's end.
  func outcome(of epoch: Epoch) async -> UtteranceOutcome
}

extension Call: MediaCall {}
