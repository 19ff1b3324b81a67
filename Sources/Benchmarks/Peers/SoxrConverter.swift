import CPeers

/// soxr at one of its qualities, int16 in and out, without dither, which would cost it 5 dB.
@safe final class SoxrConverter: StreamConverter {
  private let state: soxr_t

  init(from: Int, to: Int, quality: Int32) {
    var format = unsafe soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I)
    unsafe format.flags = UInt(SOXR_NO_DITHER)
    var filter = unsafe soxr_quality_spec(UInt(quality), 0)
    guard
      let state = unsafe soxr_create(Double(from), Double(to), 1, nil, &format, &filter, nil)
    else {
      preconditionFailure("soxr has no converter from \(from) to \(to)")
    }
    unsafe self.state = state
  }

  deinit { unsafe soxr_delete(state) }

  func convert(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    var taken = 0
    var given = 0
    let error = unsafe soxr_process(
      state, input.baseAddress, input.count, &taken, output.baseAddress, output.count, &given)
    precondition(unsafe error == nil && taken == input.count, "soxr left input: give it more room")
    return given
  }
}
