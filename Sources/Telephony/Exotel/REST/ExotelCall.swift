/// A call as Exotel's REST API describes it, in JSON or XML, in either letter case.
public struct ExotelCall: Hashable, Sendable {
  /// The call's identifier.
  public var sid: String
  /// `queued`, `in-progress`, `completed`, `failed`, `busy`, `no-answer` or another word.
  public var status: String?
  /// The number that was dialled.
  public var from: String?
  /// Our number.
  public var phoneNumberSID: String?
  /// `outbound-api` and others.
  public var direction: String?
  /// `yyyy-MM-dd HH:mm:ss` in India's time, as it came.
  public var dateCreated: String?
  /// The recording's address.
  public var recordingURL: String?

  init?(_ body: ExotelBody) {
    guard let sid = body["Call", "Sid"] else { return nil }
    self.sid = sid
    status = body["Call", "Status"]
    from = body["Call", "From"]
    phoneNumberSID = body["Call", "PhoneNumberSid"]
    direction = body["Call", "Direction"]
    dateCreated = body["Call", "DateCreated"]
    recordingURL = body["Call", "RecordingUrl"]
  }

  /// Reads the answer to ``ExotelConnect/request(to:)`` or ``details(of:in:)``; nil for none in time.
  public static func answer(_ response: RESTResponse?) -> ExotelAnswer<ExotelCall> {
    ExotelAnswer(response) { ExotelCall($0) }
  }

  /// Asks for a call's present state: the fallback where callbacks were lost. May be repeated.
  public static func details(
    of callSID: String, in account: ExotelAccount
  ) throws(ParameterError) -> RESTRequest {
    account.voiceRequest(.get, "Calls/\(try ParameterRules.pathSegment(callSID, "CallSid")).json")
  }
}
