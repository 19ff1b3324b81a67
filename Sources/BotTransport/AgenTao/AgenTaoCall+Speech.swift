public import AudioEngine
public import Telephony

// Speaking, with this platform's errors.
extension AgenTaoCall {
  /// Begins an utterance; one that is still open is finished first.
  ///
  /// - Throws: ``AgenTaoSendError``: the call is over, being left, or not answered.
  public func say(_ options: UtteranceOptions) throws(AgenTaoSendError) -> Utterance {
    try session.checkMaySpeak()
    do { return try begin(options) } catch { throw sendError(error) }
  }

  /// Sends audio that belongs to no utterance of the bot's own, of any rate; see ``MediaCall/send(_:)``.
  /// A full queue does what ``AgenTaoCallConfiguration/whenFull`` says.
  ///
  /// - Throws: ``AgenTaoSendError``.
  public func send(_ frame: AudioFrame) async throws(AgenTaoSendError) {
    try session.checkMaySpeak()
    do {
      try await write(frame.samples, at: frame.rate, to: nil)
    } catch {
      throw sendError(error)
    }
  }

  /// Takes all of the samples, at the bot's rate, or none, at once, whatever the policy of a full queue;
  /// the rest as ``send(_:)``.
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
      throw sendError(error)
    }
    mediaChanged()
  }

  /// Speech that waits here to be sent, in wire bytes; what the server holds is not among it.
  public var queuedByteCount: Int { session.queueBytes.queued }

  private var bufferFull: AgenTaoSendError {
    let queue = session.queueBytes
    return .bufferFull(capacityBytes: queue.capacity, queuedBytes: queue.queued)
  }

  private func sendError(_ error: SpeechError) -> AgenTaoSendError {
    switch error {
    case .full: bufferFull
    case .closed, .unidirectional:
      session.state.termination.map { .callClosed($0) } ?? .bufferClosed
    case .interrupted, .finished, .unknownEpoch: .utteranceOver
    case .unsupportedRate: .unsupportedRate
    }
  }
}
