import AudioEngine
import Telephony
import Testing

@Suite struct ExotelRESTTests {
  private let call = "b7d25e90f3a84c1690ee57a2c8416d18bk"

  private func account(_ region: ExotelAccount.Region = .mumbai) throws -> ExotelAccount {
    let credentials = try #require(BasicCredentials(user: "key", password: "token"))
    return try ExotelAccount(sid: "acmevoice1", credentials: credentials, region: region)
  }

  private func bot(_ base: String = "wss://bot.example.com/exotel/v1/media") throws -> ExotelConnect
  {
    let url = try ExotelStreamURL(
      base, rate: .hz8000, parameters: [URLQuery.Item(name: "ref", value: "c-8817")])
    return ExotelConnect(
      dial: "+919812345670", callerID: "04440001234", destination: .bot(url),
      timeLimitSeconds: 900, customField: "c-8817",
      statusCallback: "https://bot.example.com/exotel/status", statusEvents: [.answered, .terminal])
  }

  private func answer(_ status: Int, _ body: String, _ headers: [HTTPHeader] = []) -> RESTResponse {
    RESTResponse(status: status, headers: headers, body: Array(body.utf8))
  }

  private func text(_ request: RESTRequest) -> String {
    String(decoding: request.body, as: UTF8.self)
  }

  @Test("40 connects straight to the bot, byte for byte")
  func connectToBot() throws {
    let request = try bot().request(to: account())
    let vector = try Vectors.text("40-connect-request.txt")
    let (head, body) = (vector.prefix { $0 != "{" }, vector.split(separator: "\n").last)
    #expect(request.method == .post)
    #expect(request.url == "https://api.in.exotel.com/v1/Accounts/acmevoice1/Calls/connect.json")
    #expect(body.map(String.init) == text(request))
    for header in request.headers where header.name != "Accept" {
      #expect(head.contains("\(header.name): \(header.value)"))
    }
  }

  @Test("both events in one word stand alone")
  func bothEvents() throws {
    var both = try bot()
    both.statusEvents = [.both]
    #expect(text(try both.request(to: account())).hasSuffix("&StatusCallbackEvents=both"))
    both.statusEvents = [.ringing, .both]
    #expect(throws: ParameterError.self) { try both.request(to: account()) }
  }

