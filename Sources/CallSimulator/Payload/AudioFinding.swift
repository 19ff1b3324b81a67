/// Something about the bot's audio itself, beyond sizes and labels: what it is, what the caller hears of
/// it, and where it likely comes from.
public struct AudioFinding: Codable, Hashable, Sendable {
  /// What can be told from samples alone.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// 16-bit linear samples where the stream has G.711.
    case linearInG711
    /// mu-law where the stream has something else.
    case mulaw
    /// A-law where the stream has something else.
    case alaw
    /// Linear samples with their two bytes in network order.
    case byteSwapped
    /// Linear samples cut at an odd byte.
    case oddOffset
    /// Unsigned bytes, as old WAV files of 8 bits have.
    case unsignedBytes
    /// 32-bit floating point, as synthesisers and browsers compute.
    case floatingPoint
    /// A voice far below any human one: samples of a higher rate than the stream's.
    case tooSlow
    /// A voice far above any human one: samples of a lower rate than the stream's.
    case tooFast
    /// More than one sample in a hundred cut off at full scale.
    case clipping
    /// A mean that is not zero.
    case offset
    /// A step in the wave where one chunk follows another.
    case edgeClicks
  }

  /// What was found.
  public let kind: Kind
  /// Where it shows first, in milliseconds of the bot's own audio.
  public let atMs: Double
  /// The problem that it is; nil for a note.
  public let problem: Problem?
  /// The whole finding: what was seen, what the caller hears, the likely cause.
  public let sentence: String
}

/// A finding before it is put into words: the figure belongs to its kind.
struct AudioTrace: Hashable, Sendable {
  let kind: AudioFinding.Kind
  /// The first sample that shows it.
  let sample: Int
  /// Hertz, share of samples, level or count, as the kind has it.
  var figure = 0.0
  /// Whether it can be nothing else.
  var isCertain = true
}
