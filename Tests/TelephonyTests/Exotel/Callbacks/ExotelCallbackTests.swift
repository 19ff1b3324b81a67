import AudioEngine
import Telephony
import Testing

/// The callbacks of `TestVectors/exotel`, one test each, and their encodings.
@Suite struct ExotelCallbackTests {
  private let stream = "3f91c27ad04e8b56a1d7e0c49b2f6a18bk"
  private let call = "b7d25e90f3a84c1690ee57a2c8416d18bk"

  /// The fields of a vector: a request line's query, or a body.
  private func fields(_ name: String) throws -> CallbackFields {
    let text = try Vectors.text(name)
    guard text.hasPrefix("GET ") else {
      return CallbackFields(query: "", contentType: "application/json", body: Array(text.utf8))
    }
    let target = text.split(separator: " ")[1]
    return CallbackFields(query: String(target.drop { $0 != "?" }))
  }

  @Test("03 asks where to connect")
  func lookup() throws {
    let asked = ExotelStreamLookup(try fields("03-lookup.txt"))
    #expect(asked.callSID == call && asked.direction == "incoming")
    #expect(asked.from == "09812345670" && asked.to == "04440001234")
    let url = try ExotelStreamURL(
      "wss://bot.example.com/exotel/v1/media", rate: .hz8000,
      parameters: [URLQuery.Item(name: "ref", value: "c-8817")])
    let answer = ExotelStreamLookup.answer(url)
    #expect(try Vectors.text("03-lookup.txt").hasSuffix(answer))
  }

  @Test("33 brackets: the bot closed")
  func brackets() throws {
    let passthru = ExotelPassthru(try fields("33-passthru-brackets.txt"))
    #expect(passthru.callSID == call && passthru.flowID == "88123")
    #expect(passthru.from == "09812345670" && passthru.to == "04440001234")
    #expect(passthru.stream.streamSID == stream && passthru.stream.status == .completed)
    #expect(passthru.stream.durationSeconds == 28 && passthru.stream.disconnectedBy == .bot)
    #expect(passthru.stream.streamURL == "wss://bot.example.com/exotel/v1/media")
    #expect(passthru.hasOutcome && passthru.faults.isEmpty)
  }

  @Test("34 one JSON string: the caller hung up")
  func jsonString() throws {
    let passthru = ExotelPassthru(try fields("34-passthru-json-string.txt"))
    #expect(passthru.customField == "c-8817" && passthru.direction == "outbound-dial")
    #expect(passthru.stream.streamSID == stream && passthru.stream.status == .cancelled)
    #expect(passthru.stream.durationSeconds == 41 && passthru.stream.disconnectedBy == .caller)
    #expect(passthru.stream.recordingURL == nil)
  }

