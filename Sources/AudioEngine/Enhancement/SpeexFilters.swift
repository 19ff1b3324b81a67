internal import CSpeexDSP

/// libspeexdsp's echo canceller and preprocessor of one call.
///
/// They run without subnormal numbers: a silent line after speech would take three times as long.
///
/// Sendable because it has one owner, a noncopyable ``Enhancer``, whose mutation is exclusive.
@safe final class SpeexFilters: @unchecked Sendable {
  private let echo: OpaquePointer?
  private let preprocessor: OpaquePointer
  private var cleaned: [Int16]

  /// How long an echo lasts that is cancelled: a room's, and what the delay is unsure by.
  private static let tailMilliseconds = 160

  init?(_ options: EnhancementOptions, rate: SampleRate, frameSampleCount count: Int) {
    guard let preprocessor = unsafe speex_preprocess_state_init(CInt(count), CInt(rate.hertz))
    else { return nil }
    unsafe self.preprocessor = preprocessor
    cleaned = [Int16](repeating: 0, count: count)
    guard options.cancelsEcho else {
      unsafe echo = nil
      set(options)
      return
    }
    let tail = rate.hertz * Self.tailMilliseconds / 1_000
    guard let state = unsafe speex_echo_state_init(CInt(count), CInt(tail)) else {
      unsafe echo = nil
      return nil
    }
    unsafe echo = state
    var hertz = CInt(rate.hertz)
    unsafe speex_echo_ctl(state, SPEEX_ECHO_SET_SAMPLING_RATE, &hertz)
    // What the filter leaves of an echo is suppressed like noise.
    unsafe speex_preprocess_ctl(
      preprocessor, SPEEX_PREPROCESS_SET_ECHO_STATE, UnsafeMutableRawPointer(state))
    set(options)
  }

  deinit {
    unsafe speex_preprocess_state_destroy(preprocessor)
    if let echo = unsafe echo { unsafe speex_echo_state_destroy(echo) }
  }

  private func set(_ options: EnhancementOptions) {
    // Without this stage nothing of an echo's rest is suppressed; 0 dB leaves the noise itself alone.
    set(SPEEX_PREPROCESS_SET_DENOISE, options.suppressesNoise || options.cancelsEcho ? 1 : 0)
    set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, options.suppressesNoise ? -18 : 0)
    set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, -40)
    set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, -12)
    set(SPEEX_PREPROCESS_SET_AGC, options.controlsGain ? 1 : 0)
    if options.controlsGain {
      set(SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, 20)
      set(SPEEX_PREPROCESS_SET_AGC_TARGET, 6_000)
    }
  }

  private func set(_ request: CInt, _ value: CInt) {
    var value = value
    unsafe speex_preprocess_ctl(preprocessor, request, &value)
  }

  /// Takes the echo of `far` out of a frame.
  func cancelEcho(in frame: inout MutableSpan<Int16>, far: Span<Int16>) {
    guard let echo = unsafe echo else { return }
    let floats = sidetone_ignore_subnormals()
    defer { sidetone_restore_subnormals(floats) }
    unsafe cleaned.withUnsafeMutableBufferPointer { cleaned in
      unsafe frame.withUnsafeMutableBufferPointer { frame in
        unsafe far.withUnsafeBufferPointer { far in
          guard let near = frame.baseAddress, let out = cleaned.baseAddress else { return }
          unsafe speex_echo_cancellation(echo, near, far.baseAddress, out)
          unsafe near.update(from: out, count: frame.count)
        }
      }
    }
  }

  /// Suppresses noise and what is left of an echo, and evens the loudness.
  func suppress(_ frame: inout MutableSpan<Int16>) {
    let floats = sidetone_ignore_subnormals()
    defer { sidetone_restore_subnormals(floats) }
    unsafe frame.withUnsafeMutableBufferPointer { frame in
      _ = unsafe speex_preprocess_run(preprocessor, frame.baseAddress)
    }
  }

  /// By how much the energy of the newest frame was raised by gain control; 1 where there is none.
  var gain: Double {
    // Whole decibels in the library, whatever its header says.
    var decibels: CInt = 0
    unsafe speex_preprocess_ctl(preprocessor, SPEEX_PREPROCESS_GET_AGC_GAIN, &decibels)
    let step = decibels < 0 ? 1 / 1.258_925 : 1.258_925
    var gain = 1.0
    var rest = Int(decibels.magnitude)
    while rest > 0 { (gain, rest) = (gain * step, rest - 1) }
    return gain
  }

  /// Forgets the echo's path.
  func reset() {
    if let echo = unsafe echo { unsafe speex_echo_state_reset(echo) }
  }
}
