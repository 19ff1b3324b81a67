import Foundation

/// What `POST .../legs` asks for. Source: https://developer.exotel.com/docs/legs/overview.
struct ExotelLegOrder {
  let contact: String
  let exophone: String
  let eventEndpoint: String
  let customParameter: String?
  let longest: Duration
  /// From start to answer.
  let patience: Duration
  /// What the answer repeats.
  let echo: [WireText.Member]

  struct Fault: Error { let sentence: String }

  static func read(_ body: [String: Any]) -> Result<ExotelLegOrder, Fault> {
    func fail(_ sentence: String) -> Result<ExotelLegOrder, Fault> {
      .failure(Fault(sentence: sentence))
    }
    func text(_ name: String) -> String? {
      (body[name] as? String).flatMap { $0.isEmpty ? nil : $0 }
    }
    /// A number, which documents show with quotes and without.
    func number(_ name: String, _ usual: Int, _ range: ClosedRange<Int>) -> Int? {
      guard let value = body[name], !(value is NSNull) else { return usual }
      let number = value as? Int ?? (value as? String).flatMap(Int.init)
      return number.flatMap { range.contains($0) ? $0 : nil }
    }
    guard let contact = text("contact_uri") else { return fail("contact_uri is missing") }
    guard let exophone = text("exophone") else { return fail("exophone is missing") }
    guard let endpoint = text("leg_event_endpoint") else {
      return fail("leg_event_endpoint is missing")
    }
    let schemes = ["grpc://", "https://", "http://127.0.0.1", "http://localhost", "http://[::1]"]
    guard schemes.contains(where: endpoint.lowercased().hasPrefix) else {
      return fail("leg_event_endpoint begins with none of grpc:// and https://")
    }
    let network = text("network_type") ?? "pstn"
    let isSIP = contact.lowercased().hasPrefix("sip:")
    guard ["pstn", "voip"].contains(network), isSIP == (network == "voip") else {
      return fail("network_type is pstn for numbers and voip for sip: addresses")
    }
    let digits = contact.drop { $0 == "+" }
    guard isSIP || (digits.count >= 7 && digits.allSatisfy(\.isNumber)) else {
      return fail("contact_uri is neither a number nor a sip: address")
    }
    guard let limit = number("time_limit", 14_400, 1...14_400) else {
      return fail("time_limit is 1 to 14400 seconds")
    }
    guard let patience = number("timeout", 30, 1...300) else {
      return fail("timeout is 1 to 300 seconds")
    }
    let echo = body.keys.sorted().compactMap { key -> WireText.Member? in
      (body[key] as? String).map { .init(key: key, value: .string($0)) }
        ?? (body[key] as? Int).map { .init(key: key, value: .number($0)) }
    }
    return .success(
      ExotelLegOrder(
        contact: contact, exophone: exophone, eventEndpoint: endpoint,
        customParameter: text("custom_param"), longest: .seconds(limit),
        patience: .seconds(patience), echo: echo))
  }
}
