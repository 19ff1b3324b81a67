/// How the simulated Exotel spells its messages. Its documents, its own code and captured traffic
/// disagree on nearly everything below, so a bot has to read all of it; each property is one such
/// disagreement.
public struct ExotelDialect: Hashable, Sendable {
  /// How counters and times are written.
  public enum Numbers: Hashable, Sendable {
    /// `"7"`: the newest documents and captured traffic.
    case strings
    /// `7`: older documents and samples.
    case bare
  }

  /// How keys of two words are written.
  public enum Keys: Hashable, Sendable {
    /// `stream_sid`: the documents.
    case snakeCase
    /// `streamSid`: Exotel's own integration code.
    case camelCase
  }

  /// How the rate is written in `media_format`.
  public enum Rate: Hashable, Sendable {
    /// `8000`
    case hertz
    /// `8000Hz`
    case hertzWithUnit
    /// `8kHz`
    case kilohertz
  }

  /// What stands under `custom_parameters`.
  public enum Parameters: Hashable, Sendable {
    /// The key is missing, as on the wire when there are none.
    case absent
    /// `null`
    case null
    /// `{"ref":"c-8817"}`: the documents.
    case object
    /// The object as a JSON document inside a string.
    case jsonText
    /// `"ref=c-8817&lang=hi-IN"`
    case query
    /// `[{"key":"ref","value":"c-8817"}]`
    case pairs
  }

  /// Something that a message can do without.
  public enum Omission: Hashable, Sendable, CaseIterable {
    /// The whole `connected` message.
    case connected
    /// `sequence_number` in every message.
    case sequenceNumber
    /// `stream_sid` at the top of every message; in `start` it is still inside.
    case outerStream
    /// `stream_sid` inside `start`.
    case innerStream
    /// `chunk` in media.
    case chunk
    /// `timestamp` in media.
    case timestamp
    /// `account_sid`, `from` and `to`.
    case account
    /// `bit_rate` in `media_format`.
    case bitRate
    /// Everything inside `stop`, and `stop` itself.
    case stopBody
    /// The base64 padding of payloads.
    case padding
    /// The duration of a key press.
    case keyDuration
  }

  /// How counters and times are written.
  public var numbers = Numbers.strings
  /// How keys of two words are written.
  public var keys = Keys.snakeCase
  /// How the rate is written.
  public var rate = Rate.hertz
  /// The label under `media_format.encoding`, which says nothing about the encoding.
  public var encodingLabel = "audio/x-raw"
  /// The label under `media_format.bit_rate`.
  public var bitRateLabel = "16"
  /// What stands under `custom_parameters`.
  public var parameters = Parameters.object
  /// The caller's number; nationally written ones begin with 0.
  public var from = "+919812345670"
  /// The number that was called.
  public var to = "+914440001234"
  /// What messages lack.
  public var omits: Set<Omission> = []
  /// Writes `/` inside base64 as `\/`.
  public var escapesSlashes = false
  /// Writes blanks after commas and colons.
  public var isSpaced = false
  /// Adds keys that no document knows, with nested values and escapes.
  public var hasExtraKeys = false
  /// Puts `event` behind everything else in each message.
  public var putsEventLast = false
  /// Writes `Event` and `Payload` with a capital.
  public var capitalises = false
  /// Writes key presses flat: `{"event":"dtmf","digit":"5"}`.
  public var hasFlatKeys = false
  /// Calls the last message `closed` instead of `stop`.
  public var saysClosed = false

  /// The newest documented form.
  public init() {}
}
