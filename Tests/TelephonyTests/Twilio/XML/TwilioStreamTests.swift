import Foundation
import Telephony
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct TwilioStreamTests {
  @Test("renders every attribute and parameter, escaped")
  func everything() throws {
    var stream = TwilioStream(to: "wss://voice.example.com/twilio")
    stream.name = "a \"b\""
    stream.statusCallback = "https://voice.example.com/s?x=1&y=2"
    stream.statusMethod = .get
    stream.parameters = [("from", "+919800000001"), ("note", "<a & 'b'>")]
    #expect(
      try stream.answerXML() == """
        <?xml version="1.0" encoding="UTF-8"?>
        <Response><Connect><Stream url="wss://voice.example.com/twilio" name="a &quot;b&quot;" \
        statusCallback="https://voice.example.com/s?x=1&amp;y=2" statusCallbackMethod="GET">\
        <Parameter name="from" value="+919800000001"/>\
        <Parameter name="note" value="&lt;a &amp; &apos;b&apos;&gt;"/>\
        </Stream></Connect></Response>

        """)
  }

  @Test("a one-way stream starts, and the call waits behind it")
  func oneWay() throws {
    var stream = TwilioStream(to: "wss://h/t")
    stream.isBidirectional = false
    stream.track = .both
    stream.pauseSeconds = 60
    #expect(
      try stream.answerXML().contains(
        "<Start><Stream url=\"wss://h/t\" track=\"both_tracks\"></Stream></Start><Pause length=\"60\"/>"
      ))
  }

  private func refusal(_ change: (inout TwilioStream) -> Void) -> String? {
    var stream = TwilioStream(to: "wss://h/")
    change(&stream)
    do throws(ParameterError) {
      _ = try stream.answerXML()
      return nil
    } catch {
      return error.parameter
    }
  }

  @Test("refuses what Twilio would refuse, and what it would lose without a word")
  func refuses() {
    #expect(refusal { _ in } == nil)
    for url in [
      "", "https://h/", "wss://", "wss://h/ x", "wss://h/" + String(repeating: "x", count: 2_048),
      "wss://h/?a=b",
    ] {
      #expect(refusal { $0.url = url } == "url", "\(url)")
    }
    for track in [TwilioStream.AudioTrack.outbound, .both] {
      #expect(refusal { $0.track = track } == "track")
      #expect(
        refusal {
          $0.track = track
          $0.isBidirectional = false
        } == nil)
    }
    #expect(refusal { $0.name = "" } == "name")
    #expect(refusal { $0.statusCallback = "ftp://h/" } == "statusCallback")
    #expect(refusal { $0.parameters = [("", "x")] } == "Parameter")
    let long = String(repeating: "x", count: 499)
    #expect(refusal { $0.parameters = [("a", long)] } == nil)
    #expect(refusal { $0.parameters = [("ab", long)] } == "Parameter")
    #expect(
      refusal { $0.parameters = Array(repeating: ("a", "b"), count: 100) } == "Parameter")
    for seconds in [0, 14_401] {
      #expect(
        refusal {
          $0.isBidirectional = false
          $0.pauseSeconds = seconds
        } == "length")
    }
  }

  @Test("any parameter makes well-formed XML that says it")
  func wellFormed() throws {
    let value = "\"<a>&'\u{E9}\u{1F600} b"
    var stream = TwilioStream(to: "wss://h/t")
    stream.parameters = [("p", value)]
    let reader = Reader()
    let parser = XMLParser(data: Data(try stream.answerXML().utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(reader.elements == ["Response", "Connect", "Stream", "Parameter"])
    #expect(reader.value == value)
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [String] = []
    var value: String?

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      elements.append(name)
      value = attributes["value"] ?? value
    }
  }
}
