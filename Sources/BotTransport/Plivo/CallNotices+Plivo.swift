public import Telephony

extension CallNotices {
  /// Lets a status callback reach its call, if that is here and live; from any thread, at once.
  ///
  /// `DegradedStream` counts in the call's statistics and lowers its lead, once for each
  /// ``PlivoStatusCallback/deduplicationKey``; other kinds change nothing.
  public func take(_ status: PlivoStatusCallback) {
    guard status.kind == .degraded, let callUUID = status.callUUID else { return }
    noteBacklog(
      on: .plivo, callSID: callUUID, streamSID: status.streamID, percent: status.backlogPercent,
      key: status.deduplicationKey)
  }
}
