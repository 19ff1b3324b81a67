import CSpeexDSP

/// libspeexdsp's resampler at one of its qualities, 0 to 10.
@safe final class SpeexConverter: StreamConverter {
  private let state: OpaquePointer

  init(from: Int, to: Int, quality: Int32) {
    guard let state = unsafe speex_resampler_init(1, UInt32(from), UInt32(to), quality, nil) else {
      preconditionFailure("libspeexdsp has no converter from \(from) to \(to)")
    }
    unsafe self.state = state
  }

  deinit { unsafe speex_resampler_destroy(state) }

  func convert(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    var taken = UInt32(input.count)
    var given = UInt32(output.count)
    unsafe speex_resampler_process_int(
      state, 0, input.baseAddress, &taken, output.baseAddress, &given)
    precondition(Int(taken) == input.count, "libspeexdsp left input: give it more room")
    return Int(given)
  }
}
