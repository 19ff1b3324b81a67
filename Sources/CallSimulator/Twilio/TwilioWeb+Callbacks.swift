import Foundation

/// Twilio's callbacks of the stream, signed.
extension TwilioWeb {
  var callbackStyles: [String] { ["form"] }

  func callbacks(
    at moment: CallMoment, of call: WebCall, by plan: CallbackPlan, date: Date
  ) -> [WebCallback] {
    guard let url = plan.status else { return [] }
    var event = "stream-started"
    var error: String?
    switch moment {
    case .started: break
    case .degraded: return []
    case .ended(let ending):
      event = "stream-stopped"
      if !ending.isStopped, !ending.isOrderly {
        event = "stream-error"
        error = ending.failure ?? "31921 - Stream - WebSocket - Close error"
      }
    }
    var fields: [WebRequest.Field] = [
      .init("AccountSid", TwilioWriter.Identity().account), .init("CallSid", call.callID),
      .init("StreamSid", call.streamID), .init("StreamName", call.streamID),
      .init("StreamEvent", event), .init("Timestamp", WebTime.iso(date)),
    ]
    if let error { fields.append(.init("StreamError", error)) }
    let request = signed(plan.statusMethod, url, fields, secret: call.secret)
    return [WebCallback(event: event, request: request)]
  }
}
