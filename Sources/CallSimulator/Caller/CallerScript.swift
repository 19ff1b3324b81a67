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
  /// - Returns: nil where the rate is none that a platform speaks: 8, 16 or 24 kHz.
  public init?(saying sound: WaveFile) {
    guard sound.rate.isTelephony else { return nil }
    var audio: [UInt8] = []
    audio.reserveCapacity(sound.samples.count * 2)
    for sample in sound.samples {
      let bits = UInt16(bitPattern: sample)
      audio.append(UInt8(truncatingIfNeeded: bits))
      audio.append(UInt8(truncatingIfNeeded: bits >> 8))
    }
    self.format = WireFormat(.linear16, sound.rate)
    self.audio = audio
  }

  /// How long the caller speaks, at ``speed``.
  public var speakingTime: Duration {
    .nanoseconds(format.nanoseconds(byteCount: audio.count)) / speed
  }
}
