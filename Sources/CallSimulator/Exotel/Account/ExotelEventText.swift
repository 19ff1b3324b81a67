import Foundation

/// An event of a leg as it is told over HTTPS.
///
/// Source: https://developer.exotel.com/docs/exoml/event-endpoint.
struct ExotelEventText: Sendable {
  let sid: String
  let body: WireText
  private let bytes: [UInt8]

  init(name: String, action: String?, data: [String: String], leg: ExotelLegLine) {
    sid = ExotelExchange.sid("ev-")
    let now = ExotelLegLine.now()
    let order = leg.order
    func text(_ value: String?) -> WireText { value.map(WireText.string) ?? .null }
    let details = data.keys.sorted().map {
      WireText.Member(key: $0, value: text(data[$0]))
    }
    body = .fields([
      "event_sid": .string(sid),
      "event_type": .string(action == nil ? "leg_lifecycle_event" : "leg_action_event"),
      "event_name": .string(name), "event_timestamp": .string(now), "action_sid": text(action),
      "action_custom_parameter": text(order.customParameter),
      "event_data": .fields(["data": .object(details)]),
      "data": .fields([
        "leg_sid": .string(leg.sid), "account_sid": .string(leg.exchange.rules.name),
        "contact_uri": .string(order.contact), "exophone": .string(order.exophone),
        "state": .string(leg.state.rawValue), "start_time": text(leg.answeredAt),
        "end_time": leg.isOver ? .string(now) : .null, "date_created": .string(leg.createdAt),
        "date_updated": .string(now),
      ]),
    ])
    bytes = body.text()
  }

  func request(to url: String, attempt: Int) -> WebRequest {
    WebRequest(
      method: "POST", url: url,
      headers: [
        .init("Content-Type", "application/json"), .init("User-Agent", "Exotel-Hermix/1.0"),
        .init("X-Exotel-Event-Sid", sid), .init("X-Exotel-Request-Id", "\(sid)-\(attempt)"),
      ], body: bytes)
  }
}
