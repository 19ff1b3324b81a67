import AudioEngine
import Foundation
import Telephony
import Testing

/// Every message of `TestVectors/twilio`, one test each.
@Suite struct TwilioVectorTests {
  private struct Mismatch: Error { var event: InboundEvent }

  private func event(_ name: String) throws -> InboundEvent {
    TwilioText.decode(try Vectors.bytes(name, of: .twilio))
  }

  private func start(_ name: String) throws -> StreamStart {
    guard case .start(let start) = try event(name) else { throw Mismatch(event: try event(name)) }
    return start
  }

  private func media(_ name: String) throws -> (MediaMessage, Data) {
    guard case .media(let media) = try event(name) else { throw Mismatch(event: try event(name)) }
    let text = payload(media, in: try Vectors.bytes(name, of: .twilio))
    return (media, try #require(Data(base64Encoded: text)))
  }

  private func fields(_ name: String) throws -> CallbackFields {
    CallbackFields(
      query: "", contentType: "application/x-www-form-urlencoded",
      body: try Vectors.bytes(name, of: .twilio))
  }

  @Test("01 the greeting")
  func connected() throws { #expect(try event("01-connected.json") == .connected) }

  @Test("02 start as documented, with the numbers among the parameters")
  func start() throws {
    let start = try start("02-start.json")
    let expected = StreamStart(
      streamSID: TwilioText.stream, callSID: TwilioText.call, accountSID: TwilioText.account,
      from: "+919800000001", to: "+918000000002",
      customParameters: ["from": "+919800000001", "to": "+918000000002", "ref": "c-8817"],
      tracks: [.inbound],
      mediaFormat: AnnouncedFormat(
        encodingLabel: "audio/x-mulaw", encoding: .mulaw, rateLabel: "8000", rate: .hz8000,
        channels: 1),
      sequenceNumber: 1)
    #expect(start == expected)
    let codec = TwilioCodec()
    #expect(codec.wireFormat(for: start, query: URLQuery()) == WireFormat(.mulaw, .hz8000))
    #expect(codec.direction(for: start, query: URLQuery()) == .bidirectional)
  }

  @Test("03 start of both tracks, which is one-way and names nobody")
  func startBoth() throws {
    let start = try start("03-start-both-tracks.json")
    #expect(start.tracks == [.inbound, .outbound])
    #expect(start.from == nil && start.to == nil && start.customParameters.isEmpty)
    #expect(TwilioCodec().direction(for: start, query: URLQuery()) == .unidirectional)
  }

  @Test("04 start with numbers, strings and tracks the other way round")
  func startNumbers() throws {
    let start = try start("04-start-numbers.json")
    #expect(start.streamSID == TwilioText.stream && start.callSID == TwilioText.call)
    #expect(start.accountSID == nil && start.tracks == [.inbound])
    #expect(start.from == "+919800000001" && start.to == "+918000000002")
    #expect(start.mediaFormat.rate == .hz8000 && start.mediaFormat.channels == 1)
  }

  @Test("05 media, a tone, its numbers as strings")
  func mediaTone() throws {
    let (media, audio) = try media("05-media-tone.json")
    #expect(media.sequenceNumber == 42 && media.chunk == 41 && media.track == .inbound)
    #expect(media.timestampMilliseconds == 800 && !media.payloadHasEscapes)
    #expect(audio.count == 160 && Array(audio.prefix(4)) == [0xFF, 0xD8, 0xCB, 0xC4])
  }

  @Test("06 media of the outbound track")
  func mediaOutbound() throws {
    let (media, audio) = try media("06-media-outbound.json")
    #expect(media.track == .outbound && audio == Data(repeating: 0xFF, count: 160))
  }

  @Test("07 media with numbers, spaced, without a track")
  func mediaNumbers() throws {
    let (media, audio) = try media("07-media-numbers.json")
    #expect(media.sequenceNumber == 44 && media.chunk == 42 && media.track == .inbound)
    #expect(media.timestampMilliseconds == 820 && audio.count == 160)
  }

  @Test("08 dtmf, without a duration")
  func dtmf() throws { #expect(try event("08-dtmf.json") == .dtmf(DTMF(text: "#"))) }

  @Test("09 a mark, read without an allocation of its name")
  func mark() throws {
    guard case .mark(let echo) = try event("09-mark.json") else {
      throw Mismatch(event: try event("09-mark.json"))
    }
    #expect(echo == MarkEcho(name: "3:end of u1"))
  }

  @Test("10 stop, which gives no reason: the call has ended")
  func stop() throws {
    #expect(try event("10-stop.json") == .stop(StreamStop(reason: .callEnded)))
  }

  @Test("11 to 13 writes media, mark and clear as documented, byte for byte")
  func writes() throws {
    let vector = try Vectors.text("11-sent-media.json", of: .twilio)
    let base64 = try #require(try JSONValue(vector)["media"]?["payload"]?.text)
    var codec = TwilioCodec()
    codec.streamStarted(
      StreamStart(streamSID: TwilioText.stream), format: WireFormat(.mulaw, .hz8000))
    #expect(TwilioText.media(&codec, base64) == vector)
    let mark = TwilioText.written { codec.encodeMark("3:end of u1", into: &$0) }
    #expect(mark == (try Vectors.text("12-sent-mark.json", of: .twilio)))
    let clear = TwilioText.written { codec.encodeClear(into: &$0) }
    #expect(clear == (try Vectors.text("13-sent-clear.json", of: .twilio)))
    #expect(TwilioText.offered { codec.encodeKeys("1", into: &$0) } == nil)
  }

  @Test("14 a stream's status: it has started")
  func streamStarted() throws {
    let status = TwilioStatusCallback(try fields("14-status-stream-started.txt"))
    #expect(status.kind == .started && status.event == "stream-started" && status.report == nil)
    #expect(status.callSID == TwilioText.call && status.streamSID == TwilioText.stream)
    #expect(status.accountSID == TwilioText.account && status.streamName == "bot")
    #expect(status.timestamp == "2026-01-01T00:00:12.345Z" && status.trouble == nil)
  }

  @Test("15 a stream's status: it could not begin, and why")
  func streamError() throws {
    let status = TwilioStatusCallback(try fields("15-status-stream-error.txt"))
    #expect(status.kind == .failed && status.trouble == .handshake)
    #expect(status.report?.verdict == .failed && status.report?.error == status.error)
  }

  @Test("16 a call's status at its end")
  func callCompleted() throws {
    let status = TwilioStatusCallback(try fields("16-status-call-completed.txt"))
    #expect(status.kind == .call && status.callStatus == "completed" && status.callSeconds == 63)
    #expect(status.from == "+919800000001" && status.to == "+918000000002")
    #expect(status.sequenceNumber == 3 && status.streamSID == nil && status.report == nil)
  }

  @Test("17 a voice webhook")
  func answerRequest() throws {
    let request = TwilioAnswerRequest(try fields("17-answer-request.txt"))
    #expect(request.callSID == TwilioText.call && request.accountSID == TwilioText.account)
    #expect(request.from == "+919800000001" && request.to == "+918000000002")
    #expect(request.direction == "inbound" && request.callStatus == "ringing")
    for (query, expected) in [
      ("one-way=true", true), ("One_Way=1", true), ("one-way=false", false),
    ] {
      let fields = CallbackFields(query: query)
      #expect(TwilioAnswerRequest(fields).wantsOneWay == expected, "\(query)")
    }
    #expect(!request.wantsOneWay)
  }
}
