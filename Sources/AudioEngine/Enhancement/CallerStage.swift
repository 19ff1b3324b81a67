/// What a session does to its caller's audio before anybody hears it: an ``Enhancer``, what the caller's
/// ear plays meanwhile, and where both lie in time.
///
/// A class so that calls without it pay for a pointer alone. Sendable because it has one owner, a
/// noncopyable ``MediaSession``, whose mutation is exclusive.
final class CallerStage: @unchecked Sendable {
  /// What lies so far before the caller's audio may still be cut off by a clear.
  private static let margin: Int64 = 100_000_000

  private var enhancer: Enhancer
  private var ear: EarLine
  private var line: ArrivalLine
  private let rate: SampleRate
  private let margin: Int
  /// The time of place 0; nil before anything has happened.
  private var origin: MonotonicTime?

  init(_ options: EnhancementOptions, wire: WireFormat) throws(EnhancementError) {
    enhancer = try Enhancer(options, rate: wire.rate)
    ear = EarLine(wire)
    line = ArrivalLine(wire.rate)
    rate = wire.rate
    margin = wire.rate.sampleCount(nanoseconds: Self.margin)
  }

  /// The stage of a session, if it is to have one.
  static func wanted(
    by configuration: SessionConfiguration
  ) throws(SessionError) -> CallerStage? {
    guard let options = configuration.enhancement, !options.isEmpty else { return nil }
    do {
      return try CallerStage(options, wire: configuration.wire)
    } catch {
      throw .enhancement(error)
    }
  }

  /// Samples in a frame.
  var frameSampleCount: Int { enhancer.frameSampleCount }
  /// How much later than by the clock the bot's voice comes back; nil while it was not found.
  var echoDelay: Duration? { enhancer.delay }
  /// How often that was found anew.
  var realignments: Int { enhancer.realignments }

  /// All of the caller's samples up to `end`, counted as they come, have arrived by `now`.
  func arrived(_ end: Int, at now: MonotonicTime) {
    line.arrived(end, at: place(now))
  }

  /// Cleans the frame of the caller's that begins with his sample `first`.
  ///
  /// - Returns: whether it may hold the bot's voice all the same.
  func clean(_ frame: inout MutableSpan<Int16>, from first: Int) -> Bool {
    var far = InlineArray<480, Int16>(repeating: 0)
    var span = far.mutableSpan
    var heard = span._mutatingExtracting(..<frame.count)
    if enhancer.options.cancelsEcho, let start = line.start {
      ear.read(from: start + first, into: &heard)
      ear.release(upTo: start + first - margin)
    }
    enhancer.process(&frame, far: heard.span)
    return enhancer.mayHoldEcho
  }

  /// Puts the line's own noise in place of what a detector is not to hear.
  func cover(_ samples: inout MutableSpan<Int16>) { enhancer.cover(&samples) }

  /// The bot's next bytes are heard from `start` on.
  func beginsToPlay(at start: MonotonicTime) {
    ear.beginsToPlay(at: place(start))
  }

  /// Takes bytes of the bot's, heard behind those before.
  func plays(_ bytes: RawSpan) {
    ear.plays(bytes)
  }

  /// So many samples of silence follow.
  func playsSilence(sampleCount: Int) {
    ear.playsSilence(sampleCount: sampleCount)
  }

  /// The platform is told to drop what it has not played.
  func cleared(at now: MonotonicTime) {
    ear.truncate(to: place(now))
  }

  private func place(_ time: MonotonicTime) -> Int {
    if origin == nil { origin = time }
    return rate.sampleCount(nanoseconds: (time - (origin ?? time)).wholeNanoseconds)
  }
}
