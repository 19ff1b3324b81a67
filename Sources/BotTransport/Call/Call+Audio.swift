public import AudioEngine
import Telephony

extension Call {
  /// The caller's audio, each frame as much as has arrived: one frame a message where the bot keeps
  /// up.
  public nonisolated var audio: CallAudio { CallAudio(call: self, sampleCount: nil) }

  /// The caller's audio in frames of exactly `duration`, as recognisers and voice detectors want it:
  /// 10, 20, 30 or 32 ms. What is left at the end of the call and fills no frame is not given.
  public nonisolated func audio(
    frame duration: Duration, at rate: SampleRate
  ) -> CallAudio {
    let count = rate.sampleCount(nanoseconds: duration.wholeNanoseconds)
    return CallAudio(call: self, sampleCount: max(count, 1))
  }

  /// The next frame; nil at the end of the call or when the task is cancelled.
  func nextFrame(_ count: Int?) async -> AudioFrame? {
    while !Task.isCancelled {
      if let frame = readFrame(count) { return frame }
      guard session.isLive else { return nil }
      await withTaskCancellationHandler {
        unsafe await withUnsafeContinuation { continuation in
          if Task.isCancelled || !session.isLive || hasFrame(count) {
            unsafe continuation.resume()
          } else {
            unsafe waiters.addReader(continuation)
          }
        }
      } onCancel: {
        loop.perform { [weak self] in self?.assumeIsolated { $0.waiters.wakeReader() } }
      }
    }
    return nil
  }

  private func hasFrame(_ count: Int?) -> Bool {
    (session.media?.readableCount ?? 0) >= max(count ?? 1, 1)
  }

  /// A frame of `count` samples, or of all there are, at most a second.
  private func readFrame(_ count: Int?) -> AudioFrame? {
    guard let readable = session.media?.readableCount, readable > 0,
      let rate = session.media?.configuration.botRate
    else { return nil }
    let wanted = count ?? min(readable, rate.hertz)
    guard readable >= wanted else { return nil }
    let samples = unsafe [Int16](
      unsafeUninitializedCapacity: wanted
    ) { buffer, filled in
      var span = unsafe buffer.mutableSpan
      filled = session.media?.read(into: &span) ?? 0
    }
    return AudioFrame(samples: samples, rate: rate)
  }
}
