import AudioEngine
import Telephony
import Testing

@Suite struct ExotelCodecTests {
  private let sid = "3f91c27ad04e8b56a1d7e0c49b2f6a18bk"

  private func text(_ message: borrowing MessageBuffer) -> String {
    unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  private func started(_ options: ExotelOptions = ExotelOptions()) -> ExotelCodec {
    var codec = ExotelCodec(options: options)
    codec.streamStarted(StreamStart(streamSID: sid), format: WireFormat(.linear16, .hz8000))
    return codec
  }

  private func media(_ codec: inout ExotelCodec, _ base64: String) -> String {
    var message = MessageBuffer()
    codec.beginMedia(into: &message)
    message.append(utf8: base64)
    codec.endMedia(into: &message)
    return text(message)
  }

  @Test("29 writes media as documented, byte for byte")
  func writesMedia() throws {
    let vector = try Vectors.bytes("29-sent-media.json")
    guard case .media(let found) = decode(vector) else {
      Issue.record("the vector is no media")
      return
    }
    var codec = started()
    #expect(media(&codec, payload(found, in: vector)) == String(decoding: vector, as: UTF8.self))
  }

  @Test("30 counts chunks and the milliseconds to a chunk's end where that is on")
  func writesCounters() throws {
    let silence = String(repeating: "A", count: 4_267) + "="
    var codec = started(ExotelOptions(sendsMediaCounters: true))
    var last = ""
    for _ in 1...7 { last = media(&codec, silence) }
    let vector = try JSONValue(try Vectors.text("30-sent-media-counters.json"))
    let written = try JSONValue(last)
    #expect(written["stream_sid"] == vector["stream_sid"])
    #expect(written["media"]?["chunk"] == vector["media"]?["chunk"])
    #expect(written["media"]?["timestamp"] == vector["media"]?["timestamp"])
    #expect(written["media"]?["payload"]?.text == silence)
    codec.streamStarted(StreamStart(streamSID: "b"), format: WireFormat(.linear16, .hz24000))
    let first = try JSONValue(media(&codec, silence))
    #expect(first["media"]?["chunk"]?.text == "1" && first["media"]?["timestamp"]?.text == "66")
  }

  @Test("31 and 32 writes mark and clear as documented, byte for byte")
  func writesMarkAndClear() throws {
    var message = MessageBuffer()
    started().encodeMark("t3:2", into: &message)
    #expect(text(message) == (try Vectors.text("31-sent-mark.json")))
    message.removeAll()
    started().encodeClear(into: &message)
    #expect(text(message) == (try Vectors.text("32-sent-clear.json")))
  }

  @Test("escapes what it writes, whatever the identifier and the mark hold")
  func escapes() throws {
    let nasty = "a\"b\\c\u{0}\u{7}\n\u{7F}caf\u{E9}"
    var codec = ExotelCodec()
    codec.streamStarted(StreamStart(streamSID: nasty), format: WireFormat(.linear16, .hz8000))
    var message = MessageBuffer()
    codec.encodeMark(nasty, into: &message)
    let written = try JSONValue(text(message))
    #expect(written["stream_sid"]?.text == nasty)
    #expect(written["mark"]?["name"]?.text == nasty)
  }

  @Test("leaves the identifier out where the stream has none")
  func withoutIdentifier() {
    var codec = ExotelCodec()
    codec.streamStarted(StreamStart(), format: WireFormat(.linear16, .hz8000))
    #expect(media(&codec, "AAAA") == #"{"event":"media","media":{"payload":"AAAA"}}"#)
  }

  @Test(
    "takes the rate from start, then from the query, then 8 kHz",
    arguments: [
      ("16000", "sample-rate=24000", 16_000), ("8kHz", "", 8_000), ("24 kHz", "", 24_000),
      ("16000Hz", "", 16_000),
      ("", "sample_rate=24000", 24_000),
      ("fast", "Sample-Rate=16000", 16_000), ("", "sample-rate=8000Hz", 8_000), ("", "", 8_000),
      ("", "sample-rate=44100", 8_000), ("-8000", "", 8_000), ("99999999999999999999", "", 8_000),
    ])
  func rates(announced: String, query: String, expected: Int) {
    let event = decode(
      #"{"event":"start","start":{"media_format":{"sample_rate":"\#(announced)"}}}"#)
    guard case .start(let start) = event else {
      Issue.record("\(event)")
      return
    }
    let format = ExotelCodec().wireFormat(for: start, query: URLQuery(query))
    #expect(format?.rate.hertz == expected && format?.encoding == .linear16)
  }

  @Test(
    "names G.711 only where the label does",
    arguments: [
      ("audio/x-mulaw", AudioEncoding.mulaw), ("audio/x-mulaw;rate=8000", .mulaw),
      ("PCMU", .mulaw), ("u-law", .mulaw), ("PCMA", .alaw), ("audio/alaw", .alaw),
      ("base64", .linear16), ("raw/slin", .linear16), ("linear16", .linear16),
      ("audio/x-l16", .linear16), ("", .linear16), ("audio/x-raw", .linear16), ("raw", .linear16),
      ("audio/pcm", .linear16), ("pcm_8000", .linear16),
    ])
  func encodings(label: String, expected: AudioEncoding) {
    let event = decode(#"{"event":"start","start":{"media_format":{"encoding":"\#(label)"}}}"#)
    guard case .start(let start) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(ExotelCodec().wireFormat(for: start, query: URLQuery())?.encoding == expected)
  }

  @Test(
    "carries nothing that would be noise",
    arguments: [
      #""encoding":"opus""#, #""encoding":"audio/G729","sample_rate":"8000""#,
      #""encoding":"base64","sample_rate":"44100""#, #""sample_rate":48000"#,
      #""encoding":"pcm_f32le""#,
    ])
  func foreign(members: String) {
    for text in [
      #"{"event":"start","start":{"stream_sid":"s","media_format":{\#(members)}}}"#,
      #"{"event":"start","stream_sid":"s",\#(members)}"#,
    ] {
      guard case .start(let start) = decode(text) else {
        Issue.record("\(text)")
        continue
      }
      #expect(ExotelCodec().wireFormat(for: start, query: URLQuery("sample-rate=16000")) == nil)
    }
  }

  @Test("reads a start whose members stand beside the event's name")
  func flatStart() {
    let text =
      #"{"event":"start","streamSid":"s","call_sid":"c","from":"1","to":"2","custom_parameters":{"a":"b"},"media_format":{"encoding":"mulaw","sample_rate":8000}}"#
    guard case .start(let start) = decode(text) else {
      Issue.record("not read")
      return
    }
    #expect(start.streamSID == "s" && start.callSID == "c" && start.from == "1" && start.to == "2")
    #expect(start.customParameters == ["a": "b"] && start.mediaFormat.encoding == .mulaw)
    let codec = unsafe PlatformRegistry.standard.detect(firstMessage: Array(text.utf8).span.bytes)
    #expect(codec?.platform == .exotel)
  }

  @Test("a byte order mark may stand in front of any message")
  func byteOrderMark() throws {
    for name in ["12-media-tone.json", "14-media-odd.json"] {
      let bytes = [0xEF, 0xBB, 0xBF] + (try Vectors.bytes(name))
      guard case .media(let media) = decode(bytes) else {
        Issue.record("\(name)")
        continue
      }
      #expect(bytes[media.payload.upperBound] == UInt8(ascii: "\""))
      #expect(bytes[media.payload.lowerBound - 1] == UInt8(ascii: "\""))
    }
    #expect(decode("\u{FEFF} {\"event\":\"connected\"}") == .connected)
    #expect(decode("\u{FEFF}{\"event\":\"stop\"}") == .stop(StreamStop(reason: .unknown)))
    #expect(decode("\u{FEFF}") == .malformed(.empty))
    #expect(decode(" \u{FEFF}{}") == .malformed(.notJSON))
  }

  @Test("a route may say that unnamed streams are mu-law")
  func routeEncoding() {
    let codec = ExotelCodec(options: ExotelOptions(unnamedEncoding: .mulaw))
    let start = StreamStart(mediaFormat: AnnouncedFormat(encodingLabel: "base64"))
    #expect(codec.wireFormat(for: start, query: URLQuery()) == WireFormat(.mulaw, .hz8000))
  }

  @Test("direction comes from the query, then the custom parameters, then the options")
  func directions() {
    let codec = ExotelCodec()
    let oneWay = URLQuery("direction=unidirectional")
    #expect(codec.direction(for: StreamStart(), query: oneWay) == .unidirectional)
    let late = StreamStart(customParameters: ["direction": "Unidirectional"])
    #expect(codec.direction(for: late, query: URLQuery()) == .unidirectional)
    #expect(codec.direction(for: StreamStart(), query: URLQuery("direction=up")) == .bidirectional)
    let listening = ExotelCodec(options: ExotelOptions(direction: .unidirectional))
    #expect(listening.direction(for: StreamStart(), query: URLQuery()) == .unidirectional)
  }

  @Test("closed and capitals are read as the sample reads them")
  func synonyms() {
    #expect(decode(#"{"Event":"closed"}"#) == .stop(StreamStop(reason: .unknown)))
    #expect(decode(#"{"event":"CONNECTED"}"#) == .connected)
    #expect(
      decode(#"{"event":"stop","reason":"Call Ended"}"#)
        == .stop(StreamStop(reason: .callEnded, text: "Call Ended")))
    guard case .media = decode(#"{"Event":"Media","Media":{"Payload":"AAAA"}}"#) else {
      Issue.record("capitals were not read")
      return
    }
  }

  @Test(
    "says what is wrong",
    arguments: [
      ("", MalformedKind.empty), (" \n", .empty), ("hello", .notJSON), ("[1]", .notAnObject),
      ("42", .notAnObject), ("null", .notAnObject), ("\"media\"", .notAnObject), ("{", .truncated),
      ("nonsense", .notJSON), ("nul", .truncated), ("[1", .truncated), ("[1]]", .trailingText),
      (#"{"event":"med"#, .truncated), (#"{"event":}"#, .notJSON),
      (#"{"event":"media"}}"#, .trailingText),
      (#"{"event":7}"#, .missingEvent), (#"{}"#, .missingEvent),
      (#"{"event":null}"#, .missingEvent),
      (#"{"event":"media"}"#, .missingPayload), (#"{"event":"media","media":[]}"#, .missingPayload),
      (#"{"event":"media","media":{"payload":7}}"#, .missingPayload),
      (#"{"event":"dtmf","dtmf":{}}"#, .missingDigit), (#"{"event":"mark"}"#, .missingMarkName),
      (#"{"event":"start"}"#, .missingStart), (#"{"event":"start","start":[]}"#, .missingStart),
      (#"{"event":"media",}"#, .notJSON), (#"{"event" "media"}"#, .notJSON),
      (#"{'event':'media'}"#, .notJSON),
    ])
  func kinds(text: String, expected: MalformedKind) {
    #expect(decode(text) == .malformed(expected))
  }

  @Test("keys that are not ASCII, long names and opaque digits stay bounded")
  func bounds() {
    let long = String(repeating: "\u{E9}", count: 500)
    #expect(
      decode("{\"event\":\"\(long)\"}")
        == .ignored(IgnoredEvent(name: String(repeating: "\u{E9}", count: 32))))
    guard case .dtmf(let key) = decode("{\"event\":\"dtmf\",\"digit\":\"x\(long)\"}") else {
      Issue.record("no key")
      return
    }
    #expect(key.text.utf8.count <= 64 && key.digit == nil && key.digits.isEmpty)
    let sid = String(repeating: "s", count: 257)
    guard
      case .start(let start) = decode("{\"event\":\"start\",\"start\":{\"stream_sid\":\"\(sid)\"}}")
    else {
      Issue.record("no start")
      return
    }
    #expect(start.streamSID == nil)
    #expect(DTMF(text: "12#").digits == ["1", "2", "#"] && DTMF(text: "a").digit == "A")
  }
}
