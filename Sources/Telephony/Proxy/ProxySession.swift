public import AudioEngine

/// One bot behind one call, sans-IO: it stands before the bot in its platform's place.
///
/// The call's ``MediaSession`` is lent to it at each step. What the bot sends goes in by
/// ``receive(_:media:at:)``, in whatever sizes and bursts, and out through the media as any speech does:
/// in legal chunks, paced, cleared at once. What the bot is to be told comes out of
/// ``poll(_:at:into:)``: the greeting, `start`, the caller's audio at the dialect's own cadence, keys,
/// marks, `stop`. Whoever drives it hands over every ``SessionEvent`` of the media with
/// ``note(_:media:at:)`` and calls ``advance(_:at:)`` at ``nextDeadline(_:at:)``.
///
/// Every queue is bounded: speech by the media's own capacity, beyond which audio is lost and counted, as a
/// platform does it, because a proxy that stopped reading would not see a `clear` either; the caller's audio
/// by the media's, which drops the oldest; marks by ``ProxyOptions/mostMarks``.
///
/// A bot that is dialled anew gets a new ``begin(_:media:)`` on the same session: what the old one had
/// said is still heard, and its marks are told to nobody.
///
/// Not thread-safe. Media messages allocate nothing.
public struct ProxySession {
  /// Why a call's media cannot be carried to this bot.
  public struct RateError: Error, Hashable, Sendable {
    /// The rate at which the dialect's bots hear and speak, which the session's bot must have.
    public var needed: SampleRate
  }

  /// What is to be done beside carrying audio.
  public enum Action: Hashable, Sendable {
    /// Nothing.
    case none
    /// Keys are to be pressed towards the caller's end.
    case press(String)
  }

  /// What is to be done with the bot's socket.
  public enum Output: Hashable, Sendable {
    /// Send the message that was written into the buffer, as text.
    case text
    /// Close the socket with 1000: the stream is over and the platform would.
    case close
  }

  /// What the bot is told between two pieces of audio.
  enum Reply {
    case mark(String)
    case cleared
    case key(DTMF, at: Duration)
  }

  enum State {
    case idle
    case greeting
    case start
    case live
    case stopping(StreamStop)
    case stopped
    case closed
  }

  /// The rest of a reply that a barge-in has ended.
  struct Stale {
    let since: MonotonicTime
    var newest: MonotonicTime
  }

  /// How the bot is treated.
  public let options: ProxyOptions
  /// The format of the bot's wire.
  public let format: WireFormat
  /// What has gone through.
  public internal(set) var counts = ProxyCounts()
  /// What the bot did wrong, by kind.
  public internal(set) var faults: [BotFault: Int] = [:]
  /// The name of the last event that the dialect does not know.
  public internal(set) var lastUnknownEvent: String?

  package var end: any PlatformEnd
  let habits: PlatformHabits
  var state = State.idle
  var start = StreamStart()
  var audio: BotAudio
  var speed: SlowSpeechCheck
  var frame: [Int16]
  var wire: [UInt8]
  /// How much of the caller's audio this bot was given.
  var given = 0
  var replies = FIFO<Reply>()
  /// Marks that wait for their audio, oldest first.
  var marks = FIFO<(number: Int, name: String)>()
  var lastMark = 0
  /// The utterance that the bot's audio goes into.
  var epoch: Epoch?
  /// When the bot last sent audio.
  var spokeAt = MonotonicTime.zero
  /// Messages that had left when the utterance began.
  var messagesAtBegin = 0
  var stale: Stale?
  /// When a bot that goes on speaking beside the caller is impolite.
  var politeUntil: MonotonicTime?
  private var untold: [BotFault] = []

  /// Makes the session of a bot that speaks `end`'s dialect.
  ///
  /// - Throws: ``RateError`` where the media's bot has not the rate of such bots.
  public init(
    _ end: any PlatformEnd, media: borrowing MediaSession, options: ProxyOptions = ProxyOptions()
  ) throws(RateError) {
    let call = media.configuration
    let same = call.botRate == call.wire.rate ? call.wire : WireFormat(.linear16, call.botRate)
    format = end.wireFormat(nearest: same)
    guard format.rate == call.botRate else { throw RateError(needed: format.rate) }
    self.end = end
    self.options = options
    habits = end.habits
    let count = format.rate.sampleCount(nanoseconds: end.habits.cadence.wholeNanoseconds)
    frame = [Int16](repeating: 0, count: count)
    wire = [UInt8](repeating: 0, count: count * format.encoding.bytesPerSample)
    audio = BotAudio(format)
    speed = SlowSpeechCheck(hertz: format.rate.hertz)
  }

  /// A bot is there: it is greeted and told of the stream. `start`'s identifiers get the dialect's shape.
  public mutating func begin(_ start: StreamStart, media: inout MediaSession) {
    self.start = end.adopting(start)
    media.bargeIn = options.bargeIn
    state = .greeting
    given = 0
    replies.removeAll()
    marks.removeAll()
    epoch = nil
    stale = nil
    politeUntil = nil
    audio.cut()
    speed = SlowSpeechCheck(hertz: format.rate.hertz)
  }

  /// The bot is gone: what it has said is heard to its end.
  public mutating func leave(_ media: inout MediaSession) {
    guard isLive else { return }
    finish(&media)
    state = .idle
  }

  /// The stream is over: what the caller has said before is told, then so is that.
  public mutating func stop(_ stop: StreamStop) {
    if isLive { state = .stopping(stop) }
  }

  /// The call's identifier as the bot knows it.
  public var callSID: String? { start.callSID }

  /// Whether a bot is there that is told of the call.
  public var isLive: Bool {
    switch state {
    case .greeting, .start, .live: true
    case .idle, .stopping, .stopped, .closed: false
    }
  }

  /// The next kind of fault that has not been asked for; each comes once.
  public mutating func nextNewFault() -> BotFault? {
    untold.isEmpty ? nil : untold.removeFirst()
  }

  mutating func note(_ fault: BotFault) {
    if faults[fault] == nil { untold.append(fault) }
    faults[fault, default: 0] += 1
  }

  /// Ends the utterance that is open, if it is the bot's.
  mutating func finish(_ media: inout MediaSession) {
    audio.cut()
    guard let epoch else { return }
    self.epoch = nil
    // One that is over already needs no end.
    try? media.finish(epoch)
  }
}
