/// One message of audio, as a reference into the text it was decoded from.
///
/// Nothing is copied: ``payload`` is only meaningful together with the very message that was given
/// to ``WireCodec/decode(_:)``, for as long as its bytes stay where they are.
public struct MediaMessage: Hashable, Sendable {
  /// Byte offsets of the base64 text in the message, without its quotes.
  public var payload: Range<Int>
  /// Whether the payload holds a backslash, as in `\/`: ``JSONText/base64(in:into:)`` first.
  public var payloadHasEscapes: Bool
  /// The platform's count of messages, where it gives one.
  public var sequenceNumber: Int?
  /// The platform's count of media messages of this track, where it gives one.
  public var chunk: Int?
  /// The platform's own time stamp in milliseconds; a hint, since platforms disagree on its origin.
  public var timestampMilliseconds: Int?
  /// Whose audio this is; ``Track/inbound`` where the platform does not say.
  public var track: Track

  /// Makes a message that refers to `payload`.
  public init(
    payload: Range<Int>, payloadHasEscapes: Bool = false, sequenceNumber: Int? = nil,
    chunk: Int? = nil, timestampMilliseconds: Int? = nil, track: Track = .inbound
  ) {
    self.payload = payload
    self.payloadHasEscapes = payloadHasEscapes
    self.sequenceNumber = sequenceNumber
    self.chunk = chunk
    self.timestampMilliseconds = timestampMilliseconds
    self.track = track
  }
}
