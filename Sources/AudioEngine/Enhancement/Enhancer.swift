/// Takes echo and noise out of a caller's audio and evens its loudness, frame by frame and in place.
///
/// Echo is cancelled with what the caller's ear is playing, the *far end*: each frame comes with the frame
/// that is played at that time by the clock. What the line adds to that, 0 to 500 ms, is found and followed
/// from the audio itself; until it is found, after a second of the bot's speech or so, echo is left in.
///
/// The filters are libspeexdsp's, in floating point: other machines may give other last bits.
/// Not thread-safe. Allocates only when it is made.
public struct Enhancer: ~Copyable {
  /// How long a frame is.
  public static let frameDuration: Duration = .milliseconds(20)
  /// The longest delay that is searched.
  public static let longestDelay: Duration = .milliseconds(500)

  /// What is done.
  public let options: EnhancementOptions
  /// The rate of all frames.
  public let rate: SampleRate
  /// Samples in a frame.
  public let frameSampleCount: Int

  private let filters: SpeexFilters
  private var finder: DelayFinder
  /// The far end of the last while, newest last, in a ring of whole frames.
  private var far: [Int16]
  private var farStart = 0
  private var delayed: [Int16]
  private var echoGuard = EchoGuard()
  private var noise = LineNoise()
  /// By how much the far end is delayed before the filter, in samples; nil before it is known.
  private var offset: Int?

  /// Makes an enhancer.
  ///
  /// - Throws: ``EnhancementError``.
  public init(_ options: EnhancementOptions, rate: SampleRate) throws(EnhancementError) {
    guard rate.isTelephony else { throw .unsupportedRate(rate) }
    let count = rate.sampleCount(nanoseconds: Self.frameDuration.wholeNanoseconds)
    guard let filters = SpeexFilters(options, rate: rate, frameSampleCount: count) else {
      throw .outOfMemory
    }
    self.options = options
    self.rate = rate
    self.filters = filters
    frameSampleCount = count
    finder = DelayFinder(rate: rate, frameSampleCount: count)
    let frames = Int(Self.longestDelay / Self.frameDuration) + 2
    far = [Int16](repeating: 0, count: options.cancelsEcho ? frames * count : 0)
    delayed = [Int16](repeating: 0, count: count)
  }

  /// How much later than by the clock the echo comes; nil while none was found.
  public var delay: Duration? { finder.delay }
  /// How often the delay was found anew, far from where it was.
  public private(set) var realignments = 0

  /// Whether what is in the newest frame may be the bot's voice, that is played or was so up to
  /// ``longestDelay`` ago: it is not known yet how late it comes back, or 13 dB of it were not taken out yet,
  /// or were taken out of this very frame. After two seconds of the bot's speech without an echo, and six
  /// with one that does not become softer, that is over: the line returns nothing, or the caller speaks.
  public var mayHoldEcho: Bool { options.cancelsEcho && finder.isFarHeard && echoGuard.isDoubtful }

  /// Enhances one frame.
  ///
  /// - Parameters:
  ///   - frame: the caller's audio, ``frameSampleCount`` samples.
  ///   - heard: what the caller's ear plays meanwhile by the clock, as many; only looked at where echo is
  ///     cancelled.
  public mutating func process(_ frame: inout MutableSpan<Int16>, far heard: Span<Int16>) {
    precondition(frame.count == frameSampleCount, "a frame has \(frameSampleCount) samples")
    guard options.cancelsEcho else { return filters.suppress(&frame) }
    precondition(heard.count == frameSampleCount, "the far end is as long as the frame")
    push(heard)
    finder.listen(near: frame.span, far: heard)
    align()
    let came = energy(of: frame.span)
    if let offset {
      takeFar(delayedBy: offset)
      filters.cancelEcho(in: &frame, far: delayed.span)
    }
    filters.suppress(&frame)
    let left = energy(of: frame.span)
    noise.follow(left)
    echoGuard.listen(came: came, left: left / filters.gain, isFarLoud: finder.isFarLoud)
  }

  /// Puts noise as soft as the line's own in place of a frame that a detector is not to hear.
  public mutating func cover(_ frame: inout MutableSpan<Int16>) { noise.fill(&frame) }

  private func energy(of frame: Span<Int16>) -> Double {
    Double(Level(of: frame).sumOfSquares) / Double(frameSampleCount)
  }

  private mutating func push(_ heard: Span<Int16>) {
    for index in 0..<heard.count { far[farStart + index] = heard[index] }
    farStart = (farStart + heard.count) % far.count
  }

  /// Moves the far end to where the echo was found, if it is not there already.
  private mutating func align() {
    guard let delay = finder.delay else { return }
    let found = rate.sampleCount(nanoseconds: delay.wholeNanoseconds)
    // The loudest of an echo need not be its first.
    let lead = rate.hertz * 40 / 1_000
    if let offset {
      // Within the filter's reach nothing need move: it follows by itself.
      let reach = offset..<(offset + rate.hertz * 80 / 1_000)
      guard !reach.contains(found) else { return }
      filters.reset()
      realignments += 1
    }
    offset = max(found - lead, 0)
    echoGuard.align()
  }

  private mutating func takeFar(delayedBy offset: Int) {
    var place = (farStart - frameSampleCount - offset + 2 * far.count) % far.count
    for index in 0..<frameSampleCount {
      delayed[index] = far[place]
      place = place + 1 == far.count ? 0 : place + 1
    }
  }
}
