import AudioEngine
import Foundation
import Telephony
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PlivoStreamTests {
  private let url = "wss://voice.example.com/ws/7aea0680?from=%2B14155551234&a=<b>"

  @Test("renders every attribute, escaped")
  func everything() throws {
    var stream = PlivoStream(to: "wss://voice.example.com/ws?a=1&b=\"2\"")
    stream.timeoutSeconds = 3_600
    stream.statusCallback = .init(url: "https://voice.example.com/s?x=1&y=2", method: .get)
    stream.format = WireFormat(.linear16, .hz16000)
    stream.extraHeaders = [("tenant", "ac me;,="), ("X-PH-n", "+1")]
    stream.noiseCancellationLevel = 60
    #expect(
      try stream.answerXML() == """
        <?xml version="1.0" encoding="UTF-8"?>
        <Response><Stream bidirectional="true" keepCallAlive="true" audioTrack="inbound" \
        streamTimeout="3600" statusCallbackUrl="https://voice.example.com/s?x=1&amp;y=2" \
        statusCallbackMethod="GET" contentType="audio/x-l16;rate=16000" \
        extraHeaders="tenant=ac%20me%3B%2C%3D,X-PH-n=%2B1" noiseCancellation="true" \
        noiseCancellationLevel="60">wss://voice.example.com/ws?a=1&amp;b=&quot;2&quot;</Stream></Response>

        """)
  }

  @Test("what it asks for is what start brings back")
  func headersComeBack() throws {
    var stream = PlivoStream(to: "wss://h/")
    let pairs = ["a": "x;y,z=1 %", "b": "\u{E9}+", "c": ""]
    stream.extraHeaders = pairs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let xml = try stream.answerXML()
    let text = try #require(xml.firstMatch(of: /extraHeaders="([^"]*)"/)?.output.1)
    let start = PlivoText.decode(
      "{\"event\":\"start\",\"start\":{\"callId\":\"c\"},\"extra_headers\":\"\(text)\"}")
    guard case .start(let start) = start else {
      Issue.record("\(start)")
      return
    }
    #expect(start.customParameters == pairs)
  }

  private func refusal(_ change: (inout PlivoStream) -> Void) -> String? {
    var stream = PlivoStream(to: "wss://h/")
    change(&stream)
    do throws(ParameterError) {
      _ = try stream.answerXML()
      return nil
    } catch {
      return error.parameter
    }
  }

  @Test("refuses what Plivo would")
  func refuses() {
    #expect(refusal { _ in } == nil)
    for url in [
      "", "https://h/", "wss://", "wss://h/ x", "wss://h/" + String(repeating: "x", count: 2_048),
    ] {
      #expect(refusal { $0.url = url } == "Stream")
    }
    for track in [PlivoStream.AudioTrack.outbound, .both] {
      #expect(refusal { $0.track = track } == "audioTrack")
      #expect(
        refusal {
          $0.track = track
          $0.isBidirectional = false
        } == nil)
    }
    for seconds in [0, -1, 86_401] {
      #expect(refusal { $0.timeoutSeconds = seconds } == "streamTimeout")
    }
    for level in [59, 101] {
      #expect(refusal { $0.noiseCancellationLevel = level } == "noiseCancellationLevel")
    }
    #expect(refusal { $0.statusCallback = .init(url: "ftp://h/") } == "statusCallbackUrl")
    for format in [
      WireFormat(.mulaw, .hz16000), WireFormat(.alaw, .hz8000),
    ] {
      #expect(refusal { $0.format = format } == "contentType")
    }
    for name in ["", "a b", "a=b", "\u{E9}"] {
      #expect(refusal { $0.extraHeaders = [(name, "x")] } == "extraHeaders")
    }
    let long = String(repeating: "x", count: 510)
    #expect(refusal { $0.extraHeaders = [("a", long)] } == nil)
    #expect(refusal { $0.extraHeaders = [("ab", long)] } == "extraHeaders")
  }

  @Test("any address makes well-formed XML that says the address")
  func wellFormed() throws {
    let stream = PlivoStream(to: url)
    let reader = Reader()
    let parser = XMLParser(data: Data(try stream.answerXML().utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(reader.text == url && reader.elements == ["Response", "Stream"])
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var text = ""
    var elements: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) { elements.append(name) }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      text += string.trimmingCharacters(in: .newlines)
    }
  }
}
