import AudioEngine
import Foundation

/// Exotel over HTTP: the applet's `https` address, which answers where to dial. Nothing is signed.
struct ExotelWeb: SimulatedWeb {
  /// The most characters of a stream's address, and of its query, and the most pairs in it.
  private static let mostOfAddress = 599
  private static let mostOfQuery = 256
  private static let mostPairs = 3

  let enquiry = Enquiry(name: "lookup", words: "lookup", patience: .seconds(10))

  func call() -> WebCall {
    WebCall(
      callID: Self.sid(), streamID: Self.sid(), from: ExotelDialect().from, to: ExotelDialect().to)
  }

  /// An identifier as real ones look: 32 hexadecimal digits and two letters.
  static func sid() -> String {
    let digits = (0..<32).map { _ in String(UInt8.random(in: 0...15), radix: 16) }
    return digits.joined() + "bk"
  }

  /// A GET with the call's data in its query, as it was observed.
  func request(asking url: String, about call: WebCall) -> WebRequest {
    .query(
      url,
      [
        .init("CallSid", call.callID), .init("CallFrom", call.from), .init("CallTo", call.to),
        .init("Direction", "incoming"), .init("From", call.from), .init("To", call.to),
      ])
  }

  func directions(
    from answer: WebAnswer, to request: WebRequest, about call: WebCall
  ) -> DialDirections {
    var directions = DialDirections()
    guard directions.accepts(answer, to: enquiry.words) else { return directions }
    guard
      let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
    else {
      let isXML = answer.body.first { $0 > 0x20 } == UInt8(ascii: "<")
      directions.object(
        isXML
          ? "the lookup's answer is XML; Exotel reads JSON: {\"url\": \"wss://...\"}"
          : "the lookup's answer is no JSON object: \(BotText.excerpt(answer.body))")
      return directions
    }
    if answer.contentType != "application/json" {
      directions.remark(
        "the lookup's answer is labelled \(answer.contentType ?? "with no type"); application/json is right"
      )
    }
    guard let address = json["url"] as? String else {
      let wrong = json.keys.first { $0.lowercased() == "url" }
      directions.object(
        "the lookup's answer has no \"url\" with a text"
          + (wrong.map { "; it has \"\($0)\", and letter case counts" } ?? ""))
      return directions
    }
    directions.dial(address, limit: Self.mostOfAddress)
    guard directions.address != nil else { return directions }
    judgeQuery(of: address, &directions)
    return directions
  }

  func directions(dialling address: String) -> DialDirections {
    var directions = DialDirections(to: address)
    judgeQuery(of: address, &directions)
    return directions
  }

  /// Exotel hands the items of the query over in `start`, and takes the rate from one of them.
  private func judgeQuery(of address: String, _ directions: inout DialDirections) {
    guard let parts = URLComponents(string: address), let items = parts.queryItems else { return }
    if parts.percentEncodedQuery?.utf8.count ?? 0 > Self.mostOfQuery {
      directions.object("the address has a query of more than 256 characters")
    }
    if items.count > Self.mostPairs {
      directions.object("the address has \(items.count) parameters; Exotel passes 3 on")
    }
    var parameters: [String: String] = [:]
    for item in items {
      guard ["sample-rate", "sample_rate"].contains(item.name) else {
        parameters[item.name] = item.value ?? ""
        continue
      }
      if item.name == "sample_rate" { directions.remark("sample_rate is written sample-rate") }
      let rate = item.value.flatMap(Int.init).flatMap(SampleRate.init(hertz:))
      guard let rate, rate.isTelephony else {
        directions.object(
          "sample-rate=\(BotText.excerpt((item.value ?? "").utf8)) is none of 8000, 16000 and 24000"
        )
        continue
      }
      directions.format = WireFormat(.linear16, rate)
    }
    if !parameters.isEmpty { directions.parameters = parameters }
  }
}
