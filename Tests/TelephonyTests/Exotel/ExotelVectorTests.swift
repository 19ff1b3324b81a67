import AudioEngine
import Foundation
import Telephony
import Testing

/// Every WebSocket message of `TestVectors/exotel`, one test each.
@Suite struct ExotelVectorTests {
  private let stream = "3f91c27ad04e8b56a1d7e0c49b2f6a18bk"
  private let call = "b7d25e90f3a84c1690ee57a2c8416d18bk"

  private func start(_ name: String) throws -> StreamStart {
    guard case .start(let start) = try Vectors.event(name) else {
      throw Mismatch(event: try Vectors.event(name))
    }
    return start
  }

  private func media(_ name: String) throws -> (MediaMessage, [UInt8]) {
    guard case .media(let media) = try Vectors.event(name) else {
      throw Mismatch(event: try Vectors.event(name))
    }
    let bytes = try Vectors.bytes(name)
    let text = payload(media, in: bytes)
    // Foundation wants the padding that one vector leaves out.
    let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
    return (media, Array(try #require(Data(base64Encoded: padded))))
  }

  private struct Mismatch: Error { var event: InboundEvent }

  @Test("04 connected")
  func connected() throws { #expect(try Vectors.event("04-connected.json") == .connected) }

  @Test("05 connected with extra members")
  func connectedExtras() throws {
    #expect(try Vectors.event("05-connected-extras.json") == .connected)
  }

  @Test("06 start in the newest documented form")
  func startNewest() throws {
    let start = try start("06-start-newest.json")
    let expected = StreamStart(
      streamSID: stream, callSID: call, accountSID: "acmevoice1", from: "+919812345670",
      to: "+914440001234", customParameters: ["ref": "c-8817", "lang": "hi-IN"],
      mediaFormat: AnnouncedFormat(
        encodingLabel: "audio/x-raw", rateLabel: "16000", rate: .hz16000),
      sequenceNumber: 1)
    #expect(start == expected)
    #expect(
      ExotelCodec().wireFormat(for: start, query: URLQuery()) == WireFormat(.linear16, .hz16000))
  }

  @Test("07 start as captured: base64 is no encoding, numbers stay national")
  func startCaptured() throws {
    let start = try start("07-start-captured.json")
    #expect(start.customParameters.isEmpty)
    #expect(start.from == "09812345670" && start.to == "04440001234")
    #expect(start.mediaFormat.encodingLabel == "base64" && start.mediaFormat.encoding == nil)
    #expect(
      ExotelCodec().wireFormat(for: start, query: URLQuery()) == WireFormat(.linear16, .hz8000))
  }

  @Test("08 start with numbers as numbers")
  func startNumeric() throws {
    let start = try start("08-start-numeric.json")
    #expect(start.sequenceNumber == 1)
    #expect(start.mediaFormat.rate == .hz8000 && start.mediaFormat.encoding == .linear16)
  }

  @Test("09 start in camelCase with 8kHz")
  func startCamelCase() throws {
    let start = try start("09-start-camel-case.json")
    #expect(start.streamSID == stream && start.callSID == call)
    #expect(start.accountSID == "acmevoice1")
    #expect(start.customParameters == ["ref": "c-8817"])
    #expect(start.mediaFormat.rateLabel == "8kHz" && start.mediaFormat.rate == .hz8000)
  }

  @Test("10 start whose token was glued into a key, parameters as a JSON string")
  func startMangledToken() throws {
    let start = try start("10-start-mangled-token.json")
    #expect(start.customParameters == ["token:9f3c": "", "ref": "c-8817"])
    #expect(start.parameter("token") == "9f3c")
    #expect(start.parameter("ref") == "c-8817")
  }

  @Test("11 start of a leg, mu-law by name, parameters null")
  func startLegs() throws {
    let start = try start("11-start-legs-mulaw.json")
    #expect(start.legSID == "2Qe71a90c4bd8f24a6b3f5d1c80000")
    #expect(start.customParameters.isEmpty)
    let format = ExotelCodec().wireFormat(for: start, query: URLQuery("sample-rate=16000"))
    #expect(format == WireFormat(.mulaw, .hz8000))
  }

  @Test("12 media in the newest form")
  func mediaTone() throws {
    let (media, audio) = try media("12-media-tone.json")
    #expect(media.sequenceNumber == 2 && media.chunk == 1)
    #expect(media.timestampMilliseconds == 20 && media.track == .inbound)
    #expect(!media.payloadHasEscapes)
    #expect(audio.count == 320 && audio.prefix(4) == [0x00, 0x00, 0x9F, 0x03])
  }

  @Test("13 media with numbers as numbers")
  func mediaNumeric() throws {
    let (media, audio) = try media("13-media-numeric.json")
    #expect(media.sequenceNumber == 3 && media.chunk == 2 && media.timestampMilliseconds == 200)
    #expect(audio == [UInt8](repeating: 0, count: 320))
  }

  @Test("14 media with escaped slashes, a track and no padding")
  func mediaOdd() throws {
    let (media, audio) = try media("14-media-odd.json")
    #expect(media.payloadHasEscapes && media.track == .inbound && media.chunk == 3)
    #expect(audio == (try self.media("12-media-tone.json").1))
  }

  @Test("15 media with a capital Payload and an odd number of bytes")
  func mediaOddCount() throws {
    let (media, audio) = try media("15-media-odd-count.json")
    #expect(media.chunk == 4 && audio.count == 161)
  }

  @Test("16 media of mu-law silence")
  func mediaMuLaw() throws {
    let (_, audio) = try media("16-media-mulaw.json")
    #expect(audio == [UInt8](repeating: 0xFF, count: 160))
  }

  @Test("17 dtmf")
  func dtmf() throws {
    #expect(
      try Vectors.event("17-dtmf.json") == .dtmf(DTMF(text: "5", durationMilliseconds: 100)))
  }

  @Test("18 dtmf with a number for a digit and no duration")
  func dtmfNumeric() throws {
    #expect(try Vectors.event("18-dtmf-numeric.json") == .dtmf(DTMF(text: "0")))
  }

  @Test("19 dtmf in the flat form")
  func dtmfFlat() throws {
    #expect(try Vectors.event("19-dtmf-flat.json") == .dtmf(DTMF(text: "#")))
  }

  @Test("20 mark")
  func mark() throws {
    #expect(try Vectors.event("20-mark.json") == .mark(MarkEcho(name: "t3:2")))
  }

  @Test("21 mark with a time stamp")
  func markLate() throws {
    #expect(try Vectors.event("21-mark-late.json") == .mark(MarkEcho(name: "t3:3")))
  }

  @Test("22 clear from the platform")
  func clear() throws { #expect(try Vectors.event("22-clear.json") == .clear) }

  @Test("23 an unknown event")
  func unknown() throws {
    #expect(try Vectors.event("23-unknown.json") == .ignored(IgnoredEvent(name: "silence")))
  }

  @Test(
    "24 to 27 stop, each wording",
    arguments: [
      ("24-stop-caller.json", StreamStop(reason: .callEnded, text: "callended")),
      ("25-stop-flow.json", StreamStop(reason: .stopped, text: "stopped")),
      (
        "26-stop-free-text.json",
        StreamStop(reason: .callEnded, text: "canceled or call ended")
      ),
      ("27-stop-bare.json", StreamStop(reason: .unknown)),
    ])
  func stop(name: String, expected: StreamStop) throws {
    #expect(try Vectors.event(name) == .stop(expected))
  }

  @Test("28 a message that was cut off")
  func malformed() throws {
    #expect(try Vectors.event("28-malformed.txt") == .malformed(.truncated))
  }
}
