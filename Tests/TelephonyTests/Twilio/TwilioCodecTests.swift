import AudioEngine
import Telephony
import Testing

@Suite struct TwilioCodecTests {
  private func start(format: String = "null", _ members: String = "") throws -> StreamStart {
    try TwilioText.start(
      #"{"event":"start","start":{"streamSid":"MZ","callSid":"CA","mediaFormat":\#(format)\#(members)}}"#
    )
  }

  @Test(
    "reads every format that can be carried, and no other",
    arguments: [
      (
        #"{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}"#, WireFormat(.mulaw, .hz8000)
      ),
      (#"{"encoding":"audio/x-mulaw","sampleRate":16000}"#, WireFormat(.mulaw, .hz8000)),
      (#"{}"#, WireFormat(.mulaw, .hz8000)), (#"null"#, WireFormat(.mulaw, .hz8000)),
      (#"{"encoding":"PCMA","sampleRate":"8000"}"#, WireFormat(.alaw, .hz8000)),
      (#"{"encoding":"audio/l16","sampleRate":16000}"#, WireFormat(.linear16, .hz16000)),
      (#"{"encoding":"L16","sampleRate":"24000"}"#, WireFormat(.linear16, .hz24000)),
      (#"{"encoding":"audio/l16"}"#, WireFormat(.linear16, .hz8000)),
      (#"{"encoding":"audio/l16","sampleRate":44100}"#, nil),
      (#"{"encoding":"OPUS","sampleRate":16000}"#, nil), (#"{"encoding":"G722"}"#, nil),
    ] as [(String, WireFormat?)])
  func formats(text: String, expected: WireFormat?) throws {
    #expect(
      TwilioCodec().wireFormat(for: try start(format: text), query: URLQuery()) == expected)
  }

  @Test(
    "takes the numbers from parameters, by any of their names",
    arguments: [
      (#"{"from":"1","to":"2"}"#, "1", "2"), (#"{"From":"1","TO":"2"}"#, "1", "2"),
      (#"{"caller":"1","called":"2"}"#, "1", "2"), (#"{"caller":"3","from":"1"}"#, "1", nil),
      (#"{"from":""}"#, nil, nil), (#"{}"#, nil, nil), (#"null"#, nil, nil), (#"7"#, nil, nil),
    ] as [(String, String?, String?)])
  func numbers(parameters: String, from: String?, to: String?) throws {
    let start = try start(",\"customParameters\":\(parameters)")
    #expect(start.from == from && start.to == to)
  }

  private func start(_ members: String) throws -> StreamStart {
    try start(format: "null", members)
  }

  @Test("the outbound track makes a stream one-way; a parameter can, and the operator")
  func directions() throws {
    let both = try start(#","tracks":["inbound","outbound"]"#)
    #expect(TwilioCodec().direction(for: both, query: URLQuery()) == .unidirectional)
    let named = try start(#","customParameters":{"direction":"unidirectional"}"#)
    #expect(TwilioCodec().direction(for: named, query: URLQuery()) == .unidirectional)
    let plain = try start(#","tracks":["inbound","inbound",7]"#)
    #expect(plain.tracks == [.inbound])
    #expect(TwilioCodec().direction(for: plain, query: URLQuery()) == .bidirectional)
    let oneWay = TwilioCodec(options: TwilioOptions(direction: .unidirectional))
    #expect(oneWay.direction(for: plain, query: URLQuery()) == .unidirectional)
  }

  @Test(
    "reads other letter cases, digits as numbers, members outside their objects",
    arguments: [
      (#"{"event":"Connected"}"#, InboundEvent.connected),
      (#"{"event":"MARK","name":"n"}"#, .mark(MarkEcho(name: "n"))),
      (#"{"event":"mark","mark":{"name":""}}"#, .mark(MarkEcho(name: ""))),
      (#"{"event":"dtmf","dtmf":{"digit":5}}"#, .dtmf(DTMF(text: "5"))),
      (#"{"event":"dtmf","digit":"D"}"#, .dtmf(DTMF(text: "D"))),
      (
        #"{"event":"stop","stop":{"reason":"hangup"}}"#,
        .stop(StreamStop(reason: .callEnded, text: "hangup"))
      ),
      (#"{"event":"stop"}"#, .stop(StreamStop(reason: .callEnded))),
      (#"{"event":"error","error":"x"}"#, .ignored(IgnoredEvent(name: "error"))),
      (#"{"event":"mark"}"#, .malformed(.missingMarkName)),
      (#"{"event":"dtmf","dtmf":{}}"#, .malformed(.missingDigit)),
      (#"{"event":"media"}"#, .malformed(.missingPayload)),
      (#"{"event":"start"}"#, .malformed(.missingStart)), (#"{}"#, .malformed(.missingEvent)),
      (#"{"event":null}"#, .malformed(.missingEvent)),
    ])
  func rareEvents(text: String, expected: InboundEvent) {
    #expect(TwilioText.decode(text) == expected)
  }

  @Test("identifiers are any text of 1 to 128 bytes, in `start` or beside it")
  func identifiers() throws {
    let long = String(repeating: "s", count: 129)
    let start = try TwilioText.start(
      #"{"event":"start","streamSid":"MZ1","start":{"callSid":12345,"accountSid":"\#(long)"}}"#)
    #expect(start.callSID == "12345" && start.streamSID == "MZ1" && start.accountSID == nil)
  }

  @Test("escapes what it writes, and writes no identifier where there is none")
  func writes() throws {
    let nasty = "a\"b\\c\u{0}\n\u{7F}"
    var codec = TwilioCodec()
    codec.streamStarted(StreamStart(streamSID: nasty), format: WireFormat(.mulaw, .hz8000))
    let mark = try JSONValue(TwilioText.written { codec.encodeMark(nasty, into: &$0) })
    #expect(mark["stream_sid"]?.text == nasty && mark["mark"]?["name"]?.text == nasty)
    let clear = try JSONValue(TwilioText.written { codec.encodeClear(into: &$0) })
    #expect(clear["stream_sid"]?.text == nasty && clear["event"]?.text == "clear")
    codec.streamStarted(StreamStart(), format: WireFormat(.mulaw, .hz8000))
    #expect(
      TwilioText.media(&codec, "AAAA") == #"{"event":"media","media":{"payload":"AAAA"}}"#)
  }

  @Test(
    "chunks are whole slices of 20 ms and follow the lead, inside its bounds",
    arguments: [Duration.zero, .milliseconds(99), .milliseconds(500), .seconds(5), .seconds(3_600)])
  func chunks(lead: Duration) {
    let format = WireFormat(.mulaw, .hz8000)
    let codec = TwilioCodec(options: TwilioOptions(lead: lead))
    let policy = codec.playbackPolicy(for: format)
    #expect(policy.chunk.minimumBytes == 160 && policy.chunk.multipleBytes == 160)
    #expect(policy.chunk.maximumBytes == 8_000)
    let wanted = min(max(lead / 5, .milliseconds(20)), .seconds(1))
    let preferred = Duration.nanoseconds(
      format.nanoseconds(byteCount: policy.chunk.preferredBytes))
    #expect(preferred <= wanted && preferred > wanted - .milliseconds(20))
    guard case .fixed(let bounded) = policy.lead else {
      Issue.record("the lead is not fixed")
      return
    }
    #expect(bounded == min(lead, .seconds(30)))
  }

  @Test("the platform holds ten minutes, echoes marks and is silent about a clear")
  func playback() {
    let format = WireFormat(.mulaw, .hz8000)
    let policy = TwilioCodec().playbackPolicy(for: format)
    #expect(policy.platformBuffer == .seconds(600) && policy.echoesMarks)
    #expect(!policy.acknowledgesClear && policy.prime == .milliseconds(240))
    let adaptive = LeadPolicy.adaptive(minimum: .milliseconds(60), maximum: .seconds(1))
    #expect(TwilioCodec().playbackPolicy(for: format, lead: adaptive).lead == adaptive)
    let fixed = TwilioCodec().playbackPolicy(for: format, lead: .fixed(.seconds(2)))
    #expect(fixed.chunk.preferredBytes == 3_200 && fixed.lead == .fixed(.seconds(2)))
  }
}
