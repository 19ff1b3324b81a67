import AudioEngine
import Telephony
import Testing

@Suite struct ExotelLegsTests {
  private let leg = "2Qe71a90c4bd8f24a6b3f5d1c80000"

  private func account() throws -> ExotelAccount {
    let credentials = try #require(BasicCredentials(user: "key", password: "token"))
    return try ExotelAccount(sid: "acmevoice1", credentials: credentials)
  }

  private func text(_ request: RESTRequest) -> String {
    String(decoding: request.body, as: UTF8.self)
  }

  @Test("42 starts a stream on a leg, byte for byte")
  func startStream() throws {
    let url = try ExotelStreamURL("wss://bot.example.com/exotel/v1/media")
    let action = ExotelLegAction.startStream(url, format: WireFormat(.mulaw, .hz8000))
    let request = try action.request(on: leg, of: account())
    #expect(text(request) == (try Vectors.text("42-legs-start-stream.json")))
    #expect(
      request.url
        == "https://cpaas-api.in.exotel.com/v2/accounts/acmevoice1/legs/\(leg)/actions/start_stream"
    )
  }

  @Test("every action has its path and body")
  func actions() throws {
    let expected: [(ExotelLegAction, String, String)] = [
      (.stopStream, "stop_stream", ""), (.stopSay, "stop_say", ""), (.stopPlay, "stop_play", ""),
      (.hangup, "hangup", ""),
      (.startSay(text: "\"Hi\""), "start_say", #"{"text":"\"Hi\"","loop":1}"#),
      (
        .startPlay(url: "https://h/a.wav", loops: 10), "start_play",
        #"{"url":"https://h/a.wav","loop":10}"#
      ),
    ]
    for (action, name, body) in expected {
      let request = try action.request(on: leg, of: account())
      #expect(request.url.hasSuffix("/legs/\(leg)/actions/\(name)") && text(request) == body)
      #expect(request.method == .post)
    }
  }

  @Test(
    "refuses what Exotel leaves unclear or cannot take",
    arguments: [
      ExotelLegAction.startSay(text: "x", loops: 0), .startSay(text: "x", loops: 11),
      .startSay(text: ""),
      .startPlay(url: "file:///etc/passwd"), .startPlay(url: "https://"),
    ])
  func refuses(action: ExotelLegAction) throws {
    let account = try account()
    #expect(throws: ParameterError.self) { try action.request(on: leg, of: account) }
    #expect(throws: ParameterError.self) {
      try ExotelLegAction.hangup.request(on: "a/../b", of: account)
    }
  }

  @Test("dials a number or a SIP address")
  func dials() throws {
    var order = ExotelLeg(
      contactURI: "+919812345670", exophone: "04440001234",
      eventEndpoint: "https://bot.example.com/exotel/events", customParameter: "c-1",
      timeLimitSeconds: 600, timeoutSeconds: 30)
    #expect(
      text(try order.request(to: account()))
        == #"{"contact_uri":"+919812345670","exophone":"04440001234","#
        + #""leg_event_endpoint":"https://bot.example.com/exotel/events","#
        + #""custom_param":"c-1","time_limit":600,"timeout":30}"#)
    order.contactURI = "sip:agent@example.com"
    #expect(text(try order.request(to: account())).contains(#""network_type":"voip""#))
    let account = try account()
    for contact in ["sip:", "sip:a b", "x", "12"] {
      order.contactURI = contact
      #expect(throws: ParameterError.self) { try order.request(to: account) }
    }
    order.contactURI = "09812345670"
    order.eventEndpoint = "ftp://x"
    #expect(throws: ParameterError.self) { try order.request(to: account) }
  }

  @Test("an order taken, refused inside a 2xx, refused, and in doubt")
  func receipts() {
    func answer(_ status: Int, _ body: String) -> ExotelAnswer<ExotelLegReceipt> {
      ExotelLegReceipt.answer(RESTResponse(status: status, body: Array(body.utf8)))
    }
    let taken = answer(
      202,
      #"{"request_id":"r1","http_code":202,"response":{"error_data":null,"data":{"leg_sid":"l1"}}}"#
    )
    guard case .accepted(let receipt) = taken else {
      Issue.record("\(taken)")
      return
    }
    #expect(receipt.requestID == "r1" && receipt.legSID == "l1")
    let inside = answer(
      202,
      #"{"request_id":"r1","response":{"error_data":{"code":1001,"message":"no such leg"},"data":null}}"#
    )
    guard case .refused(let refusal) = inside else {
      Issue.record("\(inside)")
      return
    }
    #expect(refusal.code == "1001" && refusal.message == "no such leg")
    if case .refused = answer(404, "") {} else { Issue.record("404 is a refusal") }
    #expect(answer(500, "") == .unknown("the answer was HTTP 500"))
    #expect(answer(202, "not JSON") == .unknown("the answer could not be read"))
  }
}
