/// What Twilio asks a voice webhook with: a call that wants to know what to do. All that names the caller,
/// since `start` does not.
public struct TwilioAnswerRequest: Hashable, Sendable {
  /// The call, the `callSid` of the `start` to come.
  public var callSID: String?
  /// The account.
  public var accountSID: String?
  /// The caller's number, a `client:` or a `sip:` address.
  public var from: String?
  /// The number that was called.
  public var to: String?
  /// `inbound`, `outbound-api` or `outbound-dial`.
  public var direction: String?
  /// `ringing`, `in-progress` or another word.
  public var callStatus: String?
  /// Whether the answer is to be a one-way stream: `one-way=true` in the query, which is the operator's own.
  public var wantsOneWay: Bool

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    callSID = fields["callsid"]
    accountSID = fields["accountsid"]
    from = fields["from"]
    to = fields["to"]
    direction = fields["direction"]
    callStatus = fields["callstatus"]
    let oneWay = fields["oneway"].map { ASCII.folded(ASCII.prefix($0, 8)) }
    wantsOneWay = oneWay == "true" || oneWay == "1" || oneWay == "yes"
  }
}
