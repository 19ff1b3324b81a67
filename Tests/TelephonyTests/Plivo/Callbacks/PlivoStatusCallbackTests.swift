import Telephony
import Testing

@Suite struct PlivoStatusCallbackTests {
  private func callback(_ body: String) -> PlivoStatusCallback {
    PlivoStatusCallback(
      CallbackFields(
        query: "", contentType: "application/x-www-form-urlencoded", body: Array(body.utf8)))
  }

  @Test("20 a degraded stream, the first scheme")
  func degraded() throws {
    let status = callback(try Vectors.text("20-status-degraded.txt", of: .plivo))
    #expect(status.kind == .degraded && status.event == "DegradedStream")
    #expect(status.callUUID == PlivoVectorTests.call && status.streamID == PlivoVectorTests.stream)
    #expect(status.from == "14155550123" && status.timestamp == "2026-01-01 00:00:12")
    #expect(status.serviceURL?.hasPrefix("wss://voice.example.com/ws") == true)
    #expect(status.trouble == .slowConsumer && status.backlogPercent == nil)
  }

  @Test("21 a stopped stream, the second scheme")
  func stopped() throws {
    let status = callback(try Vectors.text("21-status-stopped.txt", of: .plivo))
    #expect(status.kind == .stopped && status.statusReason == "completed")
    #expect(status.durationSeconds == 300 && status.direction == "inbound")
    #expect(status.from == "+14155550123" && status.trouble == nil)
  }

  @Test(
    "both schemes name the same events",
    arguments: [
      ("StartStream", PlivoStatusCallback.Kind.started), ("started", .started),
      ("StopStream", .stopped), ("stopped", .stopped), ("DroppedStream", .failed),
      ("FAILED", .failed), ("degradedstream", .degraded), ("PlayedStream", .played),
      ("ClearedAudio", .cleared), ("", .other), ("Weather", .other),
    ])
  func kinds(event: String, expected: PlivoStatusCallback.Kind) {
    #expect(callback("Event=\(event)&StreamID=s").kind == expected)
  }

  @Test(
    "names what is wrong",
    arguments: [
      ("Event=failed&StatusReason=connection_failed", PlivoTrouble.connectionFailed),
      ("Event=failed&StatusReason=authentication_failed", .authenticationFailed),
      (
        "Event=DroppedStream&Error=connection+disconnected+with+the+remote+service", .disconnected
      ),
      ("Event=DroppedStream&Error=terminated+due+to+slow+connection", .slowConsumer),
      ("Event=DroppedStream", .droppedStream), ("Event=failed&StatusReason=odd", .droppedStream),
      ("Event=x&Error=invalid_content_type", .invalidContentType),
      ("Event=x&Error=buffer_overflow", .bufferOverflow),
    ])
  func troubles(body: String, expected: PlivoTrouble) {
    #expect(callback(body).trouble == expected)
  }

  @Test("duplicates are one event, different levels are not")
  func duplicates() {
    func key(_ body: String) -> String { callback(body).deduplicationKey }
    #expect(key("Event=StartStream&StreamID=s&Timestamp=1") == key("Event=started&StreamID=s"))
    #expect(key("Event=StartStream&StreamID=s") != key("Event=StartStream&StreamID=t"))
    let levels = ["30", "60%25", "90"].map { key("Event=DegradedStream&StreamID=s&Level=\($0)") }
    #expect(Set(levels).count == 3)
    #expect(levels[1] == key("Event=DegradedStream&StreamID=s&Error=buffer+at+60%25"))
  }
}
