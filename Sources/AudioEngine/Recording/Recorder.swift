/// The recording of one call, sans-IO: what the caller said beside what he heard, on one line of time.
///
/// The caller's channel is laid by ``CallerLine``. The bot's lies where the caller hears it at the
/// earliest, as the session's own clock counts: a chunk begins when it leaves, or when what left before it
/// has been played; a clear cuts it where it was sent; where nothing was left to play there is silence.
/// So both channels keep time however long the call is, which lasts in the recording as long as it did.
/// What a platform adds to its own latency is in neither channel.
///
/// What is behind the ear can change no more, so pieces are given out while the call goes on, some
/// seconds after the ear; memory is what lies between. Bytes keep the wire's format: nothing is converted
/// here. Allocates to grow and for what it gives out. A class, so that a session without pays for no more than
/// a word.
final class Recorder {
  private let wire: WireFormat
  private let origin: MonotonicTime
  private var caller: CallerLine
  /// The bot's audio from ``given`` to ``botEnd``.
  private var bot: [UInt8] = []
  private var botEnd = 0
  /// Samples given out.
  private var given = 0
  /// Where the call is over.
  private var end: Int?
  private var cues: [RecordedStretch.Cue] = []
  private var cueCount = 0

  /// Cues of one recording; more are dropped.
  private static let mostCues = 4_096
  /// Speech ahead of the ear; platforms hold seconds.
  private static let longestLead: Int64 = 120_000_000_000

  init(_ wire: WireFormat, from origin: MonotonicTime) {
    self.wire = wire
    self.origin = origin
    caller = CallerLine(wire)
  }

  /// Whether the call is over.
  var isFinished: Bool { end != nil }

  /// Samples of the caller's that came faster than he can have spoken, and were left out.
  var skipped: Int { caller.skipped }

  /// Takes bytes of a message of the caller's; ``callerMessageEnded(at:)`` follows the last.
  func heard(_ bytes: RawSpan) {
    guard end == nil else { return }
    caller.append(bytes)
  }

  /// A message of the caller's is whole.
  func callerMessageEnded(at now: MonotonicTime) {
    guard end == nil else { return }
    caller.endMessage(at: place(now))
  }

  /// The bot's next bytes are heard from `start` on, or without a seam where that is where the last end.
  func beginsToPlay(at start: MonotonicTime) {
    guard end == nil else { return }
    let at = min(
      place(start), given + wire.rate.sampleCount(nanoseconds: Self.longestLead))
    // Times are whole nanoseconds: the same place may come out one sample earlier or later.
    guard at > botEnd + 1 else { return }
    padBot(to: at)
  }

  /// Takes bytes of the bot's, heard behind those before.
  func plays(_ bytes: RawSpan) {
    guard end == nil else { return }
    bot.append(bytes)
    botEnd += bytes.byteCount / wire.encoding.bytesPerSample
  }

  /// Takes so many bytes of the silence that pads a chunk.
  func playsSilence(byteCount: Int) {
    padBot(to: botEnd + byteCount / wire.encoding.bytesPerSample)
  }

  /// The platform is told to drop what it has not played.
  func cleared(at now: MonotonicTime) {
    truncateBot(to: place(now))
  }

  /// Notes something that happened at `time`.
  func note(_ label: String, at time: MonotonicTime) {
    guard cueCount < Self.mostCues else { return }
    cueCount += 1
    cues.append(RecordedStretch.Cue(position: place(time), label: label))
  }

  /// The call is over: nothing later is heard by anybody.
  func finish(at now: MonotonicTime) {
    guard end == nil else { return }
    let last = max(place(now), given)
    end = last
    caller.advance(to: last, isOver: true)
    caller.truncate(to: last)
    truncateBot(to: last)
    for index in cues.indices { cues[index].position = min(cues[index].position, last) }
  }

  /// The next piece, where at least `least` samples of both channels are sure by `now`, or the call is
  /// over; nil where it would be empty.
  func take(at now: MonotonicTime, atLeast least: Int) -> RecordedStretch? {
    if end == nil { caller.advance(to: place(now)) }
    let sure = end ?? min(caller.end, place(now))
    let count = sure - given
    guard count > 0, end != nil || count >= least else { return nil }
    padBot(to: sure)
    let bytes = count * wire.encoding.bytesPerSample
    let stretch = RecordedStretch(
      wire: wire, start: given, caller: caller.take(count), bot: Array(bot.prefix(bytes)),
      cues: cues)
    bot.removeFirst(bytes)
    cues.removeAll()
    given = sure
    return stretch
  }

  private func place(_ time: MonotonicTime) -> Int {
    wire.rate.sampleCount(nanoseconds: max((time - origin).wholeNanoseconds, 0))
  }

  private func padBot(to place: Int) {
    guard place > botEnd else { return }
    bot += repeatElement(
      wire.encoding.silence, count: (place - botEnd) * wire.encoding.bytesPerSample)
    botEnd = place
  }

  private func truncateBot(to place: Int) {
    guard botEnd > place else { return }
    bot.removeLast((botEnd - max(place, given)) * wire.encoding.bytesPerSample)
    botEnd = max(place, given)
  }
}

extension Array where Element == UInt8 {
  /// Appends a copy of `bytes`.
  mutating func append(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
