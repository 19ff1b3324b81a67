/// How the simulated Twilio spells its messages; each property is something on which it and the carriers that
/// speak its dialect differ.
public struct TwilioDialect: Hashable, Sendable {
  /// Something that a message can do without.
  public enum Omission: Hashable, Sendable, CaseIterable {
    /// The greeting, `connected`.
    case connected
    /// `sequenceNumber` in every message.
    case sequenceNumber
    /// `accountSid`, in `start` and in `stop`.
    case account
    /// `streamSid` beside the body; `start` has it inside too.
    case outerStream
    /// `chunk` and `track` in media.
    case chunk
    /// `timestamp` in media.
    case timestamp
    /// `customParameters`.
    case parameters
    /// The base64 padding of payloads.
    case padding
  }

  /// Writes counters and times as numbers; documented are strings.
  public var writesNumbers = false
  /// What messages lack.
  public var omits: Set<Omission> = []
  /// Sends text that is no JSON, and events that nobody knows, between the caller's words.
  public var isNoisy = false
  /// Writes `/` inside base64 as `\/`.
  public var escapesSlashes = false
  /// Writes blanks after commas and colons.
  public var isSpaced = false

  /// The documented form.
  public init() {}
}

extension TwilioDialect {
  /// The variants that are worth testing against, by the name the command takes.
  public static let named: [(name: String, dialect: TwilioDialect)] = [
    ("documented", TwilioDialect()),
    ("numbers", .numbers),
    ("sparse", .sparse),
    ("odd", .odd),
  ]

  /// Numbers where strings are documented, as emulations write them.
  public static let numbers = make {
    $0.writesNumbers = true
    $0.isSpaced = true
    $0.omits = [.account]
  }

  /// Everything left out that can be.
  public static let sparse = make { $0.omits = Set(Omission.allCases) }

  /// Everything that no emulation should do, at once.
  public static let odd = make {
    $0.isNoisy = true
    $0.escapesSlashes = true
    $0.isSpaced = true
    $0.omits = [.padding, .connected]
  }

  private static func make(_ change: (inout TwilioDialect) -> Void) -> TwilioDialect {
    var dialect = TwilioDialect()
    change(&dialect)
    return dialect
  }
}
