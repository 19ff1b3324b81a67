import AudioEngine

extension CallTrace {
  /// What running a trace again has shown.
  public enum Outcome: Hashable, Sendable {
    /// The same messages left at the same times; how many.
    case same(messages: Int)
    /// Something else happened first here.
    case different(Difference)
    /// The trace has lost its beginning, and cannot be run.
    case notWhole
  }

  /// The first difference between a call and its trace.
  public struct Difference: Hashable, Sendable, CustomStringConvertible {
    /// The number of the message, from 1 on.
    public let message: Int
    /// When, from the beginning of the call.
    public let at: Duration
    /// What the trace has.
    public let traced: String
    /// What the engine gives.
    public let given: String

    /// One line for people.
    public var description: String {
      let milliseconds = at.wholeNanoseconds / 1_000_000
      return
        "message \(message) at \(milliseconds) ms: the trace has \(traced), the engine gives \(given)"
    }
  }

  /// Runs the call again: everything that went in, at the same times, through the engine of today.
  ///
  /// - Parameters:
  ///   - platforms: who may be speaking, with the options that the call had.
  ///   - heard: is given each message that leaves, with its time since the beginning of the call.
  /// - Returns: whether the same came out, to the byte.
  public func replay(
    platforms: PlatformRegistry = .standard, telling heard: ((RawSpan, Duration) -> Void)? = nil
  ) -> Outcome {
    guard isWhole else { return .notWhole }
    return TraceReplay(self, platforms).run(heard)
  }
}

/// A trace being run again.
private struct TraceReplay: ~Copyable {
  private let trace: CallTrace
  private var session: CallSession
  private var message = MessageBuffer()
  private var payload: [UInt8] = []
  private var hearing: TracedHearing?
  private var count = 0

  init(_ trace: CallTrace, _ platforms: PlatformRegistry) {
    self.trace = trace
    var configuration = trace.head.configuration
    configuration.platforms = platforms
    let entry = trace.platform.flatMap { name in
      platforms.entries.first { $0.platform.name == name }
    }
    session = CallSession(
      path: entry?.pathPrefix ?? "", query: URLQuery(items: trace.head.query),
      configuration: configuration, at: trace.head.began)
    session.replayed = trace.session.map { [$0] } ?? []
  }

  consuming func run(_ heard: ((RawSpan, Duration) -> Void)?) -> CallTrace.Outcome {
    for record in trace.records {
      if let difference = step(record, heard) { return .different(difference) }
      while session.media?.nextEvent() != nil {}
    }
    return .same(messages: count)
  }

  private mutating func step(
    _ record: TraceRecord, _ heard: ((RawSpan, Duration) -> Void)?
  ) -> CallTrace.Difference? {
    let now = record.time
    switch record.content {
    case .head, .session, .lost, .trouble, .refused, .told: break
    case .text(let text):
      listen { (session) in _ = unsafe session.receive(text: text.span.bytes, at: now) }
    case .binary: session.receiveUnreadable(at: now)
    case .media(let media): receive(media, at: now)
    case .detected(let said): hearing = said
    case .press(let keys): try? session.press(keys)
    case .end(let code, let reason): session.end(code: code, reason: reason, at: now)
    case .socketClosed: session.socketClosed(at: now)
    case .nothing, .sent, .close: return poll(record, heard)
    default: speak(record.content, at: now)
    }
    return nil
  }

  /// Has a detector say what it said of this message.
  private mutating func listen(_ receive: (inout CallSession) -> Void) {
    if let hearing { session.media?.detector = RepeatingDetector(hearing: hearing) }
    receive(&session)
    if hearing != nil { session.media?.detector = RepeatingDetector() }
    hearing = nil
  }

  private mutating func receive(_ media: TracedMedia, at now: MonotonicTime) {
    payload.removeAll(keepingCapacity: true)
    let isTaken = media.fate == .taken
    let whole = isTaken ? media.count / 3 * 4 : media.count
    payload += repeatElement(UInt8(ascii: media.fate == .invalid ? "!" : "A"), count: whole)
    if isTaken { payload += ["", "AA==", "AAA="][media.count % 3].utf8 }
    let payload = payload
    let message = MediaMessage(
      payload: 0..<payload.count, chunk: media.chunk,
      timestampMilliseconds: media.timestampMilliseconds,
      track: media.isOutbound ? .outbound : .inbound)
    listen { (session) in
      unsafe session.receive(media: message, of: payload.span.bytes, at: now)
    }
  }

