internal import CSpeexDSP

/// libspeexdsp's resampler, with its delay hidden and its output counted.
///
/// Sendable because it has one owner, a noncopyable ``Resampler``, whose mutation is exclusive.
@safe final class GeneralResampler: @unchecked Sendable {
  private let state: OpaquePointer
  private let from: Int
  private let to: Int
  /// Half the filter, in input samples: what output lags behind, and what a stream is short of at its end.
  private let latency: Int
  private var consumed = 0
  private var produced = 0

  /// Zeros that drive the last output out, so many at a time.
  private static let flushStep = 64

  /// Makes a resampler at libspeexdsp's quality 5, or nil without memory.
  init?(from: Int, to: Int) {
    var status: CInt = 0
    guard
      let state = unsafe speex_resampler_init(1, UInt32(from), UInt32(to), 5, &status)
    else { return nil }
    unsafe self.state = state
    self.from = from
    self.to = to
    latency = Int(unsafe speex_resampler_get_input_latency(state))
    unsafe speex_resampler_skip_zeros(state)
  }

  deinit {
    unsafe speex_resampler_destroy(state)
  }

  var delay: Duration { .nanoseconds(latency * 1_000_000_000 / from) }

  func outputBound(inputCount: Int) -> Int {
    // One more than the ratio says, for the output that earlier input had nearly completed.
    Self.scale(inputCount == 0 ? latency + 1 : inputCount, by: to, over: from) + 1
  }

  func resample(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    var (taken, given) = (0, 0)
    while taken < input.count {
      let step = unsafe run(
        UnsafeBufferPointer(rebasing: input[taken...]),
        into: UnsafeMutableBufferPointer(rebasing: output[given...]))
      if step.taken == 0 && step.given == 0 { break }
      taken += step.taken
      given += step.given
    }
    consumed += taken
    produced += given
    return given
  }

  func flush(into output: UnsafeMutableBufferPointer<Int16>) -> Int {
    let due = min(Self.scale(consumed, by: to, over: from) - produced, output.count)
    var given = 0
    var remaining = latency + 2 * Self.flushStep
    unsafe withUnsafeTemporaryAllocation(of: Int16.self, capacity: Self.flushStep) { zeros in
      unsafe zeros.initialize(repeating: 0)
      while given < due, remaining > 0 {
        let step = unsafe run(
          UnsafeBufferPointer(zeros),
          into: UnsafeMutableBufferPointer(rebasing: output[given..<due]))
        given += step.given
        remaining -= max(step.taken, 1)
      }
    }
    reset()
    return given
  }

  func reset() {
    unsafe speex_resampler_reset_mem(state)
    unsafe speex_resampler_skip_zeros(state)
    (consumed, produced) = (0, 0)
  }

  private func run(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> (taken: Int, given: Int) {
    var taken = UInt32(clamping: input.count)
    var given = UInt32(clamping: output.count)
    _ = unsafe speex_resampler_process_int(
      state, 0, input.baseAddress, &taken, output.baseAddress, &given)
    return (Int(taken), Int(given))
  }

  /// `ceil(count * to / from)`, without overflow for any count that fits in memory.
  private static func scale(_ count: Int, by to: Int, over from: Int) -> Int {
    let (whole, rest) = count.quotientAndRemainder(dividingBy: from)
    return whole * to + (rest * to + from - 1) / from
  }
}
