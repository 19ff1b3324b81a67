/// The rate of a mono stream, in samples a second.
///
/// Telephony platforms speak 8, 16 and 24 kHz, and the integer resampler connects these three. Any
/// other rate that a speech synthesiser gives (11.025 to 48 kHz) is a valid value too and goes
/// through the general resampler.
public struct SampleRate: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Samples a second, 4,000 to 192,000.
  public let hertz: Int

  /// 8 kHz: the telephone network's own rate.
  public static let hz8000 = SampleRate(unchecked: 8_000)
  /// 16 kHz: what most speech recognisers want.
  public static let hz16000 = SampleRate(unchecked: 16_000)
  /// 24 kHz: what most speech synthesisers give.
  public static let hz24000 = SampleRate(unchecked: 24_000)

  /// The rates a wire or a bot may have.
  public static let telephony: [SampleRate] = [.hz8000, .hz16000, .hz24000]

  /// Makes a rate, or nil outside 4,000 to 192,000 Hz.
  public init?(hertz: Int) {
    guard (4_000...192_000).contains(hertz) else { return nil }
    self.hertz = hertz
  }

  private init(unchecked hertz: Int) {
    self.hertz = hertz
  }

  /// Whether this is 8, 16 or 24 kHz.
  public var isTelephony: Bool { hertz == 8_000 || hertz == 16_000 || hertz == 24_000 }

  /// The samples that have ended after `nanoseconds`, each at the time that ``nanoseconds(sampleCount:)``
  /// gives: so a count becomes a time and the same count again, at any rate. Never negative.
  public func sampleCount(nanoseconds: Int64) -> Int {
    guard nanoseconds > 0 else { return 0 }
    // What the compiler knows it divides by without a division: this is asked several times a message.
    switch hertz {
    case 8_000: return Int(nanoseconds / 125_000)
    case 16_000: return Int(nanoseconds / 62_500)
    default: break
    }
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Int(whole) * hertz + Int(((rest + 1) * Int64(hertz) - 1) / 1_000_000_000)
  }

  /// How long `sampleCount` samples last, in nanoseconds, rounded down.
  public func nanoseconds(sampleCount: Int) -> Int64 {
    switch hertz {
    case 8_000: return Int64(sampleCount) * 125_000
    case 16_000: return Int64(sampleCount) * 62_500
    case 24_000: return Int64(sampleCount) * 125_000 / 3
    default: break
    }
    let (whole, rest) = Int64(sampleCount).quotientAndRemainder(dividingBy: Int64(hertz))
    return whole * 1_000_000_000 + rest * 1_000_000_000 / Int64(hertz)
  }

  /// The rate as people write it: `8000 Hz`.
  public var description: String { "\(hertz) Hz" }

  /// Orders by frequency.
  public static func < (left: SampleRate, right: SampleRate) -> Bool { left.hertz < right.hertz }
}
