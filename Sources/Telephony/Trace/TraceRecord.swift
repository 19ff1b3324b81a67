import AudioEngine

/// One record of a trace, read.
struct TraceRecord: Sendable {
  /// What it holds.
  enum Content: Sendable {
    case head(TraceHead)
    case session(SessionConfiguration)
    case lost
    case trouble(String)
    case text([UInt8])
    case binary
    case media(TracedMedia)
    case detected(TracedHearing)
    case press(String)
    case end(code: UInt16, reason: String)
    case socketClosed
    case nothing
    case sent(TracedMessage)
    case close(code: UInt16, reason: String)
    case begin(UtteranceOptions)
    case write(epoch: Int, samples: ArraySlice<UInt8>)
    case mark(name: String, epoch: Int, isReckoned: Bool)
    case attach(text: String, from: Duration, to: Duration, epoch: Int)
    case finish(epoch: Int)
    case interrupt, pause, resume, advance, closeMedia
    case backlog(percent: Int?)
    case verdict(BargeInVerdict)
    case bargeIn(BargeInPolicy?)
    case refused(String)
    case told(TracedEvent)
  }

  let time: MonotonicTime
  let content: Content

  /// What is written in front of a trace, or between its pieces, has no time of its own.
  var isWithoutTime: Bool {
    switch content {
    case .lost, .session: true
    default: false
    }
  }

  /// Reads the bytes of one record, its length left out.
  init(_ bytes: ArraySlice<UInt8>) throws(TraceCursor.Failure) {
    var cursor = TraceCursor(bytes)
    guard let kind = TraceKind(rawValue: try cursor.byte()) else { throw TraceCursor.Failure() }
    if kind == .head {
      let head = try TraceHead(from: &cursor)
      time = head.began
      content = .head(head)
      return
    }
    time = try cursor.time()
    content = try Self.content(kind, &cursor)
  }

  private static func content(
    _ kind: TraceKind, _ cursor: inout TraceCursor
  ) throws(TraceCursor.Failure) -> Content {
    switch kind {
    case .head: throw TraceCursor.Failure()
    case .session: .session(try SessionConfiguration(from: &cursor))
    case .lost: .lost
    case .trouble: .trouble(try cursor.text())
    case .text: .text(try cursor.block())
    case .binary: .binary
    case .media: .media(try TracedMedia(from: &cursor))
    case .detected: .detected(try TracedHearing(from: &cursor))
    case .press: .press(try cursor.text())
    case .end: .end(code: try code(&cursor), reason: try cursor.text())
    case .socketClosed: .socketClosed
    case .poll: try output(&cursor)
    case .begin:
      .begin(
        UtteranceOptions(
          rate: try cursor.optional { (cursor) throws(TraceCursor.Failure) in try cursor.rate() },
          isInterruptible: try cursor.flag()))
    case .write: .write(epoch: try cursor.epoch(), samples: try cursor.slice())
    case .mark:
      .mark(name: try cursor.text(), epoch: try cursor.epoch(), isReckoned: try cursor.flag())
    case .attach:
      .attach(
        text: try cursor.text(), from: try cursor.capacity(), to: try cursor.capacity(),
        epoch: try cursor.epoch())
    case .finish: .finish(epoch: try cursor.epoch())
    case .interrupt: .interrupt
    case .pause: .pause
    case .resume: .resume
    case .advance: .advance
    case .close: .closeMedia
    case .backlog:
      .backlog(
        percent: try cursor.optional { (cursor) throws(TraceCursor.Failure) in try cursor.int() })
    case .verdict: .verdict(try cursor.flag() ? .interrupt : .goOn)
    case .bargeIn:
      .bargeIn(
        try cursor.optional { (cursor) throws(TraceCursor.Failure) in
          try BargeInPolicy(from: &cursor)
        })
    case .refused: .refused(try cursor.text())
    case .told: .told(try TracedEvent(from: &cursor))
    }
  }

  private static func output(_ cursor: inout TraceCursor) throws(TraceCursor.Failure) -> Content {
    let kind = try cursor.choice(of: TracedOutput.allCases)
    switch kind {
    case .nothing: return .nothing
    case .close: return .close(code: try code(&cursor), reason: try cursor.text())
    case .media, .text, .keys:
      var message = TracedMessage(kind: kind, byteCount: try cursor.int())
      if kind == .media {
        message.hash = try cursor.number()
        message.chunk = try TracedChunk(from: &cursor)
      } else if kind == .text {
        message.text = try cursor.block()
      }
      return .sent(message)
    }
  }

  private static func code(_ cursor: inout TraceCursor) throws(TraceCursor.Failure) -> UInt16 {
    guard let code = UInt16(exactly: try cursor.int()) else { throw TraceCursor.Failure() }
    return code
  }
}

/// A message that left, as a trace has it: media by its size and hash, keys by their size, all else whole.
struct TracedMessage: Hashable, Sendable {
  var kind: TracedOutput
  var byteCount: Int
  var hash: UInt64 = 0
  var chunk: TracedChunk?
  var text: [UInt8] = []
}
