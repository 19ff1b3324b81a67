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
  /// The same before the caller has heard anything audible at all; ``tail`` where nil.
  public var tailBeforeAnswer: Duration?
  /// The caller hangs up at the latest this long after having said everything, or after `tail`
  /// where that is longer.
  public var patience: Duration = .seconds(60)
  /// When the platform ends the stream by itself, after its start; nil for never.
  public var longest: Duration?
  /// Keys pressed during the call, in order of time.
  public var keys: [KeyPress] = []

  /// The caller speaks over the bot: the report says how long the bot's clear took, and a bot that
  /// goes on speaking fails.
  public let interrupts: Bool

  /// Whether the caller is alive: says what comes by ``SimulatedPlatform/perform(_:)`` and hangs up by it.
  public let isLive: Bool

  /// What the caller does step by step; nil for one who says ``audio`` and listens.
  public let steps: [CallerStep]?

  /// Where the caller's first loud sound begins, in bytes of ``audio``; nil where there is none.
  let firstLoudByte: Int?

  /// -36 dBFS: above any line noise, below any speech.
  static let loud: UInt16 = 512

  /// Makes a script that says `sound` once; nil where its rate is none that a platform speaks: 8, 16
  /// or 24 kHz.
  ///
  /// - Parameters:
  ///   - sound: what the caller says.
  ///   - encoding: how the platform writes it; G.711 at 8 kHz only, else nil.
  ///   - silence: how long the caller is silent first and then speaks over the bot; nil for a
  ///     caller who begins at once and interrupts nobody.
  public init?(
    saying sound: WaveFile, as encoding: AudioEncoding = .linear16,
    interruptingAfter silence: Duration? = nil
  ) {
    guard sound.rate.isTelephony, encoding == .linear16 || sound.rate == .hz8000 else {
      return nil
    }
    let format = WireFormat(encoding, sound.rate)
    let quiet = sound.rate.sampleCount(nanoseconds: (silence ?? .zero).wholeNanoseconds)
    let samples = [Int16](repeating: 0, count: quiet) + sound.samples
    interrupts = silence != nil
    isLive = false
    steps = nil
    let loud = sound.samples.firstIndex { $0.magnitude >= Self.loud }
    firstLoudByte = loud.map { (quiet + $0) * encoding.bytesPerSample }
    self.format = format
    self.audio = Self.bytes(of: samples, as: encoding)
  }

  /// Makes the script of a caller who is alive; nil where no platform speaks the rate, or not in that
  /// encoding.
  ///
  /// - Parameters:
  ///   - rate: 8, 16 or 24 kHz.
  ///   - encoding: how the platform writes it; G.711 at 8 kHz only.
  public init?(liveAt rate: SampleRate, as encoding: AudioEncoding = .linear16) {
    self.init(at: rate, as: encoding, steps: nil)
  }

  /// Makes the script of a caller who does one thing after another; nil where no platform speaks the rate,
  /// or not in that encoding.
  ///
  /// - Parameters:
  ///   - steps: what the caller does; what is said in them in wire bytes of that encoding and rate.
  ///   - rate: 8, 16 or 24 kHz.
  ///   - encoding: how the platform writes it; G.711 at 8 kHz only.
  public init?(
    doing steps: [CallerStep], at rate: SampleRate, as encoding: AudioEncoding = .linear16
  ) {
    self.init(at: rate, as: encoding, steps: steps)
  }

  private init?(at rate: SampleRate, as encoding: AudioEncoding, steps: [CallerStep]?) {
    guard rate.isTelephony, encoding == .linear16 || rate == .hz8000 else { return nil }
    format = WireFormat(encoding, rate)
    audio = []
    interrupts = false
    firstLoudByte = nil
    isLive = steps == nil
    self.steps = steps
  }

  /// Samples as a platform of that encoding writes them.
  public static func bytes(of samples: [Int16], as encoding: AudioEncoding) -> [UInt8] {
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
