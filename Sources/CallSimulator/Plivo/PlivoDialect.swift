/// How the simulated Plivo spells its messages; each property is something on which its documents, its
/// kits and its own tester disagree.
public struct PlivoDialect: Hashable, Sendable {
  /// What stands under `extra_headers`.
  public enum Headers: String, Hashable, Sendable, CaseIterable {
    /// The key is missing.
    case absent
    /// `null`
    case null
    /// `""`
    case empty
    /// `"ref=c-8817;lang=hi-IN"`: the guide.
    case semicolons
    /// `"ref=c-8817,lang=hi-IN"`: the XML page.
    case commas
    /// A JSON object inside the string.
    case jsonText
    /// `"{ref: c-8817, lang: hi-IN}"`
    case braces
  }

  /// Something that a message can do without.
  public enum Omission: Hashable, Sendable, CaseIterable {
    /// `sequenceNumber` in every message.
    case sequenceNumber
    /// `streamId` in every message but `start`.
    case stream
    /// `accountId` and `tracks` in `start`.
    case account
    /// `timestamp` in media.
    case timestamp
    /// `chunk` and `track` in media.
    case chunk
    /// The base64 padding of payloads.
    case padding
  }

  /// Writes counters and rates as strings.
  public var writesNumbersAsStrings = false
  /// What stands under `extra_headers`, in `start` and in every media message.
  public var headers = Headers.semicolons
  /// Time stamps are Unix time; else they count from the stream's start.
  public var usesUnixTime = true
  /// The first `sequenceNumber`.
  public var firstSequenceNumber = 1
  /// What linear16 is called.
  public var linear16Label = "audio/x-l16"
  /// What messages lack.
  public var omits: Set<Omission> = []
  /// Calls a checkpoint's echo `played`.
  public var saysPlayed = false
  /// Sends `stop` before it closes the socket; the documented platform just closes.
  public var sendsStop = false
  /// Sends `start` twice.
  public var repeatsStart = false
  /// Sends text that is no JSON, and events that nobody knows, between the caller's words.
  public var isNoisy = false
  /// Writes `/` inside base64 as `\/`.
  public var escapesSlashes = false
  /// Writes blanks after commas and colons.
  public var isSpaced = false
  /// Acknowledges a clear; else it is silent about it.
  public var acknowledgesClear = true
  /// Offers the subprotocol `audio.plivo.com`.
  public var offersSubprotocol = true

  /// The documented form.
  public init() {}
}

extension PlivoDialect {
  /// The variants that are worth testing against, by the name the command takes.
  public static let named: [(name: String, dialect: PlivoDialect)] = [
    ("documented", PlivoDialect()),
    ("tester", .tester),
    ("strings", .strings),
    ("sparse", .sparse),
    ("odd", .odd),
  ]

  /// Plivo's own command-line tester: few fields, `audio/l16`, a `stop` at the end.
  public static let tester = make {
    $0.omits = [.sequenceNumber, .stream, .account]
    $0.headers = .absent
    $0.linear16Label = "audio/l16"
    $0.usesUnixTime = false
    $0.writesNumbersAsStrings = true
    $0.sendsStop = true
    $0.offersSubprotocol = false
  }

  /// Numbers as strings, counted from zero; headers in braces.
  public static let strings = make {
    $0.writesNumbersAsStrings = true
    $0.firstSequenceNumber = 0
    $0.headers = .braces
    $0.usesUnixTime = false
  }

  /// Everything left out that can be.
  public static let sparse = make {
    $0.omits = Set(Omission.allCases)
    $0.headers = .null
    $0.saysPlayed = true
    $0.acknowledgesClear = false
    $0.offersSubprotocol = false
  }

  /// What was reported from the field, all at once.
  public static let odd = make {
    $0.headers = .jsonText
    $0.repeatsStart = true
    $0.isNoisy = true
    $0.escapesSlashes = true
    $0.isSpaced = true
    $0.sendsStop = true
    $0.omits = [.padding]
  }

  private static func make(_ change: (inout PlivoDialect) -> Void) -> PlivoDialect {
    var dialect = PlivoDialect()
    change(&dialect)
    return dialect
  }
}
