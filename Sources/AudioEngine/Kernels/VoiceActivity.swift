internal import CPCMKernels

/// How probable it is that somebody speaks, for each window of 32 ms: the Silero network in integers.
///
/// The same probabilities on every instruction set, however a stream is cut. One value is one stream of
/// 8 or 16 kHz: 1,928 bytes of plain state, no allocation ever. About 20 us a window on AVX2; what it
/// takes where, and how near it comes to the model, is in BENCHMARKS.md.
public struct VoiceActivity: Sendable {
  /// The probability of 1.
  public static let certain = UInt16(PCM_VAD_CERTAIN)
  /// How long a window lasts.
  public static let windowDuration = Duration.milliseconds(32)

  /// The rate of what goes in: 8 or 16 kHz.
  public let rate: SampleRate
  private let kernels: Kernels
  private var state = pcm_vad_state()

  /// Makes the start of a stream, or nil where `rate` is not 8 or 16 kHz.
  public init?(rate: SampleRate, using kernels: Kernels = .best) {
    self.rate = rate
    self.kernels = kernels
    guard unsafe pcm_vad_init(&state, UInt32(rate.hertz)) else { return nil }
  }

  /// The samples of a window: 256 at 8 kHz, 512 at 16 kHz.
  public var windowSampleCount: Int { rate.hertz * 32 / 1_000 }

  /// The windows that the next `sampleCount` samples complete, exactly.
  public func windowCount(sampleCount: Int) -> Int {
    precondition(sampleCount >= 0, "a sample count is not negative")
    return unsafe withUnsafePointer(to: state) { unsafe pcm_vad_count($0, sampleCount) }
  }

  /// Takes the next samples of the stream and judges the windows that they complete.
  ///
  /// - Parameters:
  ///   - samples: any number of samples.
  ///   - probabilities: room for at least ``windowCount(sampleCount:)`` values from 0 to ``certain``,
  ///     written from its start; less traps.
  /// - Returns: the windows judged.
  /// - Complexity: O(`samples.count`). No allocation, no lock.
  public mutating func judge(
    _ samples: Span<Int16>, into probabilities: inout MutableSpan<UInt16>
  ) -> Int {
    precondition(
      probabilities.count >= windowCount(sampleCount: samples.count),
      "a voice detector needs room for windowCount(sampleCount:) probabilities")
    return unsafe samples.withUnsafeBufferPointer { source in
      unsafe probabilities.withUnsafeMutableBufferPointer { destination in
        unsafe kernels.table.pointee.vad(
          destination.baseAddress, source.baseAddress, source.count, &state)
      }
    }
  }

  /// Forgets all samples and all speech: the state at the start of a stream.
  public mutating func reset() {
    unsafe pcm_vad_reset(&state)
  }
}
