import Telephony
import Testing

@Suite struct TwilioAccountTests {
  private let call = TwilioText.call
  private let root =
    "https://api.twilio.com/2010-04-01/Accounts/\(TwilioText.account)/Calls"

  private func account() throws -> TwilioAccount {
    try TwilioAccount(sid: TwilioText.account, secret: "secret")
  }

  private func response(_ status: Int, _ body: String) -> RESTResponse {
    RESTResponse(status: status, body: Array(body.utf8))
  }

  private func form(_ request: RESTRequest) -> [String: String] {
    let items = URLQuery(String(decoding: request.body, as: UTF8.self)).items
    return Dictionary(items.map { ($0.name, $0.value) }) { first, _ in first }
  }

  @Test("places a call with TwiML or with an address, as a form")
  func places() throws {
    var order = TwilioOrder(
      to: "+918000000002", from: "+15005550006", action: .webhook("https://h/twilio/answer"))
    order.statusCallback = "https://h/twilio/status"
    order.ringSeconds = 30
    let request = try account().place(order)
    #expect(request.method == .post && request.url == root + ".json")
    #expect(
      form(request) == [
        "To": "+918000000002", "From": "+15005550006", "Url": "https://h/twilio/answer",
        "StatusCallback": "https://h/twilio/status", "Timeout": "30",
      ])
    #expect(
      request.headers.contains(
        HTTPHeader("Content-Type", "application/x-www-form-urlencoded")))
    #expect(!request.description.contains("secret"))
    let stream = TwilioStream(to: "wss://h/twilio")
    order.action = .stream(stream)
    #expect(form(try account().place(order))["Twiml"] == (try stream.answerXML()))
  }

  @Test("TwiML longer than 4,000 characters is refused before anything is sent")
  func longTwiML() throws {
    var stream = TwilioStream(to: "wss://h/twilio")
    stream.parameters = (0..<9).map { ("p\($0)", String(repeating: "x", count: 450)) }
    let order = TwilioOrder(to: "1", from: "2", action: .stream(stream))
    #expect(throws: ParameterError.self) { try account().place(order) }
  }

  @Test("asks, hangs up, starts and stops a one-way stream")
  func rest() throws {
    let account = try account()
    let ask = try account.details(of: call)
    #expect(ask.method == .get && ask.url == root + "/\(call).json" && ask.body.isEmpty)
    let end = try account.hangUp(call)
    #expect(end.method == .post && end.url == ask.url && form(end) == ["Status": "completed"])
    var stream = TwilioStream(to: "wss://h/twilio")
    #expect(throws: ParameterError.self) { try account.start(stream, on: call) }
    stream.isBidirectional = false
    stream.track = .both
    stream.name = "tap"
    stream.statusCallback = "https://h/s"
    stream.statusMethod = .get
    stream.parameters = [("a", "1"), ("b", "x&y")]
    let start = try account.start(stream, on: call)
    #expect(start.url == root + "/\(call)/Streams.json")
    #expect(
      form(start) == [
        "Url": "wss://h/twilio", "Name": "tap", "Track": "both_tracks",
        "StatusCallback": "https://h/s", "StatusCallbackMethod": "GET", "Parameter1.Name": "a",
        "Parameter1.Value": "1", "Parameter2.Name": "b", "Parameter2.Value": "x&y",
      ])
    let stop = try account.stop("tap", of: call)
    #expect(stop.url == root + "/\(call)/Streams/tap.json" && form(stop) == ["Status": "stopped"])
  }

  @Test("a key's sid stands in the header, the account's in the path")
  func key() throws {
    let account = try TwilioAccount(sid: "AC1", user: "SK1", secret: "s")
    let request = try account.hangUp("CA1")
    // SK1:s
    #expect(request.headers.contains(HTTPHeader("Authorization", "Basic U0sxOnM=")))
    #expect(request.url.contains("/Accounts/AC1/"))
  }

  @Test(
    "refuses identifiers that would change the path", arguments: ["", "a/b", "..", "a?b", "%2F"])
  func identifiers(text: String) throws {
    let account = try account()
    #expect(throws: ParameterError.self) { try account.hangUp(text) }
    #expect(throws: ParameterError.self) { try account.stop(text, of: "CA") }
    #expect(throws: ParameterError.self) { try TwilioAccount(sid: text, secret: "s") }
  }

  @Test("reads calls and streams, tells refusals from what is unknown, and gone from failed")
  func answers() {
    let body = #"{"sid":"CA1","status":"queued","from":"+1","to":"+2","price":null}"#
    guard case .accepted(let call) = TwilioCall.answer(response(201, body)) else {
      Issue.record("not accepted")
      return
    }
    #expect(call.callSID == "CA1" && call.status == "queued")
    #expect(call.from == "+1" && call.to == "+2")
    let stream = #"{"sid":"MZ1","name":"tap","status":"in-progress","call_sid":"CA1"}"#
    guard case .accepted(let info) = TwilioStreamInfo.answer(response(201, stream)) else {
      Issue.record("not accepted")
      return
    }
    #expect(info.streamSID == "MZ1" && info.name == "tap" && info.status == "in-progress")
    let refused =
      #"{"code":21211,"message":"Invalid 'To' Phone Number","more_info":"x","status":400}"#
    guard case .refused(let refusal) = TwilioCall.answer(response(400, refused)) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.code == 21_211 && refusal.description.contains("21211: Invalid 'To'"))
    #expect(TwilioCall.answer(nil) == .unknown("no answer came"))
    #expect(TwilioCall.answer(response(200, "{}")) == .unknown("the answer could not be read"))
    #expect(TwilioCall.answer(response(503, "")) == .unknown("the answer was HTTP 503"))
    #expect(TwilioAnswer(ending: response(200, "{}")) == .accepted(true))
    #expect(TwilioAnswer(ending: response(404, #"{"code":20404}"#)) == .accepted(false))
    for status in [400, 401, 403, 404, 429, 418] {
      guard case .refused(let refusal) = TwilioCall.answer(response(status, "")) else {
        Issue.record("\(status)")
        continue
      }
      #expect(refusal.advice.hasSuffix("."))
    }
  }
}
