internal import CPCMKernels

/// The integer resampler between 8, 16 and 24 kHz as a value that can be copied: for detectors, which a
/// session holds in a box. Everybody else takes ``Resampler``.
struct FixedResampler: Sendable {
  private let kernels: Kernels
  private var state = pcm_resampler()

  /// nil where the rates are equal or one is not 8, 16 or 24 kHz.
  init?(from: SampleRate, to: SampleRate, using kernels: Kernels) {
    self.kernels = kernels
    guard
      unsafe pcm_resampler_init(
        &state, UInt32(from.hertz), UInt32(to.hertz), PCM_FILTER_STANDARD)
    else { return nil }
  }

  /// Resamples the next piece of `input`, for rates of which the second is the lower one.
  ///
  /// - Parameters:
  ///   - input: all of it.
  ///   - start: where the piece begins; is moved behind it.
  ///   - room: takes what the piece becomes.
  /// - Returns: how many samples that are; nil behind the end.
  mutating func next(
    of input: Span<Int16>, from start: inout Int, into room: inout InlineArray<512, Int16>
  ) -> Int? {
    guard start < input.count else { return nil }
    let end = min(start + 480, input.count)
    defer { start = end }
    var span = room.mutableSpan
    return resample(input.extracting(start..<end), into: &span)
  }

  /// As ``Resampler/resample(_:into:)``: less room than that call's bound traps. Allocates nothing.
  mutating func resample(_ input: Span<Int16>, into output: inout MutableSpan<Int16>) -> Int {
    let bound = unsafe withUnsafePointer(to: state) {
      unsafe pcm_resample_bound($0, input.count)
    }
    precondition(output.count >= bound, "a resampler needs room for its bound")
    return unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { destination in
        unsafe kernels.table.pointee.resample(
          destination.baseAddress, source.baseAddress, source.count, &state)
      }
    }
  }
}