  private mutating func speak(_ content: TraceRecord.Content, at now: MonotonicTime) {
    switch content {
    case .begin(let options): _ = try? session.media?.beginUtterance(options, at: now)
    case .write(let epoch, let bytes):
      let samples = AudioEncoding.linear16.samples(of: bytes.span, in: 0..<bytes.count)
      if epoch > 0 {
        _ = try? session.media?.write(samples.span, to: Epoch(number: epoch), at: now)
      } else {
        _ = try? session.media?.write(samples.span, at: now)
      }
    case .mark(let name, let epoch, let isReckoned):
      try? session.media?.mark(name, in: Epoch(number: epoch), isReckoned: isReckoned)
    case .attach(let text, let from, let to, let epoch):
      try? session.media?.attach(text: text, from: from, to: to, in: Epoch(number: epoch))
    case .finish(let epoch): try? session.media?.finish(Epoch(number: epoch))
    case .interrupt: _ = session.media?.interrupt(at: now)
    case .pause: _ = session.media?.pause(at: now)
    case .resume: session.media?.resume(at: now)
    case .advance: _ = session.media?.position(at: now)
    case .closeMedia: session.media?.close(at: now)
    case .backlog(let percent): session.media?.noteBacklog(percent: percent)
    case .verdict(let verdict): session.media?.decideBargeIn(verdict, at: now)
    case .bargeIn(let policy): session.media?.bargeIn = policy
    default: break
    }
  }

  private mutating func poll(
    _ record: TraceRecord, _ heard: ((RawSpan, Duration) -> Void)?
  ) -> CallTrace.Difference? {
    let now = record.time
    let given = session.poll(at: now, into: &message)
    if given == .text { heard?(message.bytes, now - trace.head.began) }
    let difference = difference(record, given)
    if difference == nil, given == .text { count += 1 }
    return difference
  }

  private func difference(
    _ record: TraceRecord, _ given: CallSession.Output?
  ) -> CallTrace.Difference? {
    let bytes = message.bytes
    let traced: String
    switch record.content {
    case .sent(let sent):
      if given == .text, sent.equals(bytes, at: record.time) { return nil }
      traced = sent.description
    case .close(let code, let reason):
      if given == .close(code: code, reason: reason) { return nil }
      traced = "a close with \(code)"
    default:
      if given == nil { return nil }
      traced = "nothing"
    }
    return CallTrace.Difference(
      message: count + 1, at: record.time - trace.head.began, traced: traced,
      given: Self.words(given, bytes))
  }

  private static func words(_ output: CallSession.Output?, _ bytes: RawSpan) -> String {
    switch output {
    case nil: return "nothing"
    case .close(let code, _): return "a close with \(code)"
    case .text:
      let isMedia = QuickMedia.read(bytes) != nil
      return isMedia ? "media of \(bytes.byteCount) bytes" : TracedMessage.words(bytes)
    }
  }
}

extension TracedMessage {
  func equals(_ bytes: RawSpan, at now: MonotonicTime) -> Bool {
    guard bytes.byteCount == byteCount else { return false }
    switch kind {
    case .media: return WireHash.mix(bytes, at: now, into: WireHash.start) == hash
    case .text: return unsafe bytes.withUnsafeBytes { unsafe $0.elementsEqual(text) }
    default: return true
    }
  }

  var description: String {
    switch kind {
    case .media: "media of \(byteCount) bytes, hash \(String(hash, radix: 16))"
    case .keys: "keys of \(byteCount) bytes"
    default: unsafe Self.words(text.span.bytes)
    }
  }

  static func words(_ bytes: RawSpan) -> String {
    let text = unsafe bytes.withUnsafeBytes {
      unsafe String(decoding: $0.prefix(200), as: UTF8.self)
    }
    return Redaction.text(text)
  }
}
