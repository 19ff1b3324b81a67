public import AudioEngine

/// What the simulated caller does: speak, press keys, listen, hang up.
public struct CallerScript: Hashable, Sendable {
  /// A key pressed some time after the stream's start.
  public struct KeyPress: Hashable, Sendable {
    /// When, after the stream's start.
    public var at: Duration
    /// `0` to `9`, `*`, `#`, `A` to `D`.
    public var digit: Character

    /// Makes a key press.
    public init(at: Duration, digit: Character) {
      self.at = at
      self.digit = digit
    }
  }

  /// The platform's side of the stream.
  public let format: WireFormat
  /// All that the caller says, as wire bytes of whole samples.
  public let audio: [UInt8]
  /// How much audio one media message carries; the last one may carry less.
  public var cadence: Duration = .milliseconds(100)
  /// Bytes of one media message instead of what ``cadence`` gives; an odd number splits samples
  /// between messages, as was reported from the field.
  public var messageBytes: Int?
  /// How many times faster than real time the caller's audio is sent. The caller listens in real
  /// time whatever this is. 1 or more: what a slower caller says would have holes of its own.
  public var speed: Double = 1
  /// The caller hangs up after having said everything and heard nothing audible for this long.
  public var tail: Duration = .seconds(2)
  /// The caller hangs up at the latest this long after having said everything, or after `tail`
  /// where that is longer.
  public var patience: Duration = .seconds(60)
  /// Keys pressed during the call, in order of time.
  public var keys: [KeyPress] = []

  /// Makes a script that says `sound` once.
  ///
  /// - Returns: nil where no platform speaks so: other rates than 8, 16 or 24 kHz, or G.711 at any
  ///   rate but 8 kHz.
  public init?(saying sound: WaveFile, as encoding: AudioEncoding = .linear16) {
    guard sound.rate.isTelephony, encoding == .linear16 || sound.rate == .hz8000 else {
      return nil
    }
    self.format = WireFormat(encoding, sound.rate)
    self.audio = Self.bytes(of: sound.samples, as: encoding)
  }

  private static func bytes(of samples: [Int16], as encoding: AudioEncoding) -> [UInt8] {
    guard encoding != .linear16 else {
      return samples.flatMap { sample in
        let bits = UInt16(bitPattern: sample)
        return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
      }
    }
    var bytes = [UInt8](repeating: 0, count: samples.count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    if encoding == .mulaw {
      G711.mulawEncode(samples.span, into: &raw)
    } else {
      G711.alawEncode(samples.span, into: &raw)
    }
    return bytes
  }

  /// How long the caller speaks, at ``speed``.
  public var speakingTime: Duration {
    .nanoseconds(format.nanoseconds(byteCount: audio.count)) / speed
  }
}
