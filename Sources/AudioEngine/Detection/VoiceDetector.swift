/// Hears when the caller speaks by a neural network, in integers: a door that slams is no speech, and a
/// quiet caller is.
///
/// Windows of 32 ms are judged by ``VoiceActivity``. Speech begins when ``Settings/onset`` of them, with
/// no real gap between, reach ``Settings/enter``; it ends when all windows of ``Settings/hangover`` stay
/// below ``Settings/leave``. ``lastEdge`` says when it truly began or ended, which is earlier than the
/// decision.
///
/// The network is left out only in real silence: after ``Settings/silence`` of windows below -65 dBFS,
/// until a window is louder. It then goes on from the last window that it judged, as though the silence
/// had been no longer: what it knows of a silent line no longer changes by then. The same audio gives the
/// same answer everywhere, however it is cut into messages. Allocates nothing.
///
/// Hears 8, 16 and 24 kHz, the last through the resampler to 16 kHz; audio of any other rate is not
/// judged. A rate that changes begins anew.
public struct VoiceDetector: SpeechDetector {
  /// What counts as speech.
  public struct Settings: Hashable, Sendable {
    /// The least probability of a window with speech, 0 to 1.
    public var enter: Double
    /// The probability below which a window of speech counts as quiet, 0 to 1.
    public var leave: Double
    /// How long speech must last to count.
    public var onset: Duration
    /// How long it must be gone to have ended.
    public var hangover: Duration
    /// How much before the first window with speech its beginning is said to be: a soft consonant.
    public var prefix: Duration
    /// How much silence there must be before the network is left out.
    public var silence: Duration

    /// Makes settings; the defaults suit a telephone line.
    public init(
      enter: Double = 0.5, leave: Double = 0.35, onset: Duration = .milliseconds(64),
      hangover: Duration = .milliseconds(400), prefix: Duration = .milliseconds(64),
      silence: Duration = .seconds(2)
    ) {
      self.enter = enter
      self.leave = leave
      self.onset = onset
      self.hangover = hangover
      self.prefix = prefix
      self.silence = silence
    }
  }

  /// What the detector was made with.
  public let settings: Settings
  /// Whether the caller speaks now.
  public private(set) var isOpen = false
  /// The latest beginning or end.
  public private(set) var lastEdge: SpeechBoundary?
  /// How much speech was heard since it began, in whole windows; zero while the caller is silent.
  public var spoken: Duration? { isOpen ? Self.time(voiced) : .zero }
  /// The probability of the latest window, 0 to 1; 0 where it was left out.
  public private(set) var probability = 0.0
  /// The windows that have ended.
  public private(set) var windowCount = 0
  /// Those of them that were silent for so long that the network was left out.
  public private(set) var skippedCount = 0

  private let kernels: Kernels
  private var rate: SampleRate?
  private var activity: VoiceActivity?
  /// The network after the last window that it judged, while silence lasts.
  private var resting: VoiceActivity?
  private var narrowing: FixedResampler?
  private var filled = 0
  private var power: UInt64 = 0
  private var silentWindows = 0
  /// Windows with speech since `first`, and those below `leave` since the last of them.
  private var certain = 0
  private var quiet = 0
  private var first = 0
  /// Windows that reach `leave`, from `first` on.
  private var voiced = 0
  private var most = 0.0
  /// The loudest window of the speech, and how many of the newest are more than 30 dB below it.
  private var loudest: UInt64 = 0
  private var faint = 0
  private let onsetWindows: Int
  private let hangoverWindows: Int
  private let silenceWindows: Int

  /// The mean square of -65 dBFS.
  static let silencePower: UInt64 = 340

  /// Makes a detector.
  ///
  /// - Parameters:
  ///   - settings: what counts as speech; durations count as whole windows, rounded up, at least one.
  ///   - kernels: the instruction set to run on.
  public init(_ settings: Settings = Settings(), using kernels: Kernels = .best) {
    self.settings = settings
    self.kernels = kernels
    onsetWindows = Self.windows(settings.onset)
    hangoverWindows = Self.windows(settings.hangover)
    silenceWindows = Self.windows(settings.silence)
  }

  private static func windows(_ duration: Duration) -> Int {
    let window = VoiceActivity.windowDuration.wholeNanoseconds
    let nanoseconds = min(max(duration.wholeNanoseconds, 1), 1 << 62)
    return Int((nanoseconds + window - 1) / window)
  }

