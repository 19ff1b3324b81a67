import AudioEngine
import Telephony
import Testing

@Suite struct PlivoAccountTests {
  private let call = PlivoVectorTests.call
  private let root = "https://api.plivo.com/v1/Account/MAXX/Call/\(PlivoVectorTests.call)/"

  private func account() throws -> PlivoAccount {
    try PlivoAccount(authID: "MAXX", authToken: "secret")
  }

  private func response(_ status: Int, _ body: String) -> RESTResponse {
    RESTResponse(status: status, body: Array(body.utf8))
  }

  @Test("starts a stream with every parameter, typed")
  func start() throws {
    var stream = PlivoStream(to: "wss://h/ws")
    stream.isBidirectional = false
    stream.track = .both
    stream.timeoutSeconds = 60
    stream.statusCallback = .init(url: "https://h/s")
    stream.extraHeaders = [("a", "b")]
    stream.noiseCancellationLevel = 85
    let request = try account().start(stream, on: call)
    #expect(request.method == .post && request.url == root + "Stream/")
    let body = String(decoding: request.body, as: UTF8.self)
    #expect(
      body
        == #"{"service_url":"wss://h/ws","bidirectional":false,"audio_track":"both","stream_timeout":60,"status_callback_url":"https://h/s","status_callback_method":"POST","content_type":"audio/x-mulaw;rate=8000","extra_headers":"a=b","noise_cancellation":"true","noise_cancellation_level":85}"#
    )
    #expect(
      request.headers.contains(HTTPHeader("Authorization", "Basic TUFYWDpzZWNyZXQ=")))
    #expect(!request.description.contains("secret"))
  }

  @Test("lists, gets, stops and hangs up")
  func rest() throws {
    let account = try account()
    let stream = PlivoVectorTests.stream
    let list = try account.streams(of: call)
    #expect(list.method == .get && list.url == root + "Stream/")
    #expect(try account.stream(stream, of: call).url == root + "Stream/\(stream)/")
    let stop = try account.stop(stream, of: call)
    #expect(stop.method == .delete && stop.url == root + "Stream/\(stream)/")
    #expect(try account.stop(of: call).url == root + "Stream/")
    let end = try account.hangUp(call)
    #expect(end.method == .delete && end.url == root && end.body.isEmpty)
  }

  @Test(
    "refuses identifiers that would change the path", arguments: ["", "a/b", "..", "a?b", "%2F"])
  func identifiers(text: String) throws {
    let account = try account()
    #expect(throws: ParameterError.self) { try account.hangUp(text) }
    #expect(throws: ParameterError.self) { try account.stop(text, of: "c") }
    #expect(throws: ParameterError.self) { try PlivoAccount(authID: text, authToken: "t") }
  }

  @Test("reads a stream and a list of them")
  func answers() throws {
    let object =
      #"{"stream_id":"s","call_uuid":"c","service_url":"wss://h/x","bidirectional":true,"audio_track":"inbound","content_type":"audio/x-mulaw;rate=8000","status":"initiated","start_time":"2026-01-01 00:00:00+00:00","end_time":null,"bill_duration":"60"}"#
    guard case .accepted(let info) = PlivoStreamInfo.answer(response(200, object)) else {
      Issue.record("not accepted")
      return
    }
    #expect(info.streamID == "s" && info.isBidirectional == true && info.billSeconds == 60)
    #expect(info.endTime == nil && info.status == "initiated")
    let list = PlivoStreamInfo.list(response(200, #"{"meta":{},"objects":[\#(object),{}]}"#))
    #expect(list == .accepted([info]))
    let started = #"{"api_id":"a","message":"audio streaming started","stream_id":"t"}"#
    guard case .accepted(let new) = PlivoStreamInfo.answer(response(202, started)) else {
      Issue.record("not accepted")
      return
    }
    #expect(new.streamID == "t")
  }

  @Test("tells refusals from what is unknown, and gone from failed")
  func refusals() {
    let body = #"{"api_id":"a","error":"stream already active"}"#
    guard case .refused(let refusal) = PlivoStreamInfo.answer(response(400, body)) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.description.contains("stream already active"))
    #expect(PlivoStreamInfo.answer(nil) == .unknown("no answer came"))
    #expect(
      PlivoStreamInfo.answer(response(200, "<html>")) == .unknown("the answer could not be read"))
    #expect(PlivoStreamInfo.list(response(500, "")) == .unknown("the answer was HTTP 500"))
    #expect(PlivoAnswer(ending: response(204, "")) == .accepted(true))
    #expect(PlivoAnswer(ending: response(404, "{}")) == .accepted(false))
    for status in [400, 401, 403, 404, 429, 418] {
      guard case .refused(let refusal) = PlivoStreamInfo.answer(response(status, "")) else {
        Issue.record("\(status)")
        continue
      }
      #expect(refusal.advice.hasSuffix("."))
    }
  }
}
