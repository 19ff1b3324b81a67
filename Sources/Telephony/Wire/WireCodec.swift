public import AudioEngine

/// One platform's dialect: wire text to events, and commands to wire text.
///
/// A codec belongs to one call. It has no IO and no clock; ``decode(_:)`` of a media message and the
/// media pair allocate nothing once ``streamStarted(_:format:)`` was called. Not for concurrent use.
public protocol WireCodec: Sendable {
  /// The platform that speaks this dialect.
  var platform: Platform { get }

  /// Reads one message. Never traps, whatever the bytes.
  ///
  /// - Parameter message: one whole WebSocket message, UTF-8 text.
  /// - Returns: its one event. A media event refers into `message`.
  /// - Complexity: O(n) in the message's bytes. Media allocates nothing; other events may.
  func decode(_ message: RawSpan) -> InboundEvent

  /// The format of the stream's audio: what `start` announced, else what the upgrade's query asked
  /// for, else the platform's default; nil where `start` announced one that cannot be carried.
  func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat?

  /// Which way audio may go, as far as `start` and the upgrade's query tell.
  func direction(for start: StreamStart, query: URLQuery) -> StreamDirection

  /// How the platform plays a stream of this format: its payload sizes, its buffer, its marks.
  ///
  /// - Parameters:
  ///   - format: the stream's.
  ///   - lead: how far ahead of the caller's ear the operator wants to run, on which payload sizes may
  ///     hang; the platform's own choice where nil.
  /// - Returns: the policy.
  func playbackPolicy(for format: WireFormat, lead: LeadPolicy?) -> PlaybackPolicy

  /// Remembers the stream's identity and renders the fixed part of every later message.
  ///
  /// Must come before the first encoding call; a later call restarts the codec for a new stream.
  mutating func streamStarted(_ start: StreamStart, format: WireFormat)

  /// Appends the text in front of a media message's base64 payload.
  mutating func beginMedia(into message: inout MessageBuffer)

  /// Appends the text after the payload that was appended since ``beginMedia(into:)``.
  mutating func endMedia(into message: inout MessageBuffer)

  /// Appends a whole message that asks the platform to echo `name` once the audio before it has
  /// been played. The name is escaped; platforms are promised no more than 64 ASCII characters.
  func encodeMark(_ name: String, into message: inout MessageBuffer)

  /// Appends a whole message that asks the platform to drop what it has not played.
  func encodeClear(into message: inout MessageBuffer)

  /// Appends a whole message that asks the platform to play `keys` towards the caller's end, each of
  /// `0` to `9`, `*`, `#`, `A` to `D`.
  ///
  /// - Returns: false where the platform has no such message; nothing is written then.
  func encodeKeys(_ keys: String, into message: inout MessageBuffer) -> Bool
}

extension WireCodec {
  /// How the platform plays a stream of this format with its own lead.
  public func playbackPolicy(for format: WireFormat) -> PlaybackPolicy {
    playbackPolicy(for: format, lead: nil)
  }

  /// Most platforms play no keys.
  public func encodeKeys(_ keys: String, into message: inout MessageBuffer) -> Bool { false }
}
