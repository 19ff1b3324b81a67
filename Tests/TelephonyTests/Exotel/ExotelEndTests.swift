import AudioEngine
import Telephony
import Testing

/// What bots are told, held against the documents.
@Suite("ExotelEnd") struct ExotelEndTests {
  private func text(_ write: (inout MessageBuffer) -> Void) -> String {
    var message = MessageBuffer()
    write(&message)
    return unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @Test("writes the documented form, letter for letter")
  func documented() {
    var end = ExotelEnd()
    let start = StreamStart(
      streamSID: "3f91c27ad04e8b56a1d7e0c49b2f6a18bk",
      callSID: "b7d25e90f3a84c1690ee57a2c8416d18bk",
      accountSID: "acmevoice1", from: "+919812345670", to: "+914440001234",
      customParameters: ["ref": "c-8817", "lang": "hi-IN"])
    #expect(end.adopting(start) == start)
    #expect(text { _ = end.encodeGreeting(into: &$0) } == #"{"event":"connected"}"#)
    #expect(
      text { end.encodeStart(start, format: WireFormat(.linear16, .hz16000), into: &$0) }
        == #"{"event":"start","sequence_number":"1","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","start":{"stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","call_sid":"b7d25e90f3a84c1690ee57a2c8416d18bk","account_sid":"acmevoice1","from":"+919812345670","to":"+914440001234","custom_parameters":{"lang":"hi-IN","ref":"c-8817"},"media_format":{"encoding":"audio/x-raw","sample_rate":"16000","bit_rate":"16"}}}"#
    )
    let media = text {
      end.beginMedia(at: .milliseconds(20), into: &$0)
      $0.append("AAAA")
      end.endMedia(into: &$0)
    }
    #expect(
      media
        == #"{"event":"media","sequence_number":"2","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","media":{"chunk":"1","timestamp":"20","payload":"AAAA"}}"#
    )
    #expect(
      text { end.encodeKey(DTMF(text: "5"), at: .zero, into: &$0) }
        == #"{"event":"dtmf","sequence_number":"3","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","dtmf":{"digit":"5","duration":"100"}}"#
    )
    #expect(
      text { end.encodeMark("t3:2", into: &$0) }
        == #"{"event":"mark","sequence_number":"4","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","mark":{"name":"t3:2"}}"#
    )
    #expect(
      text { _ = end.encodeStop(StreamStop(reason: .callEnded), into: &$0) }
        == #"{"event":"stop","sequence_number":"5","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","stop":{"call_sid":"b7d25e90f3a84c1690ee57a2c8416d18bk","account_sid":"acmevoice1","reason":"callended"}}"#
    )
  }

  @Test("takes what bots send whose frameworks write camelCase")
  func tolerant() {
    var end = ExotelEnd()
    _ = text {
      end.encodeStart(
        StreamStart(streamSID: "s"), format: WireFormat(.linear16, .hz8000), into: &$0)
    }
    let bytes = Array(#"{"streamSid": "s", "media": {"Payload": "AA\/A"}, "event": "media"}"#.utf8)
    let command = unsafe end.decode(bytes.span.bytes)
    guard case .media(let media) = command.kind else {
      Issue.record("\(command)")
      return
    }
    #expect(!command.isForeign && media.payloadHasEscapes)
    let flat = Array(#"{"event":"mark","name":"m"}"#.utf8)
    #expect(unsafe end.decode(flat.span.bytes) == BotCommand(.mark("m")))
  }
}
