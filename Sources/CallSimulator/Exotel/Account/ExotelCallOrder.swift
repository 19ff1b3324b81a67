import Foundation
import Sockets

/// What `POST .../Calls/connect` asks for.
///
/// Source: https://docs.exotel.com/exotel-agentstream/connect-voice-ai-api.
struct ExotelCallOrder {
  let dial: String
  let callerID: String
  /// The bot; nil for a call through a flow, whose applets nobody here knows.
  let streamURL: String?
  let longest: Duration
  let patience: Duration
  let customField: String?
  let statusCallback: String?
  let statusEvents: [String]

  struct Fault: Error { let sentence: String }

  static func read(_ request: HTTPRequest) -> Result<ExotelCallOrder, Fault> {
    func fail(_ sentence: String) -> Result<ExotelCallOrder, Fault> {
      .failure(Fault(sentence: sentence))
    }
    let type = request.headers["content-type"]?.lowercased() ?? ""
    guard type.hasPrefix("application/x-www-form-urlencoded") else {
      return fail("this server reads application/x-www-form-urlencoded alone")
    }
    let fields = request.form
    func value(_ name: String) -> String? {
      fields.first { $0.name == name }?.value.flatMap { $0.isEmpty ? nil : $0 }
    }
    func number(_ name: String, _ usual: Int, _ range: ClosedRange<Int>) -> Int? {
      guard let text = value(name) else { return usual }
      return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
    func isNumber(_ text: String) -> Bool {
      let digits = text.drop { $0 == "+" }
      return (3...15).contains(digits.count) && digits.allSatisfy { $0.isASCII && $0.isNumber }
    }
    guard let dial = value("From"), isNumber(dial) else { return fail("bad From") }
    guard let callerID = value("CallerId"), isNumber(callerID) else { return fail("bad CallerId") }
    let stream = value("StreamUrl")
    switch (stream, value("Url")) {
    case (let stream?, nil):
      guard value("StreamType") == "bidirectional" else { return fail("bad StreamType") }
      guard stream.utf8.count < 600, (try? BotAddress(stream)) != nil else {
        return fail("bad StreamUrl")
      }
    case (nil, let url?):
      guard url.contains("/exoml/start_voice/") else { return fail("bad Url") }
    case (nil, nil): return fail("StreamUrl and Url are missing")
    case (_?, _?): return fail("StreamUrl and Url exclude each other")
    }
    guard let limit = number("TimeLimit", 14_400, 1...14_400) else { return fail("bad TimeLimit") }
    guard let ring = number("TimeOut", 60, 1...60) else { return fail("bad TimeOut") }
    guard value("CustomField")?.count ?? 0 <= 128 else { return fail("CustomField is too long") }
    let names = fields.filter { $0.name.hasPrefix("StatusCallbackEvents") }.compactMap(\.value)
    let events = names.flatMap { $0 == "both" ? ["answered", "terminal"] : [$0] }
    guard events.allSatisfy(["ringing", "answered", "terminal"].contains) else {
      return fail("bad StatusCallbackEvents")
    }
    return .success(
      ExotelCallOrder(
        dial: dial, callerID: callerID, streamURL: stream, longest: .seconds(limit),
        patience: .seconds(ring), customField: value("CustomField"),
        statusCallback: value("StatusCallback"), statusEvents: events))
  }
}
