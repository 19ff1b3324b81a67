import AudioEngine
import Foundation
import Telephony
import Testing

/// Every WebSocket message of `TestVectors/plivo`, one test each.
@Suite struct PlivoVectorTests {
  static let stream = "b2c7a5f0-31c4-4d59-9b1e-0d5a8e7f6a21"
  static let call = "7f1d6c52-9a0e-4b6f-8f0e-2b1d6f3a9c11"

  private struct Mismatch: Error { var event: InboundEvent }

  private func event(_ name: String) throws -> InboundEvent {
    PlivoText.decode(try Vectors.bytes(name, of: .plivo))
  }

  private func start(_ name: String) throws -> StreamStart {
    guard case .start(let start) = try event(name) else { throw Mismatch(event: try event(name)) }
    return start
  }

  private func media(_ name: String) throws -> (MediaMessage, Data) {
    guard case .media(let media) = try event(name) else { throw Mismatch(event: try event(name)) }
    let text = payload(media, in: try Vectors.bytes(name, of: .plivo))
    return (media, try #require(Data(base64Encoded: text)))
  }

  @Test("01 start, mu-law, with headers behind semicolons")
  func startMulaw() throws {
    let start = try start("01-start-mulaw.json")
    let expected = StreamStart(
      streamSID: Self.stream, callSID: Self.call, accountSID: "MAXXEXAMPLEEXAMPLE01",
      customParameters: ["tenant": "acme", "flow": "support"],
      customText: "tenant=acme;flow=support", tracks: [.inbound],
      mediaFormat: AnnouncedFormat(
        encodingLabel: "audio/x-mulaw", encoding: .mulaw, rateLabel: "8000", rate: .hz8000),
      sequenceNumber: 1)
    #expect(start == expected)
    let codec = PlivoCodec()
    #expect(codec.wireFormat(for: start, query: URLQuery()) == WireFormat(.mulaw, .hz8000))
    #expect(codec.direction(for: start, query: URLQuery()) == .bidirectional)
  }

  @Test("02 start, linear16 at 16 kHz, unquoted braces, counted from zero")
  func startLinear16() throws {
    let start = try start("02-start-linear16-braces.json")
    #expect(start.sequenceNumber == 0)
    #expect(start.customParameters == ["X-PH-caller": "+14155550123", "X-PH-tier": "gold"])
    let format = PlivoCodec().wireFormat(for: start, query: URLQuery())
    #expect(format == WireFormat(.linear16, .hz16000))
  }

  @Test("03 start as the tester sends it")
  func startMinimal() throws {
    let start = try start("03-start-minimal.json")
    #expect(start.streamSID == "test-stream" && start.callSID == "test-call")
    #expect(start.mediaFormat.encoding == .linear16 && start.mediaFormat.channels == 1)
    #expect(start.tracks.isEmpty && start.customParameters.isEmpty && start.sequenceNumber == nil)
  }

  @Test("04 media, a tone")
  func mediaTone() throws {
    let (media, audio) = try media("04-media-tone.json")
    #expect(media.sequenceNumber == 42 && media.chunk == 41 && media.track == .inbound)
    #expect(media.timestampMilliseconds == 1_767_225_600_820 && !media.payloadHasEscapes)
    #expect(audio.count == 160 && Array(audio.prefix(4)) == [0xFF, 0xD8, 0xCB, 0xC4])
  }

  @Test("05 media, numbers as strings and no identifiers")
  func mediaReduced() throws {
    let (media, audio) = try media("05-media-reduced.json")
    #expect(media.chunk == 7 && media.timestampMilliseconds == 140 && media.sequenceNumber == nil)
    #expect(audio == Data(repeating: 0xFF, count: 160))
  }

  @Test("06 media of the outbound track")
  func mediaOutbound() throws {
    let (media, audio) = try media("06-media-outbound.json")
    #expect(media.track == .outbound && audio.count == 15)
  }

  @Test("07 dtmf")
  func dtmf() throws { #expect(try event("07-dtmf.json") == .dtmf(DTMF(text: "#"))) }

  @Test("08 and 09 a checkpoint played", arguments: ["08-played-stream.json", "09-played.json"])
  func played(name: String) throws {
    #expect(try event(name) == .mark(MarkEcho(name: "t3:u1:1200")))
  }

  @Test("10 the queue cleared")
  func cleared() throws { #expect(try event("10-cleared-audio.json") == .cleared) }

  @Test(
    "11 to 13 stop, each form",
    arguments: [
      ("11-stop-bare.json", StreamStop(reason: .unknown)),
      ("12-stop-reason.json", StreamStop(reason: .callEnded, text: "call ended")),
      ("13-stop-body.json", StreamStop(reason: .unknown)),
    ])
  func stop(name: String, expected: StreamStop) throws {
    #expect(try event(name) == .stop(expected))
  }

  @Test(
    "14 and 15 writes media as documented, byte for byte",
    arguments: [
      ("14-sent-media-mulaw.json", stream, WireFormat(.mulaw, .hz8000)),
      (
        "15-sent-media-linear16.json", "9d0f2f6a-1a8b-4f0e-b8c6-77a3f5c1e0b4",
        WireFormat(.linear16, .hz16000)
      ),
    ])
  func writesMedia(name: String, stream: String, format: WireFormat) throws {
    let vector = try Vectors.text(name, of: .plivo)
    let base64 = try #require(try JSONValue(vector)["media"]?["payload"]?.text)
    var codec = PlivoCodec()
    codec.streamStarted(StreamStart(streamSID: stream), format: format)
    #expect(PlivoText.media(&codec, base64) == vector)
  }

  @Test("16 to 18 writes checkpoint, clear and keys as documented, byte for byte")
  func writesCommands() throws {
    var codec = PlivoCodec()
    codec.streamStarted(StreamStart(streamSID: Self.stream), format: WireFormat(.mulaw, .hz8000))
    let mark = PlivoText.written { codec.encodeMark("t3:u1:1200", into: &$0) }
    #expect(mark == (try Vectors.text("16-sent-checkpoint.json", of: .plivo)))
    let clear = PlivoText.written { codec.encodeClear(into: &$0) }
    #expect(clear == (try Vectors.text("17-sent-clear.json", of: .plivo)))
    let keys = PlivoText.written { #expect(codec.encodeKeys("1234#", into: &$0)) }
    #expect(keys == (try Vectors.text("18-sent-dtmf.json", of: .plivo)))
  }
}

/// Plivo messages as text.
enum PlivoText {
  static func decode(_ bytes: [UInt8]) -> InboundEvent {
    unsafe PlivoCodec().decode(bytes.span.bytes)
  }

  static func decode(_ text: String) -> InboundEvent { decode(Array(text.utf8)) }

  /// What `body` writes into an empty message.
  static func written(_ body: (inout MessageBuffer) -> Void) -> String {
    var message = MessageBuffer()
    body(&message)
    return unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  static func media(_ codec: inout PlivoCodec, _ base64: String) -> String {
    written {
      codec.beginMedia(into: &$0)
      $0.append(utf8: base64)
      codec.endMedia(into: &$0)
    }
  }
}