  @Test("a flow has its own parameters and none of the bot's")
  func connectToFlow() throws {
    let flow = ExotelConnect.Destination.flow(
      url: "http://my.exotel.com/acmevoice1/exoml/start_voice/926", ringSeconds: 30)
    let request = try ExotelConnect(
      dial: "09812345670", callerID: "04440001234", destination: flow, recording: .single,
      permitsNationalNumbers: true
    ).request(to: account(.singapore))
    #expect(request.url.hasPrefix("https://api.exotel.com/"))
    #expect(
      text(request) == "From=09812345670&CallerId=04440001234"
        + "&Url=http%3A%2F%2Fmy.exotel.com%2Facmevoice1%2Fexoml%2Fstart_voice%2F926"
        + "&CallType=trans&TimeOut=30&Record=true")
  }

  private static let refused: [(String, @Sendable (inout ExotelConnect) -> Void)] = [
    ("From", { $0.dial = "09812345670" }), ("From", { $0.dial = "+0123456789" }),
    ("From", { $0.dial = "+12" }), ("From", { $0.dial = "" }),
    ("From", { $0.dial = "+9198 12345670" }),
    ("From", { $0.dial = "+9198123456701234" }), ("CallerId", { $0.callerID = "my phone" }),
    ("CallerId", { $0.callerID = "+" }), ("TimeLimit", { $0.timeLimitSeconds = 0 }),
    ("TimeLimit", { $0.timeLimitSeconds = 14_401 }),
    ("CustomField", { $0.customField = String(repeating: "x", count: 129) }),
    ("StatusCallback", { $0.statusCallback = "http://x/y" }),
    ("StatusCallback", { $0.statusCallback = "https://" }),
    ("StatusCallbackEvents", { $0.statusCallback = nil }),
    ("Url", { $0.destination = .flow(url: "https://example.com/flow.xml") }),
    ("Url", { $0.destination = .flow(url: "https://my.exotel.com/other/exoml/start_voice/1") }),
    ("Url", { $0.destination = .flow(url: "wss://bot.example.com") }),
    (
      "TimeOut",
      {
        $0.destination = .flow(
          url: "https://my.exotel.com/acmevoice1/exoml/start_voice/1", ringSeconds: 61)
      }
    ),
  ]

  @Test("refuses before sending", arguments: refused)
  func refuses(parameter: String, change: @Sendable (inout ExotelConnect) -> Void) throws {
    var connect = try bot()
    change(&connect)
    let account = try account()
    #expect(throws: ParameterError.self) { try connect.request(to: account) }
    do throws(ParameterError) {
      _ = try connect.request(to: account)
    } catch {
      #expect(error.parameter == parameter)
    }
  }

  @Test("a flow records one channel; a stream's name has 32 characters")
  func otherRefusals() throws {
    let account = try account()
    var connect = try bot()
    connect.destination = .flow(url: "https://my.in.exotel.com/acmevoice1/exoml/start_voice/1")
    connect.recording = .dual
    #expect(throws: ParameterError.self) { try connect.request(to: account) }
    let url = try ExotelStreamURL("wss://h/p")
    connect.recording = .dual
    connect.destination = .bot(url, streamName: String(repeating: "n", count: 32))
    #expect(text(try connect.request(to: account)).contains("RecordingChannels=dual"))
    connect.destination = .bot(url, streamName: String(repeating: "n", count: 33))
    #expect(throws: ParameterError.self) { try connect.request(to: account) }
  }

  @Test("41 the call was accepted, JSON in either case or XML")
  func accepted() throws {
    let json = try Vectors.text("41-connect-response.json")
    let xml =
      "<?xml version=\"1.0\"?><TwilioResponse><Call><Sid>\(call)</Sid>"
      + "<Status>in-progress</Status><From>+919812345670</From><RecordingUrl/></Call></TwilioResponse>"
    for body in [json, json.lowercased(), xml] {
      guard case .accepted(let placed) = ExotelCall.answer(answer(200, body)) else {
        Issue.record("\(ExotelCall.answer(answer(200, body)))")
        continue
      }
      #expect(placed.sid == call && placed.status == "in-progress")
      #expect(placed.from == "+919812345670" && placed.recordingURL == nil)
    }
  }

  @Test(
    "what is a refusal and what leaves the phone in doubt",
    arguments: [
      (400, false), (401, false), (403, false), (404, false), (429, false), (408, true),
      (500, true), (503, true),
      (302, true), (200, true),
    ])
  func doubt(status: Int, isUnknown: Bool) {
    let result = ExotelCall.answer(answer(status, "<html>oops</html>"))
    if case .unknown = result { #expect(isUnknown) } else { #expect(!isUnknown) }
    if case .accepted = result { Issue.record("a page is no call") }
  }

  @Test("no answer in time is in doubt")
  func timeout() { #expect(ExotelCall.answer(nil) == .unknown("no answer came")) }

  @Test("a refusal keeps code, message and the time to wait")
  func refusal() {
    let limited = answer(
      429, #"{"RestException":{"Status":429,"Message":"slow down","Code":"RATE_LIMIT_EXCEEDED"}}"#,
      [HTTPHeader("retry-after", "30")])
    guard case .refused(let refusal) = ExotelCall.answer(limited) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.code == "RATE_LIMIT_EXCEEDED" && refusal.retryAfterSeconds == 30)
    #expect(
      refusal.description
        == "HTTP 429 (RATE_LIMIT_EXCEEDED: slow down). The rate limit was reached; try again after 30 s."
    )
    let xml = answer(
      400,
      "<TwilioResponse><RestException><Status>400</Status><Message>bad &lt;From&gt;</Message>"
        + "<Code>34001</Code></RestException></TwilioResponse>")
    guard case .refused(let bad) = ExotelCall.answer(xml) else {
      Issue.record("not refused")
      return
    }
    #expect(bad.code == "34001" && bad.message == "bad <From>")
  }

  @Test("asks for a call by a safe path")
  func details() throws {
    let account = try account()
    let request = try ExotelCall.details(of: call, in: account)
    #expect(request.method == .get && request.body.isEmpty)
    #expect(request.url.hasSuffix("/v1/Accounts/acmevoice1/Calls/\(call).json"))
    for sid in ["", "..", "a/b", "a?b", "a b", String(repeating: "x", count: 129)] {
      #expect(throws: ParameterError.self) { try ExotelCall.details(of: sid, in: account) }
    }
  }

  @Test("credentials print as a mark and a user name holds no colon")
  func credentials() throws {
    let credentials = try #require(BasicCredentials(user: "key", password: "tok:en"))
    #expect("\(credentials) \(String(reflecting: credentials))" == "*** ***")
    #expect(credentials.header == HTTPHeader("Authorization", "Basic a2V5OnRvazplbg=="))
    #expect(BasicCredentials(user: "a:b", password: "") == nil)
    #expect(BasicCredentials(user: "", password: "x") == nil)
    #expect(
      "\(try bot("wss://k:t@h/p").request(to: account()))"
        == "POST https://api.in.exotel.com/v1/Accounts/acmevoice1/Calls/connect.json")
  }

  @Test("44 counts streams, in XML and in JSON")
  func activeStreams() throws {
    let request = ExotelActiveStreams.request(to: try account())
    #expect(request.url == "https://api.in.exotel.com/v1/Accounts/acmevoice1/ActiveStreams")
    let xml = ExotelActiveStreams.answer(answer(200, try Vectors.text("44-active-streams-xml.txt")))
    guard case .accepted(let streams) = xml else {
      Issue.record("\(xml)")
      return
    }
    #expect(streams.active == 7 && streams.limit == 100 && !streams.isNearLimit)
    let json = ExotelActiveStreams.answer(
      answer(200, #"{"status":"success","active_streams":80,"max_allowed_streams":"100"}"#))
    guard case .accepted(let many) = json else {
      Issue.record("\(json)")
      return
    }
    #expect(many.active == 80 && many.limit == 100 && many.isNearLimit)
    #expect(
      ExotelActiveStreams.answer(answer(200, "{}")) == .unknown("the answer could not be read"))
  }
}
