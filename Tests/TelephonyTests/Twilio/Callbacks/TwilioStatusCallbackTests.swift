import Telephony
import Testing

@Suite struct TwilioStatusCallbackTests {
  private func callback(_ query: String) -> TwilioStatusCallback {
    TwilioStatusCallback(CallbackFields(query: query))
  }

  @Test(
    "knows what happened, to a stream or to a call",
    arguments: [
      ("StreamEvent=stream-started", TwilioStatusCallback.Kind.started),
      ("StreamEvent=stream-stopped", .stopped), ("StreamEvent=stream-error", .failed),
      ("StreamEvent=STREAM_ERROR&CallStatus=in-progress", .failed), ("CallStatus=busy", .call),
      ("StreamEvent=stream-weather", .other), ("", .other),
    ])
  func kinds(query: String, expected: TwilioStatusCallback.Kind) {
    #expect(callback(query).kind == expected)
  }

  @Test("only an end is a report")
  func reports() {
    #expect(callback("StreamEvent=stream-started").report == nil)
    #expect(callback("CallStatus=completed").report == nil)
    #expect(callback("StreamEvent=stream-stopped").report?.verdict == .completed)
    let bare = callback("StreamEvent=stream-error").report
    #expect(bare?.verdict == .failed && bare?.error == "stream-error")
  }

  @Test("hides what may be a credential")
  func hidden() {
    let status = callback(
      "StreamEvent=stream-error&StreamError=to+wss%3A%2F%2Fu%3Asecret%40h%2F&RecordingUrl=https%3A%2F%2Fu%3Asecret%40h%2Fr"
    )
    #expect(status.error?.contains("secret") == false)
    #expect(status.recordingURL?.contains("secret") == false)
  }

  @Test("duplicates are one event, a call's later status is another")
  func duplicates() {
    func key(_ query: String) -> String { callback(query).deduplicationKey }
    #expect(
      key("StreamEvent=stream-started&StreamSid=MZ&Timestamp=1")
        == key("StreamEvent=stream-started&StreamSid=MZ&Timestamp=2"))
    #expect(
      key("StreamEvent=stream-started&StreamSid=MZ")
        != key("StreamEvent=stream-started&StreamSid=MY"))
    #expect(
      key("CallSid=CA&CallStatus=ringing&SequenceNumber=0")
        != key("CallSid=CA&CallStatus=in-progress&SequenceNumber=1"))
  }
}
