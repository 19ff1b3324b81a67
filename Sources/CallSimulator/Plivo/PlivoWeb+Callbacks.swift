import Foundation

/// Plivo's callbacks of the stream, signed, under either of their two published names.
extension PlivoWeb {
  private static let account = "MAXXEXAMPLEEXAMPLE01"

  /// `stream` for StartStream and its like, `guide` for `started` and its like.
  var callbackStyles: [String] { ["stream", "guide"] }

  func callbacks(
    at moment: CallMoment, of call: WebCall, by plan: CallbackPlan, date: Date
  ) -> [WebCallback] {
    guard let url = plan.status else { return [] }
    let isGuide = plan.style == "guide"
    var fields: [WebRequest.Field] = []
    let event: String
    switch moment {
    case .started:
      event = isGuide ? "started" : "StartStream"
    case .degraded:
      // The guide has no name for it.
      guard !isGuide else { return [] }
      event = "DegradedStream"
    case .ended(let ending):
      let isDropped = !ending.isStopped && !ending.isOrderly
      event =
        isGuide ? (isDropped ? "failed" : "stopped") : isDropped ? "DroppedStream" : "StopStream"
      if isGuide {
        let reason =
          !isDropped ? "completed" : ending.wasUp ? "connection_dropped" : "connection_failed"
        fields = [
          .init("StatusReason", reason), .init("Duration", String(Int(ending.durationMs / 1_000))),
        ]
      } else if isDropped {
        fields = [
          .init("Error", ending.failure ?? "connection disconnected with the remote service")
        ]
      }
    }
    var all: [WebRequest.Field] = [
      .init("Event", event), .init("CallUUID", call.callID), .init("StreamID", call.streamID),
      .init("From", call.from), .init("To", call.to),
      .init("Timestamp", isGuide ? WebTime.iso(date) : WebTime.plain(date)),
    ]
    if isGuide {
      all.append(.init("Direction", "inbound"))
    } else {
      all += [.init("ServiceURL", plan.streamURL), .init("ParentAuthID", Self.account)]
    }
    let request = signed(plan.statusMethod, url, all + fields, secret: call.secret)
    return [WebCallback(event: event, request: request)]
  }
}
