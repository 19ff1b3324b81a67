import AudioEngine
import Testing

@testable import CallSimulator

/// What each platform makes of an answer: where it dials, and what it objects to.
@Suite("Directions") struct DirectionsTests {
  private func directions(
    _ web: any SimulatedWeb, _ body: String, status: Int = 200, type: String? = "application/xml",
    time: Duration = .milliseconds(5), asking url: String = "https://bot.example.com/answer"
  ) -> DialDirections {
    let call = web.call()
    let answer = WebAnswer(status: status, contentType: type, body: Array(body.utf8), time: time)
    return web.directions(from: answer, to: web.request(asking: url, about: call), about: call)
  }

  private func plivo(_ attributes: String, _ text: String = "wss://h/p", after: String = "")
    -> DialDirections
  {
    directions(
      PlivoWeb(), "<Response><Stream \(attributes)>\(text)</Stream>\(after)</Response>")
  }

  private static let right =
    #"bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000""#

  @Test("Plivo: a right answer is followed without a word")
  func plivoRight() {
    let found = plivo(
      Self.right + #" extraHeaders="a=1,b-c=%2B2" streamTimeout="60" audioTrack="inbound""#
        + #" statusCallbackUrl="https://h/s" statusCallbackMethod="GET""#
        + #" noiseCancellation="true" noiseCancellationLevel="60""#)
    #expect(found.problems == [] && found.remarks == [])
    #expect(found.address == "wss://h/p" && found.format == WireFormat(.mulaw, .hz8000))
    #expect(found.parameters == ["a": "1", "b-c": "%2B2"] && found.longest == .seconds(60))
    #expect(!found.isOneWay && found.status?.url == "https://h/s" && found.status?.method == "GET")
  }

  @Test(
    "Plivo: each wrong attribute is a problem of its own",
    arguments: [
      (#"keepAlive="true""#, "unknown attribute keepAlive"),
      (#"keepcallalive="true""#, "keepCallAlive is meant"),
      (#"audioTrack="both""#, "only inbound goes with it"),
      (#"audioTrack="caller""#, #"audioTrack='caller'; legal are inbound, outbound, both"#),
      (#"streamTimeout="0""#, "positive number of seconds"),
      (#"streamTimeout="1h""#, "positive number of seconds"),
      (#"statusCallbackUrl="/status""#, "no http or https address"),
      (#"statusCallbackUrl="https://h/s" statusCallbackMethod="PUT""#, "legal are GET, POST"),
      (#"extraHeaders="tenant""#, "without name and ="),
      (#"extraHeaders="a b=1""#, "the name"),
      (#"noiseCancellation="yes""#, "legal are true, false"),
      (#"noiseCancellationLevel="70""#, "goes with noiseCancellation"),
      (#"noiseCancellation="true" noiseCancellationLevel="20""#, "legal are 60 to 100"),
    ])
  func plivoWrong(attribute: String, words: String) {
    let found = plivo(Self.right + " " + attribute)
    #expect(found.problems.count == 1 && found.problems[0].contains(words), "\(found.problems)")
    #expect(found.address == "wss://h/p")
  }

  @Test("Plivo: what ends a call, or leaves it deaf, is said")
  func plivoEnds() {
    let short = plivo(#"bidirectional="true" contentType="audio/x-l16;rate=16000""#)
    #expect(short.longest == .seconds(2) && short.problems[0].contains("4010"))
    #expect(short.format == WireFormat(.linear16, .hz16000))
    let beside = plivo(#"bidirectional="true""#, after: "<Wait length='60'/>")
    #expect(beside.problems == [] && beside.longest == nil && beside.remarks.count == 2)
    let deaf = plivo(#"keepCallAlive="true" audioTrack="both""#)
    #expect(deaf.isOneWay && deaf.tracks == ["inbound", "outbound"])
    #expect(plivo(Self.right + #" contentTipe="x""#, "").address == nil)
    #expect(plivo(Self.right, "https://h/p").problems[0].contains("is not the address"))
    let long = plivo(Self.right, "wss://h/" + String(repeating: "a", count: 2_048))
    #expect(long.problems[0].contains("2,048 are allowed"))
  }

  @Test("an answer that is no instruction says what it is instead")
  func noAnswer() {
    let web = PlivoWeb()
    #expect(directions(web, "", status: 404).problems[0].contains("answered HTTP 404"))
    #expect(directions(web, "", status: 302).problems[0].contains("redirection"))
    #expect(directions(web, "{}").problems[0].contains("not XML"))
    #expect(directions(web, "<Hangup/>").problems[0].contains("has to be <Response>"))
    #expect(directions(web, "<Response/>").problems[0].contains("no <Stream>"))
    #expect(directions(web, "<Response/>", type: "text/html").problems[0].contains("text/html"))
    #expect(directions(web, "<Response/>", time: .seconds(3)).remarks[0].contains("3,000 ms"))
    let two =
      "<Response><Stream \(Self.right)>wss://h/1</Stream><Stream>wss://h/2</Stream></Response>"
    #expect(directions(web, two).problems.contains { $0.contains("2 <Stream>") })
  }

  @Test("Twilio: Connect and Start, parameters, tracks, a query")
  func twilio() {
    let web = TwilioWeb()
    func answer(_ body: String) -> DialDirections {
      directions(web, "<Response>\(body)</Response>")
    }
    let right = answer(
      #"<Connect><Stream url="wss://h/t"><Parameter name="a" value="1"/></Stream></Connect>"#)
    #expect(right.problems == [] && right.remarks == [] && !right.isOneWay)
    #expect(right.address == "wss://h/t" && right.parameters == ["a": "1"])
    let start = answer(#"<Start><Stream url="wss://h/t" track="both_tracks"/></Start><Pause/>"#)
    #expect(start.isOneWay && start.problems == [] && start.tracks == ["inbound", "outbound"])
    #expect(answer(#"<Start><Stream url="wss://h/t"/></Start>"#).longest == .seconds(2))
    let query = answer(#"<Connect><Stream url="wss://h/t?a=1"/></Connect>"#)
    #expect(query.address == "wss://h/t" && query.problems[0].contains("drops"))
    let tracks = answer(#"<Connect><Stream url="wss://h/t" track="both_tracks"/></Connect>"#)
    #expect(tracks.problems[0].contains("31941"))
    let relative = answer(#"<Connect><Stream url="/t"/></Connect>"#)
    #expect(relative.address == "wss://bot.example.com/t")
    #expect(answer(#"<Stream url="wss://h/t"/>"#).problems[0].contains("has to stand in"))
    #expect(answer("<Connect><Stream/></Connect>").problems[0].contains("no url"))
    #expect(
      answer(#"<Connect><Stream url="wss://h/t"><Param name="a"/></Stream></Connect>"#)
        .problems[0].contains("<Parameter> alone"))
  }

  @Test("Exotel: JSON with the key url, its query in the start, its rate")
  func exotel() {
    let web = ExotelWeb()
    func answer(_ body: String) -> DialDirections {
      directions(web, body, type: "application/json")
    }
    let right = answer(#"{"url": "wss://k:t@h/e?sample-rate=16000&ref=7"}"#)
    #expect(right.problems == [] && right.address == "wss://k:t@h/e?sample-rate=16000&ref=7")
    #expect(right.format?.rate == .hz16000 && right.parameters == ["ref": "7"])
    #expect(answer("<Response/>").problems[0].contains("XML"))
    #expect(answer(#"{"URL": "wss://h"}"#).problems[0].contains("letter case counts"))
    #expect(answer(#"{"url": "https://h"}"#).problems[0].contains("is not the address"))
    #expect(answer(#"{"url": "wss://h?sample-rate=44100"}"#).problems[0].contains("none of 8000"))
    #expect(answer(#"{"url": "wss://h?a=1&b=2&c=3&d=4"}"#).problems[0].contains("4 parameters"))
    let long = String(repeating: "x", count: 300)
    #expect(answer(#"{"url": "wss://h?a=\#(long)"}"#).problems[0].contains("256"))
  }
}