  @Test("35 the bot could not be reached; the error is whole")
  func failed() throws {
    let passthru = ExotelPassthru(try fields("35-passthru-failed.txt"))
    #expect(passthru.stream.status == .failed && passthru.stream.disconnectedBy == .system)
    #expect(passthru.stream.durationSeconds == 0)
    #expect(
      passthru.stream.error
        == "3009 failed to establish ws conn dial tcp: lookup bot.example.invalid: no such host")
  }

  @Test("36 throttled")
  func throttled() throws {
    let passthru = ExotelPassthru(try fields("36-passthru-throttled.txt"))
    #expect(passthru.stream.isThrottled && passthru.stream.status == .failed)
  }

  @Test("37 flat and lower-case, posted")
  func flat() throws {
    let passthru = ExotelPassthru(try fields("37-passthru-flat.json"))
    #expect(passthru.callSID == call && passthru.stream.streamSID == stream)
    #expect(passthru.stream.status == .completed && passthru.stream.durationSeconds == 28)
    #expect(passthru.stream.disconnectedBy == .caller && passthru.stream.error == nil)
  }

  @Test("38 before the stream")
  func beforeStream() throws {
    let passthru = ExotelPassthru(try fields("38-passthru-before-stream.json"))
    #expect(passthru.isBeforeStream && !passthru.hasOutcome)
    #expect(passthru.stream.streamSID == stream && passthru.accountSID == "acmevoice1")
  }

  @Test("39 status, terminal")
  func status() throws {
    let status = ExotelStatusCallback(try fields("39-status-terminal.json"))
    #expect(status.callSID == call && status.isTerminal && status.status == "completed")
    #expect(status.conversationSeconds == 58 && status.recordingURL == nil)
    #expect(status.startTime == "2026-09-01 15:30:02" && status.customField == "c-8817")
    #expect(status.legs.count == 1 && status.legs.first?.onCallSeconds == 58)
    #expect(status.legs.first?.answeredBy == "human")
  }

  @Test("39 again as a form with numbered legs")
  func statusForm() {
    let status = ExotelStatusCallback(
      CallbackFields(
        query: "", contentType: "application/x-www-form-urlencoded",
        body: Array(
          "CallSid=c&Status=No-Answer&Legs[0][Status]=completed&Legs[1][Status]=no-answer".utf8)))
    #expect(status.status == "no-answer" && status.isTerminal)
    #expect(status.legs.map(\.status) == ["completed", "no-answer"])
  }

  @Test("43 a leg's stream has started")
  func legEvent() throws {
    let event = try #require(ExotelLegEvent(try fields("43-legs-stream-started.json")))
    #expect(event.kind == .streamStarted && event.name == "stream_started")
    #expect(event.eventSID == "ev-5c0d2e" && event.actionSID == "2ST41c7")
    #expect(event.customParameter == "c-8817" && event.streamSID == stream)
    #expect(event.legSID == "2Qe71a90c4bd8f24a6b3f5d1c80000" && event.legState == "in-progress")
    #expect(event.contactURI == "+919812345670" && event.exophone == "+914440001234")
  }

  @Test(
    "classifies events by name",
    arguments: [
      ("leg_answered", ExotelLegEvent.Kind.answered), ("LEG_TERMINATED", .terminated),
      ("stream_failed_to_start", .streamFailed), ("stream_error", .streamFailed),
      ("say_completed", .playbackCompleted), ("play_failed_to_start", .playbackInterrupted),
      ("bridge_created", .other), ("stream_paused", .other), ("failed", .other),
    ])
  func kinds(name: String, expected: ExotelLegEvent.Kind) throws {
    let fields = CallbackFields(query: "event_name=\(name)")
    #expect(try #require(ExotelLegEvent(fields)).kind == expected)
  }

  @Test("no event name, no event")
  func noName() { #expect(ExotelLegEvent(CallbackFields(query: "a=b")) == nil) }

  @Test("a retry has the same key, another status another one")
  func deduplication() {
    let first = ExotelPassthru(
      CallbackFields(query: "CallSid=c&Stream[StreamSID]=s&Stream[Status]=failed"))
    let again = ExotelPassthru(
      CallbackFields(
        query: "Stream=%7B%22Status%22%3A%22Failed%22%2C%22StreamSID%22%3A%22s%22%7D&callsid=c"))
    let other = ExotelPassthru(
      CallbackFields(query: "CallSid=c&Stream[StreamSID]=s&Stream[Status]=completed"))
    #expect(first.deduplicationKey == again.deduplicationKey)
    #expect(first.deduplicationKey != other.deduplicationKey)
  }

  @Test("credentials in the stream's address and error are hidden")
  func redaction() {
    let passthru = ExotelPassthru(
      CallbackFields(
        query: "Stream[StreamUrl]=wss%3A%2F%2Fk%3At%40h%2Fp%3Ftoken%3Dx"
          + "&Stream[Error]=3009%20dial%20wss%3A%2F%2Fk%3At%40h%2Fp%20refused"))
    #expect(passthru.stream.streamURL == "wss://***@h/p?token=***")
    #expect(passthru.stream.error == "3009 dial wss://***@h/p refused")
  }

  @Test(
    "after a Connect applet there are legs and how they went; an account's own fields stay as they came"
  )
  func passthruAfterConnect() {
    let passthru = ExotelPassthru(
      CallbackFields(
        query:
          "CallSid=c1&DialCallStatus=completed&DialWhomNumber=%2B919812345670&Leg1RingingDuration=7"
          + "&Legs[0][Status]=completed&Legs[0][OnCallDuration]=41&Legs[1][Status]=no-answer"
          + "&Stream[Status]=completed&Stream[Shard]=Blr%202&Tenant_Code=A%2F7"))
    #expect(passthru.dialCallStatus == "completed" && passthru.dialWhomNumber == "+919812345670")
    #expect(passthru.firstLegRingingSeconds == 7)
    #expect(passthru.legs.map(\.status) == ["completed", "no-answer"])
    #expect(passthru.legs.first?.onCallSeconds == 41)
    #expect(passthru.otherFields == ["stream.shard": "Blr 2", "tenantcode": "A/7"])
  }
}
