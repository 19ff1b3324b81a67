/// A gate on the level of the caller's audio: enough for a quiet line, and a default until a real voice
/// detector is plugged in.
///
/// The power of blocks of 10 ms is compared with a noise floor that falls at once and rises by
/// 3 dB a second. Speech begins after ``onset`` of blocks both ``ratio`` above the floor and above
/// ``minimum``, and ends after ``hangover`` of others. The arithmetic is in integers, so the same audio
/// gives the same answer everywhere, however it is cut into messages.
public struct LevelGate: SpeechDetector, Hashable {
  /// How much more power than the noise floor speech has; 16 is 12 dB.
  public var ratio: UInt64
  /// The least power of speech, as the mean square of samples; 110,000 is -40 dBFS.
  public var minimum: UInt64
  /// How long it must last to count; shorter is a click or a cough's start.
  public var onset: Duration
  /// How long it must be gone.
  public var hangover: Duration
  /// Whether the caller speaks now.
  public private(set) var isOpen = false

  /// How much speech was heard since it began, in whole blocks; zero while the caller is silent.
  public var spoken: Duration? { isOpen ? .nanoseconds(voiced) : .zero }

  private var blockPower: UInt64 = 0
  private var blockCount = 0
  /// The noise floor as a mean square, in 1/256.
  private var floor: UInt64 = 256 * 10_000
  private var loud: Int64 = 0
  private var quiet: Int64 = 0
  private var voiced: Int64 = 0
  private static let blockNanoseconds: Int64 = 10_000_000

  /// Makes a gate; the defaults suit a telephone line.
  public init(
    ratio: UInt64 = 16, minimum: UInt64 = 110_000, onset: Duration = .milliseconds(60),
    hangover: Duration = .milliseconds(400)
  ) {
    self.ratio = ratio
    self.minimum = minimum
    self.onset = onset
    self.hangover = hangover
  }

  /// Takes the next samples. Allocates nothing.
  public mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    let blockSize = max(rate.hertz / 100, 1)
    var edge: SpeechEdge?
    var start = 0
    while start < samples.count {
      let count = min(blockSize - blockCount, samples.count - start)
      blockPower += Level(of: samples.extracting(start..<(start + count))).sumOfSquares
      blockCount += count
      start += count
      guard blockCount >= blockSize else { break }
      edge = judge(blockPower / UInt64(blockCount)) ?? edge
      blockPower = 0
      blockCount = 0
    }
    return edge
  }

  /// How long the level has been too low, in whole blocks.
  public var quietDuration: Duration { .nanoseconds(quiet) }

  private mutating func judge(_ power: UInt64) -> SpeechEdge? {
    let isLoud = power >= minimum && power * 256 >= floor * ratio
    // 1/145 a block is 3 dB a second. Speech itself lifts the floor too: what never stops is noise.
    floor = min(power * 256, floor + floor / 145 + 1)
    if isLoud {
      loud += Self.blockNanoseconds
      voiced += Self.blockNanoseconds
      quiet = 0
    } else {
      quiet += Self.blockNanoseconds
      if quiet >= 3 * Self.blockNanoseconds { loud = 0 }
      if !isOpen, loud == 0 { voiced = 0 }
    }
    if !isOpen && loud >= onset.wholeNanoseconds {
      isOpen = true
      return .began
    }
    if isOpen && quiet >= hangover.wholeNanoseconds {
      isOpen = false
      loud = 0
      voiced = 0
      return .ended
    }
    return nil
  }
}
