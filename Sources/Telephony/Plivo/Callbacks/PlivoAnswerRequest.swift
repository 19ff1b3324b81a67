/// What Plivo asks an answer URL with: a call that wants to know what to do. All that names the caller,
/// since `start` does not.
public struct PlivoAnswerRequest: Hashable, Sendable {
  /// The call, the `callId` of the `start` to come.
  public var callUUID: String?
  /// The caller's number, or a `sip:` address.
  public var from: String?
  /// The number that was called.
  public var to: String?
  /// `inbound` or `outbound`.
  public var direction: String?
  /// `ringing`, `in-progress` or another word.
  public var callStatus: String?
  /// What placing an outbound call was answered with.
  public var requestUUID: String?

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    callUUID = fields["calluuid"]
    from = fields["from"]
    to = fields["to"]
    direction = fields["direction"]
    callStatus = fields["callstatus"]
    requestUUID = fields["requestuuid"]
  }
}
