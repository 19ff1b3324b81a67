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
  /// The stream's outcome; its fields are nil where the request has none.
  public var stream: ExotelStreamOutcome
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
    stream = ExotelStreamOutcome(fields)
    faults = fields.faults
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
