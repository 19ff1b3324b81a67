import AudioEngine
import Foundation
import Sockets

extension AccountPlatform {
  /// Exotel: the Connect API, active streams, and the Legs API.
  public static let exotel = AccountPlatform(
    requests: ExotelExchange.requests, events: ExotelLegLine.events
  ) { ExotelExchange(loop: $0, rules: $1) }
}

/// Exotel's side of one account: its calls, its legs, and how many streams are up. Reads and writes with
/// Foundation and writers of its own, independently of the client that asks it.
final class ExotelExchange: SimulatedAccount, @unchecked Sendable {
  // Unchecked: confined to the loop's thread, on which the listener's callbacks come.

  static let requests =
    ["connect", "call", "activestreams", "legs", "external-events"] + ExotelLegLine.actions

  let loop: EventLoop
  let rules: AccountRules
  let door: AccountDoor
  private var legs = AccountMemory<ExotelLegLine>()
  var calls = AccountMemory<ExotelCallLine>()
  private var requestsMade = 0

  init(loop: EventLoop, rules: AccountRules) {
    self.loop = loop
    self.rules = rules
    door = AccountDoor(loop: loop, rules: rules)
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse? {
    let parts = request.path.split(separator: "/").map(String.init)
    guard parts.count >= 4, parts[2] == rules.name else { return nil }
    switch (parts[0], parts[1]) {
    case ("v1", "Accounts"): return voice(request, Array(parts[3...]))
    case ("v2", "accounts"): return legs(request, Array(parts[3...]))
    default: return nil
    }
  }

  private func voice(_ request: HTTPRequest, _ path: [String]) -> HTTPResponse? {
    let isJSON = path.last?.hasSuffix(".json") ?? false
    func pass(_ place: String, _ act: () -> HTTPResponse) -> HTTPResponse {
      door.answer(
        request, at: place, refusal: { Self.refusal($0, isJSON: isJSON || place != "connect") }, act
      )
    }
    switch (request.method, path.count, path[0]) {
    case ("POST", 2, "Calls") where ["connect", "connect.json"].contains(path[1]):
      return pass("connect") { connect(request, isJSON: isJSON) }
    case ("GET", 2, "Calls") where isJSON:
      return pass("call") { details(String(path[1].dropLast(5))) }
    case ("GET", 1, "ActiveStreams"):
      return pass("activestreams") { activeStreams(request) }
    default: return nil
    }
  }

  private func legs(_ request: HTTPRequest, _ path: [String]) -> HTTPResponse? {
    guard path[0] == "legs" else { return nil }
    func pass(_ place: String, _ act: () -> HTTPResponse) -> HTTPResponse {
      door.answer(request, at: place, refusal: { self.legAnswer($0, error: Self.words($0)) }, act)
    }
    switch (request.method, path.count) {
    case ("POST", 1): return pass("legs") { create(request) }
    case ("GET", 3) where path[2] == "external-events":
      return pass("external-events") {
        guard let leg = legs[path[1]] else { return legAnswer(404, error: "no such leg") }
        let name = request.query.first { $0.name == "event_name" }?.value
        return legAnswer(200, data: .array(leg.told(name)))
      }
    case ("POST", 4) where path[2] == "actions" && ExotelLegLine.actions.contains(path[3]):
      return pass(path[3]) {
        guard let leg = legs[path[1]] else { return legAnswer(404, error: "no such leg") }
        let action = Self.sid("2ST")
        if let error = leg.act(path[3], Self.object(request), action: action) {
          return legAnswer(400, error: error)
        }
        return legAnswer(
          202, data: .fields(["leg_sid": .string(leg.sid), "action_sid": .string(action)]))
      }
    default: return nil
    }
  }

  private func create(_ request: HTTPRequest) -> HTTPResponse {
    switch ExotelLegOrder.read(Self.object(request)) {
    case .failure(let error):
      return legAnswer(400, error: error.sentence)
    case .success(let order):
      let leg = ExotelLegLine(sid: Self.sid("2Q"), order: order, exchange: self)
      legs.remember(leg, as: leg.sid)
      leg.begin()
      return legAnswer(
        202,
        data: .object(
          [
            .init(key: "leg_sid", value: .string(leg.sid)),
            .init(key: "created_at", value: .string(leg.createdAt)),
            .init(key: "account_sid", value: .string(rules.name)),
          ] + order.echo))
    }
  }

  private func activeStreams(_ request: HTTPRequest) -> HTTPResponse {
    let count = door.activeStreams
    guard request.headers["accept"]?.contains("json") ?? false else {
      return HTTPResponse(
        status: 200, contentType: "application/xml",
        body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TwilioResponse><Stream>"
          + "<ActiveStreamCount>\(count)</ActiveStreamCount>"
          + "<ThrottleLimit>\(rules.mostStreams)</ThrottleLimit></Stream></TwilioResponse>\n")
    }
    return Self.json(
      200,
      .fields([
        "status": .string("success"), "active_streams": .number(count),
        "max_allowed_streams": .number(rules.mostStreams), "account_sid": .string(rules.name),
      ]))
  }

  // Streams.

  /// The platform's side of a stream to `url`, the query of which goes into the start.
  func stream(
    to url: String, call: WebCall, moments: @escaping @Sendable (CallMoment) -> Void
  ) -> AccountStream? {
    let directions = ExotelWeb().directions(dialling: url)
    let format = directions.format ?? WireFormat(.linear16, .hz8000)
    var choices = CallChoices()
    choices.from = call.from
    choices.to = call.to
    choices.call = call
    choices.parameters = directions.parameters ?? [:]
    guard let address = try? BotAddress(url), let script = CallerScript(liveAt: format.rate),
      let platform = SimulatedProvider.exotel.platform(script: script, choices: choices)
    else { return nil }
    return AccountStream(
      to: address, as: platform, format: format, voices: rules.voices,
      every: .milliseconds(100), loop: loop, tls: rules.tls,
      moments: moments)
  }

  var summary: [String] { legs.summary + calls.summary }

  func stop() {
    legs.stop()
    calls.stop()
    door.stop()
  }

  // Words.

  /// What Exotel's support would ask for: `prefix` and 28 hexadecimal digits.
  static func sid(_ prefix: String) -> String { prefix + ExotelWeb.sid().prefix(28) }

  static func object(_ request: HTTPRequest) -> [String: Any] {
    let json = try? JSONSerialization.jsonObject(with: Data(request.body))
    return json as? [String: Any] ?? [:]
  }

  static func json(_ status: Int, _ body: WireText) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "application/json",
      body: String(decoding: body.text(), as: UTF8.self))
  }

  static func words(_ status: Int) -> String {
    switch status {
    case 400: "Bad or missing parameters"
    case 401: "Authentication failed"
    case 403: "Streaming is not enabled for this account"
    case 404: "The requested resource was not found"
    case 429: "Too many requests"
    default: "Internal server error"
    }
  }

  private func legAnswer(
    _ status: Int, data: WireText = .null, error: String? = nil
  ) -> HTTPResponse {
    requestsMade += 1
    let fault = error.map { words -> WireText in
      .fields([
        "code": .number(status), "message": .string(Self.words(status)),
        "description": .string(words),
      ])
    }
    return Self.json(
      status,
      .fields([
        "request_id": .string("req-\(requestsMade)"), "http_code": .number(status),
        "response": .fields(["error_data": fault ?? .null, "data": data]),
      ]))
  }
}
