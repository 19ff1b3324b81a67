public import AudioEngine

/// One thing the bot says. Its methods act on the call's loop.
///
/// What is written may come in any pieces, of any length and any rate: it is heard as one unbroken
/// sound. A full queue does what the call's policy says: it lets the writer wait, refuses with
/// ``SpeechError/full``, or drops the oldest. An interruption and the end of the call wake whoever waits.
public struct Utterance: Sendable {
  let call: any MediaCall
  /// The utterance's epoch.
  public let epoch: Epoch

  /// Says more.
  ///
  /// - Parameters:
  ///   - samples: any number.
  ///   - rate: theirs; the utterance's own where nil.
  /// - Throws: ``SpeechError/interrupted`` when the utterance is over, and why else it was not taken.
  public func write(_ samples: [Int16], at rate: SampleRate? = nil) async throws(SpeechError) {
    try await call.write(samples, at: rate, to: epoch)
  }

  /// Says a stretch of audio at its own rate.
  ///
  /// - Throws: as ``write(_:at:)``.
  public func write(_ frame: AudioFrame) async throws(SpeechError) {
    try await call.write(frame.samples, at: frame.rate, to: epoch)
  }

  /// Says a recording at its own rate.
  ///
  /// - Throws: as ``write(_:at:)``.
  public func write(_ file: WaveFile) async throws(SpeechError) {
    try await call.write(file.samples, at: file.rate, to: epoch)
  }

  /// Says more: samples as a stream of bytes carries them, 16 bits little-endian, mono, without a header.
  /// They may be cut anywhere: half a sample waits for the next bytes.
  ///
  /// - Parameters:
  ///   - bytes: `[UInt8]`, `Data`, a slice.
  ///   - rate: their samples'; the utterance's own where nil.
  /// - Throws: as ``write(_:at:)``.
  public func write(
    pcm bytes: some Collection<UInt8>, at rate: SampleRate? = nil
  ) async throws(SpeechError) {
    let samples = await call.samples(of: Array(bytes), in: epoch)
    try await call.write(samples, at: rate, to: epoch)
  }

  /// Names the place after what was written so far; ``CallEvent/markEnded(name:in:_:)`` tells when it
  /// was heard.
  public func mark(_ name: String) async throws(SpeechError) {
    try await call.mark(name, in: epoch)
  }

  /// Says which words lie between two places, so that an interruption can tell which were heard.
  public func attach(
    text: String, from start: Duration, to end: Duration
  ) async throws(SpeechError) {
    try await call.attach(text: text, from: start, to: end, in: epoch)
  }

  /// Says nothing more. Finishing twice does nothing.
  public func finish() async throws(SpeechError) {
    try await call.finish(epoch)
  }

  /// How the utterance ended, once it has. The newest 64 are remembered: of an older one it is said that
  /// nothing is known to have been heard.
  public var outcome: UtteranceOutcome {
    get async { await call.outcome(of: epoch) }
  }
}
