public import AudioEngine

/// The platform's side of one call as a state machine without a socket or a clock: what arrives and
/// the time go in, what must be sent and the next deadline come out. The live runner and the virtual
/// clock drive the same code.
///
/// The driver calls ``opened(at:)`` once, then ``received(_:at:)`` and ``poll(at:)`` as things
/// happen, and ``closed(code:by:at:)`` once. After each of these it polls until nil and then waits
/// until ``nextDeadline``. Times never go backwards.
public protocol SimulatedPlatform: Sendable {
  /// What the platform says about itself when it opens the socket at `url`.
  func handshake(for url: String) -> Handshake

  /// The upgrade has succeeded.
  mutating func opened(at now: MonotonicTime)

  /// The bot sent something; whatever it is, it is judged and never traps.
  mutating func received(_ message: BotMessage, at now: MonotonicTime)

  /// What is due by `now`, one action a call, nil when nothing more is.
  mutating func poll(at now: MonotonicTime) -> PlatformAction?

  /// A caller whose script is live does something; a caller with another script, or before the stream's
  /// start, leaves it. The driver polls afterwards.
  mutating func perform(_ act: CallerAct)

  /// The way to the caller's ear; nil before the stream's start.
  var line: PlayoutLine? { get }

  /// When ``poll(at:)`` has to be called again; nil when only the bot can cause something.
  var nextDeadline: MonotonicTime? { get }

  /// How far the bot may fall behind; nil where a platform tells nothing of it.
  var readBacklog: ReadBacklog? { get }

  /// How much of what is due by `now` has not been read, in the caller's time, where the socket has taken
  /// nothing for `blocked`: what is late without that is the simulator's own doing.
  func unread(at now: MonotonicTime, blocked: Duration) -> Duration

  /// The socket has ended; nothing is sent after it.
  mutating func closed(code: Int, by side: CallReport.Side, at now: MonotonicTime)

  /// The call did not come up, or the driver gave it up: `sentence` says why.
  mutating func failed(_ sentence: String, at now: MonotonicTime)

  /// Whether the socket has ended or the call has failed.
  var isOver: Bool { get }

  /// How far the call has come, cheap enough to be asked ten times a second.
  func progress(at now: MonotonicTime) -> CallProgress

  /// The verdict and the figures as they stand at `now`.
  func report(at now: MonotonicTime) -> CallReport

  /// What the caller has said so far, from the stream's start; nothing of one who is alive.
  var said: WaveFile { get }

  /// What the caller has heard by `now`, from the stream's start.
  func heard(at now: MonotonicTime) -> WaveFile
}

extension SimulatedPlatform {
  /// Nothing but a plain upgrade.
  public func handshake(for url: String) -> Handshake { Handshake() }

  /// A platform whose callers all keep to a script.
  public mutating func perform(_ act: CallerAct) {}

  /// No levels.
  public var readBacklog: ReadBacklog? { nil }

  /// Nothing.
  public func unread(at now: MonotonicTime, blocked: Duration) -> Duration { .zero }

  /// A platform that lets nobody listen in.
  public var line: PlayoutLine? { nil }
}

/// What a platform adds to its request to become a WebSocket.
public struct Handshake: Sendable {
  /// Header fields, such as a signature.
  public var headers: [(name: String, value: String)]
  /// The subprotocols on offer, in this order.
  public var subprotocols: [String]

  /// Makes the additions.
  public init(headers: [(name: String, value: String)] = [], subprotocols: [String] = []) {
    self.headers = headers
    self.subprotocols = subprotocols
  }
}

/// A whole WebSocket message from the bot.
public enum BotMessage: Hashable, Sendable {
  /// A text message, not yet known to be UTF-8.
  case text([UInt8])
  /// A binary message; only its size matters, since no platform takes any.
  case binary(byteCount: Int)
}

/// What a platform wants done.
public enum PlatformAction: Hashable, Sendable {
  /// Send this text message.
  case send([UInt8])
  /// Close the socket with this code.
  case close(code: Int)
}

/// How far a call has come.
public struct CallProgress: Hashable, Sendable {
  /// Since the stream's start.
  public let elapsed: Duration
  /// How much of the caller's audio has been sent.
  public let said: Duration
  /// How much audio the caller has heard.
  public let heard: Duration
  /// How many kinds of problems have been found.
  public let problems: Int
}
