/// What a platform sent that could not be used, by kind. Nothing of it ends a call by itself, but for
/// text that nobody could read, again and again.
public enum RefusedInput: Hashable, Sendable, CustomStringConvertible {
  /// The message could not be read.
  case malformed(MalformedKind)
  /// An event that the dialect does not know.
  case unknownEvent
  /// A message on a path of no platform, from which no platform could be told.
  case unrecognised
  /// Audio before the stream had started.
  case mediaBeforeStart
  /// Another event before the stream had started.
  case eventBeforeStart
  /// A second start.
  case repeatedStart
  /// A start whose audio format cannot be carried.
  case unsupportedFormat
  /// Anything after the stream had ended.
  case afterStop
  /// A payload that is not base64.
  case invalidBase64
  /// A payload without audio.
  case emptyPayload
  /// A message whose number had been seen.
  case duplicate
  /// A binary message that is not text of the dialect.
  case binary
  /// A message of no bytes.
  case emptyMessage
  /// Audio of a track that is not the caller's.
  case otherTrack

  /// Whether this was text that cannot be read. All else is harmless, however often it comes.
  public var isUnreadable: Bool {
    guard case .malformed(let kind) = self else { return false }
    switch kind {
    case .notJSON, .truncated, .tooDeep, .tooLarge, .trailingText: return true
    case .empty, .notAnObject, .missingEvent, .missingPayload, .missingDigit, .missingMarkName,
      .missingStart:
      return false
    }
  }

  /// The kind as one word, for reports and metrics.
  public var description: String {
    switch self {
    case .malformed(let kind): kind.rawValue
    case .unknownEvent: "unknownEvent"
    case .unrecognised: "unrecognised"
    case .mediaBeforeStart: "mediaBeforeStart"
    case .eventBeforeStart: "eventBeforeStart"
    case .repeatedStart: "repeatedStart"
    case .unsupportedFormat: "unsupportedFormat"
    case .afterStop: "afterStop"
    case .invalidBase64: "invalidBase64"
    case .emptyPayload: "emptyPayload"
    case .duplicate: "duplicate"
    case .binary: "binary"
    case .emptyMessage: "emptyMessage"
    case .otherTrack: "otherTrack"
    }
  }
}
