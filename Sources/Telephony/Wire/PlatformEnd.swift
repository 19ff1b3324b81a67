public import AudioEngine

/// The platform's end of a dialect: what a bot that speaks it is told, and what it says.
///
/// The counterpart of ``WireCodec``, for whoever stands before a bot in the platform's place. It writes
/// the documented form alone, with its members in the documented order, and reads what bots really send.
///
/// An end belongs to one stream. It has no IO and no clock; ``decode(_:)`` of a media message and the
/// media pair allocate nothing once ``encodeStart(_:format:into:)`` was called. Not for concurrent use.
/// Judges do not use it: they read and write by themselves, so as not to share its mistakes.
public protocol PlatformEnd: Sendable {
  /// The platform that speaks this dialect.
  var platform: Platform { get }

  /// What a bot may rely on beside the words.
  var habits: PlatformHabits { get }

  /// The format of a stream to a bot whose caller's audio comes as `format`: the same where the
  /// platform has such streams, else the one that loses least.
  func wireFormat(nearest format: WireFormat) -> WireFormat

  /// `start` with its identifiers in this platform's shape: bots check them, and use them as names of
  /// files and keys. Those that have it already stay; others are made of the old ones, equal of equal
  /// ones; what is missing and needed is made of what there is.
  func adopting(_ start: StreamStart) -> StreamStart

  /// Reads one message of the bot's. Never traps, whatever the bytes.
  ///
  /// - Parameter message: one whole WebSocket message, UTF-8 text.
  /// - Returns: what it says. A media command refers into `message`.
  /// - Complexity: O(n) in the message's bytes. Media allocates nothing; other commands may.
  func decode(_ message: RawSpan) -> BotCommand

  /// Appends the greeting that comes before `start`.
  ///
  /// - Returns: false where the platform has none; nothing is written then.
  mutating func encodeGreeting(into message: inout MessageBuffer) -> Bool

  /// Appends the message that begins the stream. What `start` does not say is left out where the
  /// platform may leave it out, and else empty.
  mutating func encodeStart(
    _ start: StreamStart, format: WireFormat, into message: inout MessageBuffer)

  /// Appends the text in front of a media message's base64 payload.
  ///
  /// - Parameters:
  ///   - time: where the payload begins, from the stream's start.
  ///   - message: the message, empty.
  mutating func beginMedia(at time: Duration, into message: inout MessageBuffer)

  /// Appends the text after the payload that was appended since ``beginMedia(at:into:)``.
  mutating func endMedia(into message: inout MessageBuffer)

  /// Appends a whole message that says which key the caller has pressed, `time` after the stream's start.
  mutating func encodeKey(_ key: DTMF, at time: Duration, into message: inout MessageBuffer)

  /// Appends a whole message that gives the bot's mark `name` back.
  mutating func encodeMark(_ name: String, into message: inout MessageBuffer)

  /// Appends a whole message that acknowledges a clear.
  ///
  /// - Returns: false where the platform is silent about it; nothing is written then.
  mutating func encodeCleared(into message: inout MessageBuffer) -> Bool

  /// Appends a whole message that ends the stream.
  ///
  /// - Returns: false where the platform only closes the socket; nothing is written then.
  mutating func encodeStop(_ stop: StreamStop, into message: inout MessageBuffer) -> Bool
}

/// What bots of a platform rely on beside the words.
public struct PlatformHabits: Hashable, Sendable {
  /// What becomes of marks whose audio a clear has dropped.
  public enum MarksAtClear: String, Hashable, Sendable, CaseIterable {
    /// They never come back.
    case dropped
    /// They all come back at once, in order.
    case returned
  }

  /// How much audio one message of the caller's carries.
  public var cadence: Duration
  /// What becomes of marks at a clear.
  public var marksAtClear: MarksAtClear
  /// How much of the bot's audio it holds; what comes beyond that is lost.
  public var buffer: Duration
  /// Whether the platform closes the socket after the stream's end; else it waits for the bot to.
  public var closesSocket: Bool

  /// Says what bots may rely on.
  public init(
    cadence: Duration, marksAtClear: MarksAtClear, buffer: Duration, closesSocket: Bool
  ) {
    self.cadence = cadence
    self.marksAtClear = marksAtClear
    self.buffer = buffer
    self.closesSocket = closesSocket
  }
}

/// What one message of a bot's says.
public struct BotCommand: Hashable, Sendable {
  /// What is wanted.
  public enum Kind: Hashable, Sendable {
    /// Audio to play. Refers into the message that was decoded.
    case media(MediaMessage)
    /// A mark, to be given back once the audio before it has been played.
    case mark(String)
    /// All that has not been played is to be dropped.
    case clear
    /// Keys to press towards the caller's end.
    case keys(String)
    /// An event that this dialect does not know.
    case ignored(IgnoredEvent)
    /// A message that could not be read.
    case malformed(MalformedKind)
  }

  /// What is wanted.
  public var kind: Kind
  /// Whether it names another stream than the one that ``PlatformEnd/encodeStart(_:format:into:)``
  /// began.
  public var isForeign: Bool

  /// Makes a command.
  public init(_ kind: Kind, isForeign: Bool = false) {
    self.kind = kind
    self.isForeign = isForeign
  }
}
