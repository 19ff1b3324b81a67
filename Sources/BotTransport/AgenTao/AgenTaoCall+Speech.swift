public import AudioEngine
public import Telephony

// Speaking, with this platform's errors.
extension AgenTaoCall {
  /// Throws while the call is not answered, over, or being left.
  public func checkMaySpeak() throws(AgenTaoSendError) { try session.checkMaySpeak() }

  /// Takes all of the samples, at the bot's rate, or none, at once, whatever the policy of a full queue;
  /// the rest as ``MediaCall/send(_:)``.
  ///
  /// - Throws: ``AgenTaoSendError/bufferFull(capacityBytes:queuedBytes:)`` where they do not fit.
  public func enqueue(_ samples: [Int16]) throws(AgenTaoSendError) {
    try session.checkMaySpeak()
    let room = session.media.writableDuration.wholeNanoseconds
    let rate = session.media.configuration.botRate
    // A nanosecond more, since the way through time rounds down.
    guard samples.count <= rate.sampleCount(nanoseconds: room + 1) else { throw bufferFull }
    let open = session.media.openEpoch
    do {
      let piece = try voice.input.convert(
        samples, 0..<samples.count, from: rate, to: voice.input.rate(of: open) ?? rate, in: open)
      _ = try session.media.write(piece.samples.span.extracting(piece.range), at: loop.now)
    } catch {
      throw speakingError(error)
    }
    mediaChanged()
  }

  /// Speech that waits here to be sent, in wire bytes; what the server holds is not among it.
  public var queuedByteCount: Int { session.queueBytes.queued }

  private var bufferFull: AgenTaoSendError {
    let queue = session.queueBytes
    return .bufferFull(capacityBytes: queue.capacity, queuedBytes: queue.queued)
  }

  /// A refusal of the media's, as this platform's calls tell it.
  public func speakingError(_ error: SpeechError) -> AgenTaoSendError {
    switch error {
    case .full: bufferFull
    case .closed, .unidirectional:
      session.state.termination.map { .callClosed($0) } ?? .bufferClosed
    case .interrupted, .finished, .unknownEpoch: .utteranceOver
    case .unsupportedRate: .unsupportedRate
    }
  }
}
