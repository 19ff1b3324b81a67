import AudioEngine
import Telephony
import Testing

/// What bots are told, held against the documents.
@Suite("TwilioEnd") struct TwilioEndTests {
  private static let start = StreamStart(
    streamSID: TwilioText.stream, callSID: TwilioText.call, accountSID: TwilioText.account,
    from: "+919800000001", to: "+918000000002", customParameters: ["ref": "c-8817"])

  @Test("writes the documented form, letter for letter")
  func documented() throws {
    var end = TwilioEnd()
    func vector(_ name: String) throws -> String { try Vectors.text(name, of: .twilio) }
    let start = end.adopting(Self.start)
    #expect(
      TwilioText.offered { end.encodeGreeting(into: &$0) }
        == (try vector("01-connected.json")))
    #expect(
      TwilioText.written {
        end.encodeStart(start, format: WireFormat(.mulaw, .hz8000), into: &$0)
      }
        == (try vector("02-start.json")).replacing(
          #""from":"+919800000001","to":"+918000000002","ref":"c-8817""#,
          with: #""from":"+919800000001","ref":"c-8817","to":"+918000000002""#))
    let media = TwilioText.written {
      end.beginMedia(at: .milliseconds(20), into: &$0)
      $0.append("AAAA")
      end.endMedia(into: &$0)
    }
    #expect(
      media
        == #"{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAAA"},"streamSid":"\#(TwilioText.stream)"}"#
    )
    #expect(
      TwilioText.written { end.encodeKey(DTMF(text: "#"), at: .seconds(6), into: &$0) }
        == (try vector("08-dtmf.json")).replacing("\"310\"", with: "\"3\""))
    #expect(
      TwilioText.written { end.encodeMark("3:end of u1", into: &$0) }
        == (try vector("09-mark.json")).replacing("\"355\"", with: "\"4\""))
    #expect(TwilioText.offered { end.encodeCleared(into: &$0) } == nil)
    #expect(
      TwilioText.offered { end.encodeStop(StreamStop(reason: .callEnded), into: &$0) }
        == (try vector("10-stop.json")).replacing("\"901\"", with: "\"5\""))
  }

  @Test("gives foreign identifiers Twilio's shape, and keeps those that have it")
  func identifiers() {
    let end = TwilioEnd()
    let adopted = end.adopting(StreamStart(streamSID: "s-1", callSID: "c-1"))
    for (text, prefix) in [
      (adopted.streamSID, "MZ"), (adopted.callSID, "CA"), (adopted.accountSID, "AC"),
    ] {
      #expect(
        text?.wholeMatch(of: /[A-Z]{2}[0-9a-f]{32}/) != nil && text?.hasPrefix(prefix) == true)
    }
    let own = end.adopting(Self.start)
    #expect(own.streamSID == TwilioText.stream && own.callSID == TwilioText.call)
    #expect(own.accountSID == TwilioText.account)
  }

  @Test("the numbers become parameters, and those that a call has already stay")
  func numbers() {
    let end = TwilioEnd()
    let plain = end.adopting(Self.start)
    #expect(
      plain.customParameters == [
        "ref": "c-8817", "from": "+919800000001", "to": "+918000000002",
      ])
    var named = Self.start
    named.customParameters = ["From": "sip:a@b"]
    #expect(
      end.adopting(named).customParameters == ["From": "sip:a@b", "to": "+918000000002"])
  }

  @Test("takes what bots send: pretty, in any order, with fields of their own, for any stream")
  func tolerant() {
    var end = TwilioEnd()
    _ = TwilioText.written {
      end.encodeStart(
        end.adopting(StreamStart(streamSID: "s")), format: WireFormat(.mulaw, .hz8000), into: &$0)
    }
    func kind(_ text: String) -> BotCommand {
      let bytes = Array(text.utf8)
      return unsafe end.decode(bytes.span.bytes)
    }
    let pretty = kind(
      "{\n \"media\": { \"track\": \"outbound\", \"payload\": \"//8A\" },\n \"event\": \"media\" }")
    guard case .media = pretty.kind else {
      Issue.record("\(pretty)")
      return
    }
    #expect(!pretty.isForeign)
    #expect(kind(#"{"event":"clear","streamSid":"MZ0"}"#) == BotCommand(.clear, isForeign: true))
    #expect(kind(#"{"event":"mark"}"#) == BotCommand(.malformed(.missingMarkName)))
  }

  @Test("bots may rely on 20 ms, marks that a clear gives back, ten minutes, and the close")
  func habits() {
    let habits = TwilioEnd().habits
    #expect(habits.cadence == .milliseconds(20) && habits.marksAtClear == .returned)
    #expect(habits.buffer == .seconds(600) && habits.closesSocket)
  }
}