  /// Takes the next samples. Allocates nothing.
  public mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    if rate != self.rate { begin(at: rate) }
    guard activity != nil else { return nil }
    guard narrowing != nil else { return listen(samples) }
    var edge: SpeechEdge?
    var start = 0
    var room = [512 of Int16](repeating: 0)
    while let count = narrowing?.next(of: samples, from: &start, into: &room) {
      edge = listen(room.span.extracting(first: count)) ?? edge
    }
    return edge
  }

  /// How long there has been no window with speech, and what has been heard of the next one. The network
  /// hears speech for a moment after its end: a window that is far below the speech is none, wherever it
  /// says so.
  public var quietDuration: Duration {
    guard let size = activity?.windowSampleCount else { return .zero }
    return Self.time(max(quiet, faint)) + VoiceActivity.windowDuration * filled / size
  }

  private mutating func begin(at rate: SampleRate) {
    self.rate = rate
    let isWide = rate == .hz24000
    narrowing = isWide ? FixedResampler(from: rate, to: .hz16000, using: kernels) : nil
    activity = VoiceActivity(rate: isWide ? .hz16000 : rate, using: kernels)
    resting = nil
    (isOpen, lastEdge, probability, windowCount, skippedCount) = (false, nil, 0, 0, 0)
    (filled, power, silentWindows) = (0, 0, 0)
    (certain, quiet, first, most, voiced) = (0, 0, 0, 0, 0)
    (loudest, faint) = (0, 0)
  }

  private mutating func listen(_ samples: Span<Int16>) -> SpeechEdge? {
    guard let size = activity?.windowSampleCount else { return nil }
    var edge: SpeechEdge?
    var start = 0
    while start < samples.count {
      let count = min(size - filled, samples.count - start)
      let piece = samples.extracting(start..<(start + count))
      power += Level(of: piece, using: kernels).sumOfSquares
      filled += count
      start += count
      // The kernel judges a window when its last sample comes: what is skipped never gets that one.
      let isWhole = filled == size
      let isSkipped = isWhole && isLongSilent(size)
      let given = judge(isSkipped ? piece.extracting(droppingLast: 1) : piece)
      guard isWhole else { break }
      if isSkipped {
        activity = resting
        skippedCount += 1
      } else if silentWindows == silenceWindows {
        resting = activity
      }
      windowCount += 1
      probability = isSkipped ? 0 : Double(given) / Double(VoiceActivity.certain)
      if probability >= settings.leave { loudest = max(certain == 0 ? 0 : loudest, power) }
      faint = power < loudest / 1_000 ? faint + 1 : 0
      (filled, power) = (0, 0)
      edge = decide() ?? edge
    }
    return edge
  }

  /// Counts a window that is silent; whether there has been enough of that.
  private mutating func isLongSilent(_ size: Int) -> Bool {
    silentWindows = power < Self.silencePower * UInt64(size) ? silentWindows + 1 : 0
    return silentWindows > silenceWindows
  }

  /// Gives samples of one window to the network; the probability if they complete it.
  private mutating func judge(_ samples: Span<Int16>) -> UInt16 {
    var room = [1 of UInt16](repeating: 0)
    var span = room.mutableSpan
    _ = activity?.judge(samples, into: &span)
    return room[0]
  }

  private mutating func decide() -> SpeechEdge? {
    if probability >= settings.enter {
      if certain == 0 { first = windowCount - 1 }
      certain += 1
    }
    if probability >= settings.leave {
      quiet = 0
      if certain > 0 {
        most = max(most, probability)
        voiced += 1
      }
    } else {
      quiet += 1
    }
    if !isOpen {
      if certain >= onsetWindows { return open() }
      // One window that fails is a plosive; two are the end of a click.
      if quiet >= 2 { (certain, most, voiced) = (0, 0, 0) }
    } else if quiet >= hangoverWindows {
      return close()
    }
    return nil
  }

  private mutating func open() -> SpeechEdge {
    let ended = lastEdge?.position ?? .zero
    isOpen = true
    lastEdge = SpeechBoundary(
      .began, probability: most,
      position: max(Self.time(first) - settings.prefix, ended), decided: Self.time(windowCount))
    return .began
  }

  private mutating func close() -> SpeechEdge {
    isOpen = false
    lastEdge = SpeechBoundary(
      .ended, probability: most, position: Self.time(windowCount - quiet),
      decided: Self.time(windowCount))
    (certain, most, voiced) = (0, 0, 0)
    return .ended
  }

  private static func time(_ windows: Int) -> Duration { VoiceActivity.windowDuration * windows }
}
