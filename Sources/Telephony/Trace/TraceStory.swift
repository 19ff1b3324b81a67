import AudioEngine

/// A trace as people look at it: both voices on the clock of the ear, and what happened between them.
package struct TraceStory: Sendable {
  /// A piece of sound.
  package struct Piece: Sendable {
    /// When it is heard, from the beginning of the call.
    package var from: Duration
    package var lasting: Duration
    /// Its largest sample, 0 to 32,768.
    package var peak: Int
    /// The bot's utterance, by its number; 0 for the caller's.
    package var epoch = 0
  }

  /// What was ahead of the ear when a chunk had left, and what still waited here.
  package struct Depth: Sendable {
    package var at: Duration
    package var lead: Duration
    package var queued: Duration
  }

  /// Something that happened.
  package struct Moment: Sendable {
    /// What it is to whoever looks.
    package enum Kind: Sendable {
      case clear, mark, trouble, event
    }

    package var at: Duration
    package var kind: Kind
    package var words: String
  }

  /// Words of the bot's, where they are heard.
  package struct Words: Sendable {
    package var from: Duration
    package var text: String
  }

  package private(set) var caller: [Piece] = []
  package private(set) var bot: [Piece] = []
  package private(set) var depths: [Depth] = []
  package private(set) var moments: [Moment] = []
  package private(set) var words: [Words] = []
  /// When the caller spoke, as the detector heard it.
  package private(set) var speaking: [Range<Duration>] = []
  /// Messages that left.
  package private(set) var messages = 0
  /// Media messages of a size that the platform forbids.
  package private(set) var illegal = 0
  /// Times the ear caught up with the bot.
  package private(set) var underruns = 0
  /// From the beginning of the call, or of what the trace has of it.
  package private(set) var start = Duration.zero
  package private(set) var end = Duration.zero

  private let origin: MonotonicTime
  private var wire: WireFormat?
  private var policy: ChunkPolicy?
  private var texts: [(epoch: Int, from: Duration, text: String)] = []
  private var began: Duration?

  /// Tells a trace.
  package init(_ trace: CallTrace) {
    origin = trace.head.began
    wire = trace.session?.wire
    policy = trace.session?.playback.chunk
    if !trace.isWhole {
      start = (trace.records.first { !$0.isWithoutTime }?.time ?? origin) - origin
    }
    for record in trace.records { take(record) }
    end = max(bot.last.map { $0.from + $0.lasting } ?? .zero, trace.duration)
    if let began { speaking.append(began..<max(end, began)) }
    for text in texts {
      guard let first = bot.first(where: { $0.epoch == text.epoch }) else { continue }
      words.append(Words(from: first.from + text.from, text: text.text))
    }
  }

  private mutating func take(_ record: TraceRecord) {
    let at = max(record.time - origin, .zero)
    switch record.content {
    case .media(let media) where media.fate == .taken && !media.isOutbound:
      caller.append(
        Piece(from: at, lasting: lasting(media.count), peak: Int(media.peak)))
    case .sent(let message): sent(message, at: at)
    case .close(let code, _): note(.event, "the bot's side closes with \(code)", at)
    case .socketClosed: note(.event, "the socket is gone", at)
    case .interrupt: note(.event, "interrupt", at)
    case .pause: note(.event, "pause", at)
    case .resume: note(.event, "resume", at)
    case .verdict(let verdict): note(.event, "the bot says \(verdict)", at)
    case .backlog: note(.trouble, "the platform's queue towards us fills", at)
    case .refused(let kind): note(.event, "not used: \(kind)", at)
    case .trouble(let what): note(.trouble, what, at)
    case .lost: note(.trouble, "something is missing here", at)
    case .told(let event): told(event, at: at)
    case .attach(let text, let from, _, let epoch): texts.append((epoch, from, text))
    default: break
    }
  }

  private mutating func sent(_ message: TracedMessage, at: Duration) {
    messages += 1
    guard let chunk = message.chunk else {
      let text = unsafe TracedMessage.words(message.text.span.bytes)
      let isClear = text.contains("\"event\":\"clear")
      if isClear { cut(at: at) }
      return note(isClear ? .clear : .mark, message.kind == .keys ? "keys" : text, at)
    }
    if let policy, !policy.isLegal(byteCount: chunk.byteCount) {
      illegal += 1
      note(.trouble, "a chunk of \(chunk.byteCount) bytes, which the platform forbids", at)
    }
    if chunk.isUnderrun { underruns += 1 }
    depths.append(Depth(at: at, lead: chunk.lead, queued: chunk.queued))
    let length = lasting(chunk.byteCount)
    bot.append(
      Piece(
        from: max(at + chunk.lead - length, at), lasting: length, peak: Int(chunk.peak),
        epoch: chunk.epoch))
  }

  /// What was not heard by then never is.
  private mutating func cut(at: Duration) {
    while let last = bot.last, last.from + last.lasting > at {
      guard last.from < at else {
        bot.removeLast()
        continue
      }
      bot[bot.count - 1].lasting = at - last.from
    }
  }

  private mutating func told(_ event: TracedEvent, at: Duration) {
    let milliseconds = event.duration.wholeNanoseconds / 1_000_000
    switch event.kind {
    case .callerBegan: began = began ?? at
    case .callerEnded:
      if let from = began.take() { speaking.append(from..<max(at, from)) }
    case .played: note(.event, "utterance \(event.epoch) was heard", at)
    case .interrupted:
      note(.event, "utterance \(event.epoch) was cut off, \(milliseconds) ms of it heard", at)
    case .closed:
      note(.event, "utterance \(event.epoch) ended with the call, \(milliseconds) ms heard", at)
    case .markPlayed: note(.event, "mark \(event.name) was heard", at)
    case .markCleared: note(.event, "mark \(event.name) was cleared", at)
    case .markClosed: break
    case .bargedIn: note(.event, "the caller spoke over the bot and interrupted it", at)
    case .held: note(.event, "the bot is held for the caller", at)
    case .asked: note(.event, "the bot is asked", at)
    case .dismissed: note(.event, "the bot goes on: \(event.name)", at)
    case .turn: note(.event, "answered after \(milliseconds) ms", at)
    case .settled: note(.event, "the platform has dropped the rest", at)
    }
  }

  private mutating func note(_ kind: Moment.Kind, _ words: String, _ at: Duration) {
    moments.append(Moment(at: at, kind: kind, words: words))
  }

  private func lasting(_ byteCount: Int) -> Duration {
    .nanoseconds(wire?.nanoseconds(byteCount: byteCount) ?? 0)
  }
}
