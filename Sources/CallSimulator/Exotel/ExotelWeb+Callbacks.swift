import Foundation

/// Exotel's callbacks: of the call by POST, of the stream's outcome by Passthru's GET.
extension ExotelWeb {
  var callbackStyles: [String] { ["nested", "flat", "json", "multipart"] }
  var takesPassthru: Bool { true }

  func callbacks(
    at moment: CallMoment, of call: WebCall, by plan: CallbackPlan, date: Date
  ) -> [WebCallback] {
    switch moment {
    case .degraded:
      return []
    case .started:
      return [status(.init(), event: "answered", call, plan, date)].compactMap(\.self)
    case .ended(let ending):
      return [
        passthru(ending, call, plan, date), status(ending, event: "terminal", call, plan, date),
      ].compactMap(\.self)
    }
  }

  private func status(
    _ ending: CallEnding, event: String, _ call: WebCall, _ plan: CallbackPlan, _ date: Date
  ) -> WebCallback? {
    guard let url = plan.status, plan.statusEvents.isEmpty || plan.statusEvents.contains(event)
    else { return nil }
    // India's time, without saying so.
    let now = WebTime.plain(date, minutesEast: 330)
    let seconds = String(Int(ending.durationMs / 1_000))
    let isOver = event == "terminal"
    let state = !isOver ? "in-progress" : ending.wasUp ? "completed" : ending.unanswered ?? "failed"
    var fields: [WebRequest.Field] = [
      .init("CallSid", call.callID), .init("EventType", event), .init("DateCreated", now),
      .init("DateUpdated", now), .init("Status", state), .init("To", call.to),
      .init("From", call.from), .init("PhoneNumberSid", call.to), .init("StartTime", now),
      .init("Direction", "outbound-api"),
    ]
    if let customField = plan.customField { fields.append(.init("CustomField", customField)) }
    if isOver {
      fields += [
        .init("EndTime", now), .init("ConversationDuration", seconds), .init("RecordingUrl", ""),
      ]
    }
    let leg = [("OnCallDuration", seconds), ("Status", state), ("AnsweredBy", "human")]
    let legs = isOver ? leg.map { WebRequest.Field("Legs[0][\($0.0)]", $0.1) } : []
    let request: WebRequest
    switch plan.style {
    case "json":
      var members = fields.map { WireText.Member(key: $0.name, value: .string($0.value)) }
      if isOver {
        let object = leg.map { WireText.Member(key: $0.0, value: .string($0.1)) }
        members.append(WireText.Member(key: "Legs", value: .array([.object(object)])))
      }
      request = .json(url, .object(members))
    case "multipart": request = .multipart(url, fields + legs)
    case "flat": request = .form(url, fields)
    default: request = .form(url, fields + legs)
    }
    return WebCallback(event: event, request: request)
  }

  private func passthru(
    _ ending: CallEnding, _ call: WebCall, _ plan: CallbackPlan, _ date: Date
  ) -> WebCallback? {
    guard let url = plan.passthru else { return nil }
    var stream: [(String, String)] = [
      ("StreamSID", call.streamID), ("Status", outcome(ending)),
      ("Duration", String(Int(ending.durationMs / 1_000))), ("StreamUrl", plan.streamURL),
      ("DisconnectedBy", ending.isStopped ? "user" : ending.isOrderly ? "bot" : "NA"),
    ]
    if !ending.isStopped, !ending.isOrderly {
      stream.append(
        ("Error", ending.wasUp ? "connection broke" : "3009 failed to establish ws conn"))
    }
    let beside: [WebRequest.Field] = [
      .init("CallSid", call.callID), .init("flow_id", "88123"), .init("Direction", "incoming"),
      .init("From", call.from), .init("To", call.to), .init("CallFrom", call.from),
      .init("CallTo", call.to), .init("CallType", "completed"),
      .init("CurrentTime", WebTime.plain(date, minutesEast: 330)),
      .init("EndTime", "1970-01-01 05:30:00"),
    ]
    let nested = stream.map { WebRequest.Field("Stream[\($0.0)]", $0.1) }
    let request: WebRequest
    switch plan.style {
    case "json":
      let object = WireText.object(
        stream.map { WireText.Member(key: $0.0, value: .string($0.1)) })
      request = .query(
        url, beside + [.init("Stream", String(decoding: object.text(), as: UTF8.self))])
    case "flat":
      let flat = [("callsid", call.callID)] + stream.map { ($0.0.lowercased(), $0.1) }
      request = .json(url, .object(flat.map { WireText.Member(key: $0.0, value: .string($0.1)) }))
    case "multipart": request = .multipart(url, beside + nested)
    default: request = .query(url, beside + nested)
    }
    return WebCallback(event: "passthru", request: request, branches: [200: "A", 302: "B"])
  }

  private func outcome(_ ending: CallEnding) -> String {
    ending.isStopped ? "cancelled" : ending.isOrderly ? "completed" : "failed"
  }
}
