import CPCMKernels

/// Our resampler on one instruction set.
@safe final class OurConverter: StreamConverter {
  private var state = pcm_resampler()
  private let resample: Resample

  typealias Resample =
    @convention(c) (
      UnsafeMutablePointer<Int16>?, UnsafePointer<Int16>?, Int, UnsafeMutablePointer<pcm_resampler>?
    ) -> Int

  init(from: Int, to: Int, filter: pcm_filter, table: KernelTable) {
    let isReady = unsafe pcm_resampler_init(&state, UInt32(from), UInt32(to), filter)
    precondition(isReady, "the kernels resample between 8, 16 and 24 kHz only")
    guard let resample = unsafe table.functions.resample else {
      preconditionFailure("\(table.name) has no resampler")
    }
    unsafe self.resample = resample
  }

  func convert(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    unsafe resample(output.baseAddress, input.baseAddress, input.count, &state)
  }
}
