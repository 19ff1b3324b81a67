public import CallLog
public import Telephony

extension CallLogEvent {
  /// What a Twilio status callback says of a stream, or of its whole call; what went wrong in plain words.
  public init(_ status: TwilioStatusCallback, at time: WallTime) {
    var facts = CallRecord()
    facts.platform = .twilio
    facts.callSID = status.callSID
    facts.streamSID = status.streamSID
    facts.accountSID = status.accountSID
    facts.from = status.from
    facts.to = status.to
    var outcome = PlatformOutcome()
    if status.kind == .call {
      outcome.callStatus = status.callStatus
      outcome.recordingURL = status.recordingURL
      if status.callSeconds != nil || status.answeredBy != nil {
        outcome.legs = [
          .init(
            status: status.callStatus, answeredBy: status.answeredBy, seconds: status.callSeconds)
        ]
      }
      facts.outcome = outcome
    } else if let report = status.report {
      outcome.status = status.kind.rawValue
      outcome.error = status.error
      outcome.report = report
      facts.outcome = outcome
    }
    var name = "status"
    switch status.kind {
    case .started, .stopped, .failed: name += " " + status.kind.rawValue
    case .call: name += " " + Redaction.text(status.event)
    case .other: name += " of another name"
    }
    if let trouble = status.trouble {
      name += ": \(trouble.cause) \(trouble.checks.first ?? "")"
    }
    self.init(
      .init(key: "status|\(status.deduplicationKey)", name: name, at: time),
      scope: status.kind == .call ? .call : .stream, facts: facts)
  }
}
