public import CallLog
public import Telephony

// Exotel's callbacks as events of the call log.
extension CallLogEvent {
  /// What a Passthru applet says of a stream.
  public init(_ passthru: ExotelPassthru, at time: WallTime) {
    var facts = CallRecord()
    facts.platform = .exotel
    facts.callSID = passthru.callSID
    facts.streamSID = passthru.stream.streamSID
    facts.accountSID = passthru.accountSID
    facts.from = passthru.from
    facts.to = passthru.to
    facts.customField = passthru.customField.map(Redaction.text)
    if passthru.hasOutcome || passthru.dialCallStatus != nil {
      var outcome = PlatformOutcome()
      outcome.status = passthru.stream.status?.word
      outcome.disconnectedBy = passthru.stream.disconnectedBy?.word
      outcome.error = passthru.stream.error
      outcome.detailedStatus = passthru.stream.detailedStatus.map(Redaction.text)
      outcome.disposition = passthru.stream.disposition.map(Redaction.text)
      outcome.durationSeconds = passthru.stream.durationSeconds
      outcome.recordingURL = passthru.stream.recordingURL.map(Self.bare)
      outcome.report = passthru.stream.report
      outcome.callStatus = passthru.dialCallStatus
      outcome.legs = passthru.legs.map(PlatformOutcome.Leg.init)
      facts.outcome = outcome
    }
    let name = passthru.isBeforeStream ? "passthru before the stream" : "passthru"
    self.init(
      .init(key: "passthru|\(passthru.deduplicationKey)", name: name, at: time), facts: facts)
  }

  /// What a status callback says of a call.
  public init(_ status: ExotelStatusCallback, at time: WallTime) {
    var facts = CallRecord()
    facts.platform = .exotel
    facts.callSID = status.callSID
    facts.from = status.from
    facts.to = status.to
    facts.customField = status.customField.map(Redaction.text)
    var outcome = PlatformOutcome()
    outcome.callStatus = status.status
    outcome.legs = status.legs.map(PlatformOutcome.Leg.init)
    outcome.recordingURL = status.recordingURL.map(Self.bare)
    facts.outcome = outcome
    let word = status.eventType ?? status.status ?? ""
    self.init(
      .init(
        key: "status|\(status.deduplicationKey)", name: word.isEmpty ? "status" : "status \(word)",
        at: time),
      scope: .call, facts: facts)
  }

  /// An event of a leg. It names a leg and perhaps a stream, never a call.
  public init(_ event: ExotelLegEvent, at time: WallTime) {
    var facts = CallRecord()
    facts.platform = .exotel
    facts.streamSID = event.streamSID
    facts.legSID = event.legSID
    facts.accountSID = event.accountSID
    facts.customField = event.customParameter.map(Redaction.text)
    let key = event.eventSID ?? "\(event.legSID ?? "")|\(event.name)|\(event.timestamp ?? "")"
    self.init(.init(key: "leg|\(key)", name: event.name, at: time), facts: facts)
  }

  /// An address without what may open it: user-info, query, fragment.
  private static func bare(_ url: String) -> String {
    let path = url.prefix { $0 != "?" && $0 != "#" }
    guard let scheme = path.firstRange(of: "://") else { return String(path) }
    let rest = path[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    return String(path[..<scheme.upperBound]) + (host ?? authority)
      + rest.dropFirst(authority.count)
  }
}

extension PlatformOutcome.Leg {
  init(_ leg: ExotelStatusCallback.Leg) {
    self.init(status: leg.status, answeredBy: leg.answeredBy, seconds: leg.onCallSeconds)
  }
}
