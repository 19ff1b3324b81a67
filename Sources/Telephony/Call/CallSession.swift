public import AudioEngine

/// One call, sans-IO: a platform's dialect and a ``MediaSession`` behind one interface of text and
/// time.
///
/// A server of any kind carries calls with it: give every WebSocket message to
/// ``receive(text:at:)``, call ``poll(at:into:)`` and send what it wrote until it gives nil, and come
/// back at ``nextDeadline(at:)``. The platform is found from the path, or else from the first
/// messages. ``media`` exists from the stream's start on.
///
/// Not thread-safe: it belongs to one thread or actor. Media messages allocate nothing.
public struct CallSession: ~Copyable {
  /// What a message meant for the bot.
  public enum Event: Sendable {
    /// Nothing to act on.
    case none
    /// The stream has begun and ``CallSession/media`` exists.
    indirect case started(StreamStart)
    /// Caller audio waits to be read.
    case audio
    /// Audio that the platform plays to the caller waits in ``CallSession/outboundTrack``.
    case outboundAudio
    /// The caller pressed a key.
    case dtmf(DTMF)
    /// Speech may have ended, or marks been played: look at ``MediaSession/nextEvent()``.
    case progress
    /// The stream is over; ``CallSession/poll(at:into:)`` gives the close.
    case stopped(StreamStop)
  }

  /// What is to be done with the socket.
  public enum Output: Hashable, Sendable {
    /// Send the message that was written into the buffer, as text.
    case text
    /// Close the socket; nothing more will follow.
    case close(code: UInt16, reason: String)
  }

  enum State {
    case waiting
    case live
    /// Over; the close has been given out or not.
    case ending(code: UInt16, reason: String)
    case closed
  }

  // Stored in the order in which a message meets it, as in ``MediaSession``.

  /// What the platform plays to the caller, on one-way streams that carry it: a timeline of its own
  /// beside ``media``, from the track's first message on.
  public internal(set) var outboundTrack: OutboundTrack?
  /// Text and binary messages taken.
  public internal(set) var messagesReceived = 0

  /// Whether anything hears the caller speak, as ``configuration`` has it.
  package let hearsSpeech: Bool
  var codec: SessionCodec?
  var state = State.waiting
  var badInARow = 0
  /// How much came before the start, media aside.
  var bytesBeforeStart = 0

  /// The longest message before the start: who has not begun is not trusted with more.
  public static let maximumBytesBeforeStart = 65_536
  var scratch: [UInt8] = []
  /// Writes down all that goes in and out; nil for nothing.
  var trace: TraceRecorder?
  /// How the media session was made in the call that is run again: one or none, so that calls of their own
  /// pay for no more than an empty array.
  var replayed: [SessionConfiguration] = []
  /// Keys that wait to be sent, oldest first.
  private var keys: [String] = []

  /// The call's media, from the stream's start on.
  public var media: MediaSession?
  /// What the platform said at the start.
  public internal(set) var start: StreamStart?
  /// What could not be used, by kind.
  public internal(set) var refused: [RefusedInput: Int] = [:]
  /// How often the platform reported trouble of its own.
  public internal(set) var faultCount = 0
  /// The last such report.
  public internal(set) var lastFault: StreamFault?
  /// What the session was made with.
  public let configuration: CallConfiguration
  /// The query of the upgrade request.
  public let query: URLQuery
  let startDeadline: MonotonicTime

  /// Keys that may wait at once, and how many there may be in one message.
  static let mostKeys = 64

  /// The reasons of the two closes with 1003: what was sent cannot be used.
  static let unreadable = "too many unreadable messages"
  static let unsupportedFormat = "unsupported audio format"

  /// Makes the session of a socket that has just been accepted.
  ///
  /// - Parameters:
  ///   - path: the path of the upgrade request, which may name the platform.
  ///   - query: its query, which may name the rate.
  ///   - configuration: how the call is to be carried.
  ///   - now: the time.
  public init(
    path: String, query: URLQuery = URLQuery(), configuration: CallConfiguration,
    at now: MonotonicTime
  ) {
    self.configuration = configuration
    hearsSpeech = configuration.hearsSpeech
    self.query = query
    codec = configuration.platforms.codec(path: path).map { SessionCodec(wire: $0) }
    startDeadline = now + configuration.startTimeout
  }

  /// The platform, once it is known.
  public var platform: Platform? { codec.platform }

  /// Whether the stream has started and not ended.
  public var isLive: Bool {
    if case .live = state { true } else { false }
  }

  /// Writes the next message to the platform into `message`, which is emptied first.
  ///
  /// - Returns: what to do, or nil when nothing is due at `now`.
  public mutating func poll(at now: MonotonicTime, into message: inout MessageBuffer) -> Output? {
    guard let trace else { return step(at: now, into: &message) }
    trace.enter()
    let pressesKeys = keys.count
    let output = step(at: now, into: &message)
    trace.leave()
    trace.add(output, message.bytes, areKeys: keys.count < pressesKeys, at: now)
    return output
  }

