/// A call's status callback, as multipart, urlencoded or JSON.
///
/// It may come late, twice or never; the call-details API is the fallback. Unsigned. Source:
/// https://developer.exotel.com/docs/voice-v1/api-reference/status-callback.
public struct ExotelStatusCallback: Hashable, Sendable {
  /// One leg of the call.
  public struct Leg: Hashable, Sendable {
    /// How long the leg was connected, in seconds.
    public var onCallSeconds: Int?
    /// `completed`, `busy`, `no-answer`, `failed` or another word.
    public var status: String?
    /// `human`, or what answering-machine detection said.
    public var answeredBy: String?
  }

  /// More legs than this are not read.
  public static let maximumLegs = 16

  /// The call.
  public var callSID: String?
  /// `terminal`, `answered` or `ringing`; nil where no events were asked for.
  public var eventType: String?
  /// `completed`, `failed`, `busy`, `no-answer` or another word.
  public var status: String?
  /// The number that was called from, in Exotel's form.
  public var from: String?
  /// The number that was called, in Exotel's form.
  public var to: String?
  /// The number of ours that took part.
  public var phoneNumberSID: String?
  /// `outbound-api` and others.
  public var direction: String?
  /// `yyyy-MM-dd HH:mm:ss` in India's time, as it came.
  public var startTime: String?
  /// `yyyy-MM-dd HH:mm:ss` in India's time, as it came.
  public var endTime: String?
  /// `yyyy-MM-dd HH:mm:ss` in India's time, as it came.
  public var dateUpdated: String?
  /// How long the two ends talked, in seconds.
  public var conversationSeconds: Int?
  /// The recording's address.
  public var recordingURL: String?
  /// What we passed when the call was placed.
  public var customField: String?
  /// The legs, in order.
  public var legs: [Leg]
  /// What of the request could not be read.
  public var faults: Set<CallbackFields.Fault>

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    callSID = fields["callsid"]
    eventType = fields["eventtype"].map { $0.lowercased() }
    status = fields["status"].map { $0.lowercased() }
    from = fields["from"]
    to = fields["to"]
    phoneNumberSID = fields["phonenumbersid"]
    direction = fields["direction"]
    startTime = fields["starttime"]
    endTime = fields["endtime"]
    dateUpdated = fields["dateupdated"]
    conversationSeconds = fields["conversationduration"].flatMap(LenientNumber.integer)
    recordingURL = fields["recordingurl"]
    customField = fields["customfield"]
    faults = fields.faults
    legs = Self.legs(fields)
  }

  /// The legs that a callback tells of, in order.
  static func legs(_ fields: CallbackFields) -> [Leg] {
    let all = (0..<maximumLegs).lazy.map { index in
      Leg(
        onCallSeconds: fields["legs.\(index).oncallduration"].flatMap(LenientNumber.integer),
        status: fields["legs.\(index).status"], answeredBy: fields["legs.\(index).answeredby"])
    }
    return Array(all.prefix { $0 != Leg() })
  }

  /// Whether the call is over, by the event's type or, where there is none, by the status.
  public var isTerminal: Bool {
    if let eventType { return eventType == "terminal" }
    return ["completed", "failed", "busy", "no-answer"].contains(status ?? "")
  }

  /// Equal for a retry or duplicate of the same event: call, event and status.
  public var deduplicationKey: String {
    [callSID ?? "", eventType ?? "", status ?? ""].joined(separator: "|")
  }
}
