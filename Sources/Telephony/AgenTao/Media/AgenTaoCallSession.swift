public import AudioEngine

/// One call, sans-IO: its state, its media link and a ``MediaSession`` behind one interface of
/// messages and time.
///
/// Whoever drives it gives it every message of the media link, calls ``poll(at:into:)`` and sends what
/// it wrote until it gives nil, takes ``nextEvent()`` after each step, and comes back at
/// ``nextDeadline(at:)``.
///
/// Not thread-safe: it belongs to one thread or actor. Audio in either direction allocates nothing.
public struct AgenTaoCallSession: ~Copyable {
  /// What the driver must know, in order.
  public enum Event: Sendable {
    /// The media link may be used: the call can be handed to the bot.
    case opened
    /// A command has come to its end. Every command does, once.
    case commandEnded(AgenTaoCommandToken, Result<AgenTaoReply, AgenTaoCallError>)
    /// Something for the bot.
    case call(AgenTaoCallEvent)
  }

  /// What is to be done with the socket.
  public enum Output: Hashable, Sendable {
    /// Send what was written, as text.
    case text
    /// Send what was written, as binary.
    case binary
    /// Close the socket; nothing more will follow.
    case close(code: UInt16, reason: String)
  }

  enum Link: Hashable {
    case opening(until: MonotonicTime)
    case live
    /// The call is over; the server closes the link, or we do then.
    case ending(at: MonotonicTime, code: UInt16)
    case closed
  }

  struct Pending {
    let token: AgenTaoCommandToken
    let id: String
    let command: AgenTaoCommand
    let until: MonotonicTime
  }

  /// How long a link may take to be usable.
  public static let openTimeout: Duration = .seconds(10)
  /// How long the server may take to close the link of a call that is over.
  public static let closeGrace: Duration = .seconds(2)
  /// How long new audio waits for the answer to an interruption on a wire without epochs: a server
  /// that acts late would drop it with the old.
  public static let interruptHold: Duration = .milliseconds(150)
  /// Commands that may wait for their answers at once.
  public static let mostCommands = 64
  /// Unusable binary messages after which a wire with headers is given up.
  static let mostBadFrames = 100

  /// The codec.
  public let wire: any AgenTaoWire
  /// The call as it was offered.
  public let offer: AgenTaoOffer
  /// How the call is carried.
  public let configuration: AgenTaoCallConfiguration
  /// The call's media. Speak through ``checkMaySpeak()``; interrupt through ``interrupt(at:)``.
  public var media: MediaSession
  /// Where the call is.
  public internal(set) var state = AgenTaoCallState.pending
  /// What could not be used, by kind.
  public internal(set) var refused: [AgenTaoRefusedInput: Int] = [:]
  /// Why the link was lost, where it was.
  public internal(set) var mediaFailure: AgenTaoMediaFailure?

  var link: Link
  var pending: [Pending] = []
  /// Commands that were given up on, the newest few: a late yes still tells where the call is.
  var lapsed: [Pending] = []
  var outgoing: [AgenTaoCommandMessage] = []
  var events: [Event] = []
  var commandCount = 0
  /// Payload bytes the server allows to have left, by ``MediaSession/leftBytes``.
  var allowed = 0
  /// Where the present epoch began, on wires that count anew in each.
  var epochBase = 0
  var epoch = 0
  var framesSent = 0
  var heldUntil: MonotonicTime?

  /// Makes the session of a call whose media link is being opened.
  ///
  /// - Throws: ``SessionError`` where ``AgenTaoCallConfiguration/problem`` would have said so.
  public init(
    offer: AgenTaoOffer, wire: any AgenTaoWire, configuration: AgenTaoCallConfiguration,
    at now: MonotonicTime
  ) throws(SessionError) {
    self.offer = offer
    self.wire = wire
    self.configuration = configuration
    media = try MediaSession(configuration: configuration.session)
    media.allowance = 0
    link = .opening(until: now + Self.openTimeout)
  }

  /// Whether the link may be used.
  public var isLive: Bool { link == .live }
  /// Whether nothing more will happen.
  public var isClosed: Bool { link == .closed }
  /// Commands that wait for their answers.
  public var pendingCommandCount: Int { pending.count }
  /// Whether this client is leaving or ending the call.
  public var isLeaving: Bool { pending.contains { $0.command.ends } }

  /// The next thing the driver must know, oldest first.
  public mutating func nextEvent() -> Event? {
    events.isEmpty ? nil : events.removeFirst()
  }

  /// Why nothing can be said now, if so.
  public func checkMaySpeak() throws(AgenTaoSendError) {
    switch state {
    case .disconnected(let reason): throw .callClosed(reason)
    case .pending: throw .notAnswered
    case .answered, .connected: break
    }
    if isLeaving { throw .bufferClosed }
  }

  /// The most speech that can wait, and what waits now, in wire bytes.
  public var queueBytes: (capacity: Int, queued: Int) {
    let wire = media.configuration.wire
    // Queue lengths are whole samples, which the way through nanoseconds rounds down.
    let queued = wire.byteCount(nanoseconds: media.queuedDuration.wholeNanoseconds + 1)
    return (configuration.outboundCapacityBytes, queued)
  }
}

/// What a server sent on a media link that could not be used.
public enum AgenTaoRefusedInput: String, Hashable, Sendable, CaseIterable {
  /// Text that is no JSON object.
  case malformedText
  /// A message of a kind that is not known here.
  case unknownMessage
  /// The answer to a command that nobody waits for.
  case unknownCommand
  /// A binary message that is no audio.
  case badFrame
  /// Audio of a track that was not asked for.
  case otherTrack
  /// Audio that had come before.
  case duplicateFrame
  /// Anything after the end of the call.
  case afterEnd
}
