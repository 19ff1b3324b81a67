internal import CPCMKernels

/// Why a resampler cannot be made.
public enum ResamplerError: Error, Hashable {
  /// ``Resampler/Filter/lowDelay`` exists between 8, 16 and 24 kHz only.
  case noLowDelayFilter(from: SampleRate, to: SampleRate)
  /// The general resampler found no memory for its filter.
  case outOfMemory
}

/// Changes the rate of a mono stream.
///
/// Between 8, 16 and 24 kHz this is our own integer filter: the same samples on every instruction
/// set, 308 bytes of state, no allocation ever. Any other pair goes through libspeexdsp at quality 5,
/// which allocates when it is made and never again. Equal rates copy.
///
/// The output is aligned with the input: sample `k` belongs to the time of input `k * from / to`.
/// The filter's delay shows as output that comes later, and ``flush(into:)`` gives what is still due.
/// A whole stream of `n` samples becomes exactly `ceil(n * to / from)`, sample for sample the same
/// however it was cut into calls.
///
/// One resampler is one stream: keep it for as long as the stream lasts. A fresh one for every chunk
/// would cut a hole into the sound at every seam.
public struct Resampler: ~Copyable, Sendable {
  /// The shape of the low-pass filter.
  public enum Filter: Sendable, Hashable {
    /// Linear phase, flat to 0.455 of the lower rate, images and aliases below -98 dB from 0.575 of
    /// it.
    case standard
    /// Minimum phase, flat to 0.437 of the lower rate, images and aliases below -87 dB from 0.575;
    /// 0.2 ms of delay at 1 kHz where `standard` takes 2.9 ms.
    case lowDelay
  }

  /// The rate of what goes in.
  public let from: SampleRate
  /// The rate of what comes out.
  public let to: SampleRate

  private let kernels: Kernels
  private var state = pcm_resampler()
  private let general: GeneralResampler?
  private let inPlace = InPlace()

  /// Makes a resampler at the start of a stream.
  ///
  /// - Parameters:
  ///   - from: the rate of what goes in.
  ///   - to: the rate of what comes out.
  ///   - filter: `lowDelay` trades flatness for delay; without meaning where the rates are equal.
  ///   - kernels: the instruction set to run on.
  /// - Throws: ``ResamplerError/noLowDelayFilter(from:to:)`` where a rate is not 8, 16 or 24 kHz;
  ///   ``ResamplerError/outOfMemory``.
  /// - Complexity: O(1) and no allocation between 8, 16 and 24 kHz.
  public init(
    from: SampleRate, to: SampleRate, filter: Filter = .standard, using kernels: Kernels = .best
  ) throws(ResamplerError) {
    self.from = from
    self.to = to
    self.kernels = kernels
    let kind = filter == .standard ? PCM_FILTER_STANDARD : PCM_FILTER_LOW_DELAY
    let isOurs = unsafe pcm_resampler_init(
      &state, UInt32(from.hertz), UInt32(to.hertz), kind)
    guard from != to, !isOurs else {
      general = nil
      return
    }
    guard filter == .standard else { throw .noLowDelayFilter(from: from, to: to) }
    guard let speex = GeneralResampler(from: from.hertz, to: to.hertz) else { throw .outOfMemory }
    general = speex
  }

  /// Whether both rates are the same, so that samples are copied.
  public var isIdentity: Bool { from == to }

  /// The filter's group delay, at 1 kHz for ``Filter/lowDelay``: how far output lags behind input.
  public var delay: Duration {
    if let general { return general.delay }
    return .nanoseconds(unsafe withUnsafePointer(to: state) { unsafe pcm_resampler_delay($0) })
  }

  /// The most samples that one call can give.
  ///
  /// - Parameter inputCount: samples handed to one ``resample(_:into:)``, 0 or more; 0 asks for the
  ///   most that ``flush(into:)`` can give.
  /// - Returns: a count of output samples, the room that call needs.
  public func outputBound(inputCount: Int) -> Int {
    precondition(inputCount >= 0, "a sample count is not negative")
    if isIdentity { return inputCount }
    if let general { return general.outputBound(inputCount: inputCount) }
    let bound = unsafe withUnsafePointer(to: state) {
      unsafe pcm_resample_bound($0, inputCount)
    }
    return Int(clamping: bound)
  }

  /// The samples that the next ``resample(_:into:)`` of `inputCount` samples will give, exactly.
  ///
  /// Between 8, 16 and 24 kHz and for equal rates; traps for other pairs, whose filter does not tell.
  @inline(__always)
  public func outputCount(inputCount: Int) -> Int {
    precondition(inputCount >= 0, "a sample count is not negative")
    if isIdentity { return inputCount }
    precondition(general == nil, "only between 8, 16 and 24 kHz is the count known beforehand")
    return Int(
      clamping: unsafe withUnsafePointer(to: state) {
        unsafe pcm_resample_count($0, inputCount)
      })
  }

  /// The samples that ``flush(into:)`` will give after `inputCount` more samples, exactly; for the same
  /// pairs as ``outputCount(inputCount:)``.
  @inline(__always)
  public func tailCount(afterInputCount inputCount: Int) -> Int {
    precondition(inputCount >= 0, "a sample count is not negative")
    if isIdentity { return 0 }
    precondition(general == nil, "only between 8, 16 and 24 kHz is the count known beforehand")
    return Int(
      clamping: unsafe withUnsafePointer(to: state) {
        unsafe pcm_resample_tail($0, inputCount)
      })
  }

  /// Takes the next samples of the stream and gives the output they complete.
  ///
  /// - Parameters:
  ///   - input: any number of samples, from 0 on.
  ///   - output: room for at least ``outputBound(inputCount:)`` samples, written from its start; less
  ///     traps.
  /// - Returns: the samples written.
  /// - Complexity: O(`input.count`). No allocation, no lock.
  public mutating func resample(_ input: Span<Int16>, into output: inout MutableSpan<Int16>) -> Int
  {
    if input.isEmpty { return 0 }
    precondition(
      output.count >= outputBound(inputCount: input.count),
      "a resampler needs room for outputBound(inputCount:) samples")
    return unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { destination in
        if isIdentity {
          _ = unsafe destination.update(fromContentsOf: source)
          return source.count
        }
        if let general { return unsafe general.resample(source, into: destination) }
        return unsafe kernels.table.pointee.resample(
          destination.baseAddress, source.baseAddress, source.count, &state)
      }
    }
  }

  /// Ends the stream: gives the output still due, as if silence followed, and begins a new stream.
  ///
  /// - Parameter output: room for at least `outputBound(inputCount: 0)` samples, written from its
  ///   start; less traps.
  /// - Returns: the samples written.
  /// - Complexity: O(length of the filter squared). No allocation, no lock.
  public mutating func flush(into output: inout MutableSpan<Int16>) -> Int {
    if isIdentity { return 0 }
    precondition(
      output.count >= outputBound(inputCount: 0),
      "a resampler needs room for outputBound(inputCount: 0) samples")
    return unsafe output.withUnsafeMutableBufferPointer { destination in
      if let general { return unsafe general.flush(into: destination) }
      return unsafe kernels.table.pointee.resample_flush(destination.baseAddress, &state)
    }
  }

  /// Drops what is still due and begins a new stream.
  ///
  /// - Complexity: O(length of the filter). No allocation, no lock.
  public mutating func reset() {
    if let general { general.reset() } else { unsafe pcm_resampler_reset(&state) }
  }
}
