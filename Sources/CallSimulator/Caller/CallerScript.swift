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

  /// The caller speaks over the bot: the report says how long the bot's clear took, and a bot that
  /// goes on speaking fails.
  public let interrupts: Bool

  /// Where the caller's first loud sound begins, in bytes of ``audio``; nil where there is none.
  var firstLoudByte: Int? {
    // -36 dBFS: above any line noise, below any speech.
    let step = 2
    for offset in stride(from: 0, to: audio.count - 1, by: step) {
      let bits = UInt16(audio[offset]) | UInt16(audio[offset + 1]) << 8
      if abs(Int(Int16(bitPattern: bits))) >= 512 { return offset }
    }
    return nil
  }

  /// Makes a script that says `sound` once; nil where its rate is none that a platform speaks: 8, 16
  /// or 24 kHz.
  ///
  /// - Parameters:
  ///   - sound: what the caller says.
  ///   - silence: how long the caller is silent first and then speaks over the bot; nil for a
  ///     caller who begins at once and interrupts nobody.
  public init?(saying sound: WaveFile, interruptingAfter silence: Duration? = nil) {
    guard sound.rate.isTelephony else { return nil }
    let format = WireFormat(.linear16, sound.rate)
    let quiet = format.byteCount(nanoseconds: (silence ?? .zero).wholeNanoseconds)
    interrupts = silence != nil
    var audio = [UInt8](repeating: 0, count: quiet)
    audio.reserveCapacity(quiet + sound.samples.count * 2)
    for sample in sound.samples {
      let bits = UInt16(bitPattern: sample)
      audio.append(UInt8(truncatingIfNeeded: bits))
      audio.append(UInt8(truncatingIfNeeded: bits >> 8))
    }
    self.format = format
    self.audio = audio
  }

  /// How long the caller speaks, at ``speed``.
  public var speakingTime: Duration {
    .nanoseconds(format.nanoseconds(byteCount: audio.count)) / speed
  }
}
