/// A request of the Passthru applet, in any of its encodings.
///
/// Exotel signs nothing: take neither identity nor amounts from it. Answer 200 at once (200 and 302
/// choose the branch of a synchronous applet) and count equal ``deduplicationKey``s as one event.
/// Source: https://docs.exotel.com/exotel-agentstream/passthru-applet.
public struct ExotelPassthru: Hashable, Sendable {
  /// The call.
  public var callSID: String?
  /// The account, where the request names it.
  public var accountSID: String?
  /// The caller's number in Exotel's form (`CallFrom`, else `From`).
  public var from: String?
  /// The called number in Exotel's form (`CallTo`, else `To`).
  public var to: String?
  /// `incoming`, `inbound`, `outbound-dial` or `outbound-api`.
  public var direction: String?
  /// `call-attempt`, `completed`, `client-hangup` and others.
  public var callType: String?
  /// The flow's identifier.
  public var flowID: String?
  /// What we passed when the call was placed.
  public var customField: String?
  /// Keys gathered before, quotes taken off.
  public var digits: String?
  /// `stream-start` on the request that comes before the stream.
  public var eventType: String?
  /// How long the first leg rang, in seconds.
  public var firstLegRingingSeconds: Int?
  /// How the call went on that a Connect applet placed, such as to a person: `completed`, `busy`,
  /// `no-answer` or another word.
  public var dialCallStatus: String?
  /// Whom that applet dialled.
  public var dialWhomNumber: String?
  /// The legs after a Connect applet, in order.
  public var legs: [ExotelStatusCallback.Leg]
  /// The stream's outcome; its fields are nil where the request has none.
  public var stream: ExotelStreamOutcome
  /// Fields that no document names, as an account of its own may have them: values as they came, by their
  /// paths in ``CallbackFields``.
  public var otherFields: [String: String]
  /// What of the request could not be read.
  public var faults: Set<CallbackFields.Fault>

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    callSID = fields["callsid"]
    accountSID = fields["accountsid"]
    from = fields.first("callfrom", "from")
    to = fields.first("callto", "to")
    direction = fields["direction"]
    callType = fields["calltype"]
    flowID = fields["flowid"]
    customField = fields["customfield"]
    digits = fields["digits"].map { $0.filter { $0 != "\"" } }
    eventType = fields["eventtype"]
    firstLegRingingSeconds = fields.first("leg1ringingduration", "stream.leg1ringingduration")
      .flatMap(LenientNumber.integer)
    dialCallStatus = fields["dialcallstatus"]
    dialWhomNumber = fields["dialwhomnumber"]
    legs = ExotelStatusCallback.legs(fields)
    stream = ExotelStreamOutcome(fields)
    otherFields = fields.values.filter { !Self.isDocumented($0.key) }
    faults = fields.faults
  }

  private static let documented: Set<String> = [
    "callsid", "accountsid", "callfrom", "callto", "from", "to", "direction", "calltype", "flowid",
    "customfield", "digits", "eventtype", "leg1ringingduration", "dialcallstatus", "dialwhomnumber",
    "currenttime", "created", "starttime", "endtime", "recordingurl", "legs", "stream",
  ]
  private static let documentedOfStream: Set<String> = [
    "streamsid", "status", "duration", "streamurl", "recordingurl", "disconnectedby", "error",
    "detailedstatus", "disposition", "leg1ringingduration",
  ]

  private static func isDocumented(_ path: String) -> Bool {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    if parts.first == "stream", let name = parts.dropFirst().first {
      return documentedOfStream.contains(name)
    }
    return parts.first == "legs" || documented.contains(path) || documentedOfStream.contains(path)
  }

  /// Whether this is the variant that comes before the stream: of use for warming up alone.
  public var isBeforeStream: Bool { eventType.map(ASCII.folded) == "streamstart" }

  /// Whether anything is said of a stream's end; a `call-attempt` says nothing yet.
  public var hasOutcome: Bool {
    stream.status != nil || stream.error != nil || stream.detailedStatus != nil
  }

  /// Equal for a retry or duplicate of the same event: call, stream, status and kind.
  public var deduplicationKey: String {
    [callSID ?? "", stream.streamSID ?? "", stream.status?.word ?? "", eventType ?? callType ?? ""]
      .joined(separator: "|")
  }
}