  private mutating func step(at now: MonotonicTime, into message: inout MessageBuffer) -> Output? {
    message.removeAll()
    switch state {
    case .waiting:
      guard now >= startDeadline else { return nil }
      state = .closed
      return .close(code: 1008, reason: "no start within the time allowed")
    case .live:
      if let outbound = media?.poll(at: now) {
        write(outbound, into: &message)
        return .text
      }
      return writeKeys(into: &message) ? .text : nil
    case .ending(let code, let reason):
      state = .closed
      return .close(code: code, reason: reason)
    case .closed:
      return nil
    }
  }

  /// When ``poll(at:into:)`` must be called next; nil when only new input can make something due.
  public func nextDeadline(at now: MonotonicTime) -> MonotonicTime? {
    switch state {
    case .waiting: startDeadline
    case .live: keys.isEmpty ? media?.nextDeadline(at: now) ?? nil : now
    case .ending: now
    case .closed: nil
    }
  }

  /// Asks the platform to press keys, as a caller would, for a far end that is a machine itself.
  ///
  /// They leave at once, beside speech that waits: platforms do not say when they are heard. Await the
  /// end of an utterance first where the order matters.
  ///
  /// - Parameter digits: 1 to 64 of `0` to `9`, `*`, `#`, `A` to `D`.
  /// - Throws: ``KeyError``, why nothing will be sent.
  public mutating func press(_ digits: String) throws(KeyError) {
    trace?.add(.press) { $0.append(TraceRedaction.keys(digits)) }
    guard isLive, media?.configuration.direction == .bidirectional else {
      throw .notSpeaking
    }
    guard (1...Self.mostKeys).contains(digits.utf8.count),
      digits.utf8.allSatisfy("0123456789*#ABCD".utf8.contains)
    else { throw .noKeys }
    var trial = MessageBuffer()
    guard codec?.wire.encodeKeys(digits, into: &trial) == true else { throw .unsupported }
    guard keys.count < Self.mostKeys else { throw .tooMany }
    keys.append(digits)
  }

  /// Ends the call from the bot's side: what waits is dropped and the socket is closed.
  public mutating func end(code: UInt16 = 1000, reason: String = "", at now: MonotonicTime) {
    trace?.enter(code: code, reason: reason, at: now)
    defer { trace?.leave() }
    switch state {
    case .waiting, .live:
      closeMedia(at: now)
      state = .ending(code: code, reason: reason)
    case .ending, .closed:
      break
    }
  }

  /// Notes that the socket is gone: everything that waits resolves as closed.
  public mutating func socketClosed(at now: MonotonicTime) {
    trace?.enter(.socketClosed, at: now)
    defer { trace?.leave() }
    closeMedia(at: now)
    state = .closed
  }

  mutating func closeMedia(at now: MonotonicTime) {
    media?.close(at: now)
    outboundTrack?.media.close(at: now)
  }

  private mutating func writeKeys(into message: inout MessageBuffer) -> Bool {
    guard !keys.isEmpty else { return false }
    return codec?.wire.encodeKeys(keys.removeFirst(), into: &message) ?? false
  }

  private mutating func write(_ outbound: Outbound, into message: inout MessageBuffer) {
    switch outbound {
    case .media(let chunk):
      codec?.wire.beginMedia(into: &message)
      media?.appendBase64(of: chunk, to: &message)
      codec?.wire.endMedia(into: &message)
    case .mark(let name):
      codec?.wire.encodeMark(name, into: &message)
    case .clear:
      codec?.wire.encodeClear(into: &message)
    }
  }
}

/// The platform's dialect as a session keeps it: what cannot be copied is used in place for each message.
struct SessionCodec: ~Copyable {
  var wire: any WireCodec
}

extension Optional where Wrapped == SessionCodec {
  var platform: Platform? {
    switch self {
    case .some(let codec): codec.wire.platform
    case .none: nil
    }
  }

  /// As ``WireCodec/decode(_:)``, in place; nil without a dialect.
  func decode(_ message: RawSpan) -> InboundEvent? {
    switch self {
    case .some(let codec): codec.wire.decode(message)
    case .none: nil
    }
  }
}

/// What a platform plays to the caller, on a one-way stream that carries it. By itself, since few calls have
/// it and a session is large.
public final class OutboundTrack {
  var media: MediaSession

  init(_ configuration: SessionConfiguration) throws(SessionError) {
    media = try MediaSession(configuration: configuration)
  }

  /// As ``MediaSession/readableCount``.
  public var readableCount: Int { media.readableCount }

  /// As ``MediaSession/read(into:)``.
  public func read(into frame: inout MutableSpan<Int16>) -> Int { media.read(into: &frame) }
}

/// Why ``CallSession/press(_:)`` sends nothing.
public enum KeyError: Error, Hashable, Sendable {
  /// The stream has not started, is over, or is one-way.
  case notSpeaking
  /// The text is empty, longer than 64 keys, or holds something that is no key.
  case noKeys
  /// The platform has no message for keys.
  case unsupported
  /// Too many wait already: the socket takes nothing.
  case tooMany
}
