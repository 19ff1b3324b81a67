/// A status callback of a stream (`StreamEvent`) or of a call (`CallStatus`), which may share an address.
///
/// It may come twice, late, or never: the socket's own end is the authority. Source:
/// https://www.twilio.com/docs/voice/twiml/stream.
public struct TwilioStatusCallback: Hashable, Sendable {
  /// What happened.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// `stream-started`: audio flows.
    case started
    /// `stream-stopped`: the normal end, whoever caused it.
    case stopped
    /// `stream-error`: it could not begin, or was cut.
    case failed
    /// The call's own status.
    case call
    /// Something else; see ``TwilioStatusCallback/event``.
    case other
  }

  /// What happened.
  public var kind: Kind
  /// The event's or the status's name as it came, at most 64 bytes; empty where there was none.
  public var event: String
  /// The call, the `callSid` of `start`.
  public var callSID: String?
  /// The stream, the `streamSid` of `start`.
  public var streamSID: String?
  /// The account.
  public var accountSID: String?
  /// The stream's name, where it was given one.
  public var streamName: String?
  /// What went wrong, in Twilio's words.
  public var error: String?
  /// ISO 8601 of a stream's event, RFC 2822 of a call's, as it came.
  public var timestamp: String?
  /// The caller's number, on the call's own callbacks.
  public var from: String?
  /// The number that was called, on the call's own callbacks.
  public var to: String?
  /// `completed`, `busy`, `no-answer`, `failed`, `canceled` or a word of a call that goes on.
  public var callStatus: String?
  /// How long the call was connected, in seconds.
  public var callSeconds: Int?
  /// Who answered, where that was asked for: `human`, `machine_start` and others.
  public var answeredBy: String?
  /// Twilio's count of a call's callbacks.
  public var sequenceNumber: Int?
  /// The recording's address, what may be a credential taken out.
  public var recordingURL: String?
  /// What of the request could not be read.
  public var faults: Set<CallbackFields.Fault>

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    let streamEvent = fields["streamevent"]
    callStatus = fields["callstatus"]
    event = ASCII.prefix(streamEvent ?? callStatus ?? "", 64)
    kind =
      switch streamEvent.map(ASCII.folded) {
      case "streamstarted": .started
      case "streamstopped": .stopped
      case "streamerror": .failed
      case nil: callStatus == nil ? .other : .call
      default: .other
      }
    callSID = fields["callsid"]
    streamSID = fields["streamsid"]
    accountSID = fields["accountsid"]
    streamName = fields["streamname"]
    error = fields["streamerror"].map(Redaction.text)
    timestamp = fields["timestamp"]
    from = fields["from"]
    to = fields["to"]
    callSeconds = fields["callduration"].flatMap(LenientNumber.integer)
    answeredBy = fields["answeredby"]
    sequenceNumber = fields["sequencenumber"].flatMap(LenientNumber.integer)
    recordingURL = fields["recordingurl"].map(Redaction.url)
    faults = fields.faults
  }

  /// What is wrong, where Twilio says that something is and names it; nil on good news.
  public var trouble: TwilioTrouble? { error.flatMap(TwilioTrouble.init(in:)) }

  /// Equal for a retry or duplicate of the same event.
  public var deduplicationKey: String {
    switch kind {
    case .started, .stopped, .failed: "\(streamSID ?? callSID ?? "")|\(kind.rawValue)"
    case .call: "\(callSID ?? "")|call|\(event)|\(sequenceNumber.map { "\($0)" } ?? "")"
    case .other: "\(streamSID ?? callSID ?? "")|\(event)|\(timestamp ?? "")"
    }
  }
}
