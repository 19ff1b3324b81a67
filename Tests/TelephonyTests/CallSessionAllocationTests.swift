import AudioEngine
import CAllocationCount
import Telephony
import Testing

@Suite struct CallSessionAllocationTests {
  @Test(
    "a busy call allocates nothing per message, in either direction, marks' echoes among them",
    .countsAllocations)
  func allocatesNothing() throws {
    let start = Array(
      #"{"event":"start","stream_sid":"s","start":{"stream_sid":"s","call_sid":"c","account_sid":"a","from":"1","to":"2","media_format":{"encoding":"base64","sample_rate":"16000"}}}"#
        .utf8)
    let payload = String(repeating: "AAAA", count: 1_066) + "AAA="
    let media = Array(
      #"{"event":"media","sequence_number":"3","stream_sid":"s","media":{"chunk":"2","timestamp":"200","payload":"\#(payload)"}}"#
        .utf8)
    var call = CallSession(path: "/exotel", configuration: CallConfiguration(), at: .zero)
    _ = unsafe call.receive(text: start.span.bytes, at: .zero)
    let epoch = try #require(try call.media?.beginUtterance(at: .zero))
    let speech = [Int16](repeating: 1_000, count: 1_600)
    var frame = [Int16](repeating: 0, count: 1_600)
    var message = MessageBuffer()
    let echo = (0..<10_000).map {
      Array(#"{"event":"mark","stream_sid":"s","mark":{"name":"\#($0)"}}"#.utf8)
    }
    var counted: UInt64 = 0
    var sent = 0
    for step in 0..<1_500 {
      let now = MonotonicTime(nanoseconds: Int64(step) * 100_000_000)
      let before = allocation_count()
      _ = unsafe call.receive(text: media.span.bytes, at: now)
      var span = frame.mutableSpan
      _ = call.media?.read(into: &span)
      _ = try call.media?.write(speech.span, to: epoch, at: now)
      while call.poll(at: now, into: &message) == .text { sent += 1 }
      let marks = call.media?.statistics.outbound.marks ?? 0
      if marks > 0 {
        let text = echo[marks]
        _ = unsafe call.receive(text: text.span.bytes, at: now)
      }
      _ = call.nextDeadline(at: now)
      while call.media?.nextEvent() != nil {}
      if step >= 300 { counted += allocation_count() - before }
    }
    #expect(counted == 0)
    #expect(sent > 1_500)
    let outbound = try #require(call.media?.statistics.outbound)
    #expect(outbound.marks > 100)
    #expect(outbound.missingEchoes == 0)
  }
}
