public import CallLog
public import Telephony

extension CallLogEvent {
  /// What a Plivo status callback says of a stream; what went wrong in plain words.
  public init(_ status: PlivoStatusCallback, at time: WallTime) {
    var facts = CallRecord()
    facts.platform = .plivo
    facts.callSID = status.callUUID
    facts.streamSID = status.streamID
    facts.from = status.from
    facts.to = status.to
    if let report = status.report {
      var outcome = PlatformOutcome()
      outcome.status = status.statusReason.map(Redaction.text) ?? status.kind.rawValue
      outcome.error = status.error
      outcome.durationSeconds = status.durationSeconds
      outcome.report = report
      facts.outcome = outcome
    }
    var name = "status " + (status.kind == .other ? "of another name" : status.kind.rawValue)
    if let percent = status.backlogPercent { name += " at \(percent) %" }
    if let trouble = status.trouble {
      name += ": \(trouble.cause) \(trouble.checks.first ?? "")"
    }
    self.init(
      .init(key: "status|\(status.deduplicationKey)", name: name, at: time), facts: facts)
  }
}
