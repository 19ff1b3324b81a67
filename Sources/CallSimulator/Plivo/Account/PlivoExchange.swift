import AudioEngine
import Foundation
import Sockets

extension AccountPlatform {
  /// Plivo: calls, and the streams that are started on them. Its events are callbacks of streams.
  public static let plivo = AccountPlatform(requests: PlivoExchange.requests, events: []) {
    PlivoExchange(loop: $0, rules: $1)
  }
}

/// Plivo's side of one account: its calls and their streams.
///
/// Source: https://www.plivo.com/docs/voice/api/audio-streaming.
final class PlivoExchange: SimulatedAccount, @unchecked Sendable {
  // Unchecked: confined to the loop's thread, on which the listener's callbacks come.

  static let requests = [
    "call", "transfer", "hangup", "dtmf", "start-stream", "streams", "stream", "stop-stream",
  ]

  let loop: EventLoop
  let rules: AccountRules
  let door: AccountDoor
  private var calls = AccountMemory<PlivoCallLine>()

  init(loop: EventLoop, rules: AccountRules) {
    self.loop = loop
    self.rules = rules
    door = AccountDoor(loop: loop, rules: rules)
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse? {
    let parts = request.path.split(separator: "/").map(String.init)
    guard parts.count >= 4, parts.prefix(2) == ["v1", "Account"], parts[2] == rules.name,
      parts[3] == "Call"
    else { return nil }
    guard parts.count > 4 else {
      return request.method == "POST" ? pass(request, "call") { place(request) } : nil
    }
    func act(_ name: String, _ body: @escaping (PlivoCallLine) -> HTTPResponse) -> HTTPResponse {
      pass(request, name) {
        guard let call = calls[parts[4]], !call.isOver else {
          return Self.refusal(404, "call not found")
        }
        return body(call)
      }
    }
    switch (request.method, parts.count, parts.count > 5 ? parts[5] : "") {
    case ("DELETE", 5, _):
      return act("hangup") { call in
        call.end(because: "hung up by request")
        return Self.nothing
      }
    case ("POST", 5, _): return act("transfer") { self.transfer($0, request) }
    case ("POST", 6, "DTMF"):
      return act("dtmf") { _ in
        let digits = Self.fields(request)["digits"] ?? ""
        guard !digits.isEmpty, digits.allSatisfy("0123456789*#wW".contains) else {
          return Self.refusal(400, "digits parameter is invalid")
        }
        return Self.json(202, ["message": .string("digits sent")])
      }
    case ("POST", 6, "Stream"): return act("start-stream") { self.startStream($0, request) }
    case ("GET", 6, "Stream"): return act("streams") { Self.list($0.streams.map(\.description)) }
    case ("DELETE", 6, "Stream"):
      return act("stop-stream") { call in
        for stream in call.streams { stream.stop() }
        return Self.nothing
      }
    case ("GET", 7, "Stream"):
      return act("stream") { call in
        guard let stream = call.streams.first(where: { $0.id == parts[6] }) else {
          return Self.refusal(404, "stream not found")
        }
        return Self.json(200, .object(stream.description))
      }
    case ("DELETE", 7, "Stream"):
      return act("stop-stream") { call in
        guard let stream = call.streams.first(where: { $0.id == parts[6] && $0.isUp }) else {
          return Self.refusal(404, "stream not found")
        }
        stream.stop()
        return Self.nothing
      }
    default: return nil
    }
  }

  private func pass(
    _ request: HTTPRequest, _ place: String, _ act: () -> HTTPResponse
  ) -> HTTPResponse {
    door.answer(request, at: place, refusal: { Self.refusal($0, Self.words($0)) }, act)
  }

  private func place(_ request: HTTPRequest) -> HTTPResponse {
    let fields = Self.fields(request)
    for name in ["from", "to", "answer_url"] where fields[name]?.isEmpty ?? true {
      return Self.refusal(400, "\(name) parameter is missing")
    }
    let url = fields["answer_url"] ?? ""
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      return Self.refusal(400, "answer_url parameter is invalid")
    }
    let method = fields["answer_method"] ?? "POST"
    guard ["GET", "POST"].contains(method) else {
      return Self.refusal(400, "answer_method parameter is invalid")
    }
    let call = PlivoCallLine(
      from: fields["from"] ?? "", to: fields["to"] ?? "", answerURL: url, method: method,
      exchange: self)
    calls.remember(call, as: call.id)
    call.begin()
    return Self.json(
      201, ["message": .string("call fired"), "request_uuid": .string(call.id)])
  }

  private func transfer(_ call: PlivoCallLine, _ request: HTTPRequest) -> HTTPResponse {
    let fields = Self.fields(request)
    guard fields["legs"] ?? "aleg" == "aleg", let url = fields["aleg_url"], url.hasPrefix("http")
    else { return Self.refusal(400, "aleg_url parameter is missing, or legs is not aleg") }
    call.transfer(to: url, method: fields["aleg_method"] ?? "POST")
    return Self.json(
      202,
      ["message": .string("call transferred"), "call_uuids": .array([.string(call.id)])])
  }

  private func startStream(_ call: PlivoCallLine, _ request: HTTPRequest) -> HTTPResponse {
    guard call.isAnswered else { return Self.refusal(400, "the call is not answered") }
    let fields = Self.fields(request)
    // What XML says with attributes, a request says with names of its own for the same.
    let attributes = [
      "bidirectional": "bidirectional", "audio_track": "audioTrack",
      "stream_timeout": "streamTimeout", "status_callback_url": "statusCallbackUrl",
      "status_callback_method": "statusCallbackMethod", "content_type": "contentType",
      "extra_headers": "extraHeaders", "noise_cancellation": "noiseCancellation",
      "noise_cancellation_level": "noiseCancellationLevel",
    ].compactMap { name, attribute in
      fields[name].map { XMLElement.Attribute(name: attribute, value: $0) }
    }
    var directions = DialDirections()
    PlivoStreamReading(
      stream: XMLElement(
        name: "Stream", attributes: attributes, text: fields["service_url"] ?? ""), isLast: false
    ).read(into: &directions)
    if let problem = directions.problems.first { return Self.refusal(400, problem) }
    guard let stream = call.startStream(directions, isOfXML: false) else {
      return Self.refusal(400, "the call has an active stream")
    }
    return Self.json(
      202,
      ["message": .string("audio streaming started"), "stream_id": .string(stream.id)])
  }

  var summary: [String] { calls.summary }

  func stop() {
    calls.stop()
    door.stop()
  }

  // Words.

  /// A request's fields, of JSON or of a form, as text.
  static func fields(_ request: HTTPRequest) -> [String: String] {
    if let json = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any] {
      return json.compactMapValues { value in
        switch value {
        case let text as String: text
        case let number as NSNumber where number.isTruth: number.boolValue ? "true" : "false"
        case let number as NSNumber: number.stringValue
        default: nil
        }
      }
    }
    return Dictionary(request.form.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 })
  }

  private static let nothing = HTTPResponse(status: 204, body: "")

  private static func json(
    _ status: Int, _ fields: KeyValuePairs<String, WireText>
  ) -> HTTPResponse {
    json(status, .object(fields.map { WireText.Member(key: $0.key, value: $0.value) }))
  }

  private static func json(_ status: Int, _ body: WireText) -> HTTPResponse {
    guard case .object(let members) = body else { preconditionFailure("an answer is an object") }
    let id = WireText.Member(key: "api_id", value: .string(PlivoWeb.uuid()))
    return HTTPResponse(
      status: status, contentType: "application/json",
      body: String(decoding: WireText.object([id] + members).text(), as: UTF8.self))
  }

  private static func list(_ objects: [[WireText.Member]]) -> HTTPResponse {
    json(
      200,
      [
        "meta": .fields([
          "limit": .number(20), "offset": .number(0), "next": .null, "previous": .null,
          "total_count": .number(objects.count),
        ]), "objects": .array(objects.map(WireText.object)),
      ])
  }

  private static func refusal(_ status: Int, _ words: String) -> HTTPResponse {
    json(status, ["error": .string(words)])
  }

  private static func words(_ status: Int) -> String {
    switch status {
    case 401: "authentication failed"
    case 403: "not permitted"
    case 404: "not found"
    case 429: "rate limit exceeded"
    case 400: "invalid parameters"
    default: "internal server error"
    }
  }
}

extension NSNumber {
  /// Whether it came from JSON's `true` or `false`, which are numbers to Foundation.
  fileprivate var isTruth: Bool { unsafe String(cString: objCType) == "c" }
}
