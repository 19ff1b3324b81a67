import AudioEngine
import Telephony
import Testing

@Suite struct CallSessionTests {
  private static let start =
    #"{"event":"start","sequence_number":"1","stream_sid":"s1","start":{"stream_sid":"s1","call_sid":"c1","account_sid":"a","from":"1","to":"2","media_format":{"encoding":"base64","sample_rate":"8000"}}}"#
  private static let silence =
    #"{"event":"media","stream_sid":"s1","media":{"payload":"AAAAAAAAAAAA"}}"#

  private func session(path: String = "/exotel") -> CallSession {
    CallSession(path: path, configuration: CallConfiguration(), at: .zero)
  }

  private func receive(
    _ text: String, _ call: inout CallSession, at milliseconds: Int64 = 0
  ) -> CallSession.Event {
    let bytes = Array(text.utf8)
    return unsafe call.receive(
      text: bytes.span.bytes, at: MonotonicTime(nanoseconds: milliseconds * 1_000_000))
  }

  private func poll(
    _ call: inout CallSession, at milliseconds: Int64
  ) -> (output: CallSession.Output?, text: String) {
    var message = MessageBuffer()
    let output = call.poll(
      at: MonotonicTime(nanoseconds: milliseconds * 1_000_000), into: &message)
    let text = unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    return (output, text)
  }

  @Test("carries a call from connected to close", arguments: ["/exotel", "/anything/else"])
  func wholeCall(path: String) throws {
    var call = session(path: path)
    _ = receive(#"{"event":"connected"}"#, &call)
    guard case .started(let start) = receive(Self.start, &call) else {
      Issue.record("not started")
      return
    }
    #expect(start.callSID == "c1")
    let platform = call.platform
    #expect(platform == .exotel)
    guard case .audio = receive(Self.silence, &call) else {
      Issue.record("no audio")
      return
    }
    let readable = call.media?.readableCount
    #expect(readable == 4)
    let speech = [Int16](repeating: 5, count: 1_600)
    let epoch = try #require(try call.media?.beginUtterance(at: .zero))
    _ = try call.media?.write(speech.span, to: epoch, at: .zero)
    try call.media?.finish(epoch)
    let media = poll(&call, at: 0)
    #expect(media.output == .text)
    #expect(media.text.hasPrefix(#"{"event":"media","stream_sid":"s1","media":{"payload":"BQAFAA"#))
    let mark = poll(&call, at: 0)
    #expect(mark.text == #"{"event":"mark","stream_sid":"s1","mark":{"name":"1"}}"#)
    #expect(poll(&call, at: 0).output == nil)
    guard case .progress = receive(#"{"event":"mark","mark":{"name":"1"}}"#, &call, at: 210) else {
      Issue.record("no progress")
      return
    }
    let event = call.media?.nextEvent()
    #expect(event == .utteranceEnded(epoch, .played))
    guard case .stopped = receive(#"{"event":"stop"}"#, &call, at: 300) else {
      Issue.record("not stopped")
      return
    }
    #expect(poll(&call, at: 300).output == .close(code: 1000, reason: ""))
    #expect(poll(&call, at: 300).output == nil)
    _ = receive(Self.silence, &call, at: 301)
    let refused = call.refused
    #expect(refused == [.afterStop: 1])
  }

  @Test("a socket that never starts is closed with 1008 after ten seconds")
  func startTimeout() {
    var call = session()
    let deadline = call.nextDeadline(at: .zero)
    #expect(deadline == MonotonicTime(nanoseconds: 10_000_000_000))
    #expect(poll(&call, at: 9_999).output == nil)
    guard case .close(1008, _) = poll(&call, at: 10_000).output else {
      Issue.record("not closed")
      return
    }
  }

  @Test("wrong input is counted by kind and ends nothing")
  func wrongInput() {
    var call = session()
    _ = receive(Self.silence, &call)
    _ = receive(#"{"event":"dtmf","dtmf":{"digit":"1"}}"#, &call)
    _ = receive("", &call)
    _ = receive("nonsense", &call)
    _ = receive(Self.start, &call)
    _ = receive(Self.start, &call)
    _ = receive(#"{"event":"weather"}"#, &call)
    _ = receive(#"{"event":"media","media":{"payload":"A*AA"}}"#, &call)
    _ = receive(#"{"event":"media","media":{"payload":""}}"#, &call)
    let binary: [UInt8] = [1, 2, 3]
    _ = unsafe call.receive(binary: binary.span.bytes, at: .zero)
    let counted = call.refused
    #expect(
      counted == [
        .mediaBeforeStart: 1, .eventBeforeStart: 1, .emptyMessage: 1, .malformed(.notJSON): 1,
        .repeatedStart: 1, .unknownEvent: 1, .invalidBase64: 1, .emptyPayload: 1, .binary: 1,
      ])
    let isLive = call.isLive
    #expect(isLive)
    guard case .audio = receive(Self.silence, &call) else {
      Issue.record("the call did not go on")
      return
    }
  }

  @Test("fifty unusable messages in a row end the call with 1003, forty-nine do not")
  func tooManyBadMessages() {
    var call = session()
    _ = receive(Self.start, &call)
    for _ in 0..<49 { _ = receive("x", &call) }
    _ = receive(Self.silence, &call)
    for _ in 0..<49 { _ = receive("x", &call) }
    #expect(poll(&call, at: 1).output == nil)
    _ = receive("x", &call)
    guard case .close(1003, _) = poll(&call, at: 1).output else {
      Issue.record("not closed")
      return
    }
  }

  @Test(
    "no number of harmless messages ends a call",
    arguments: [
      #"{"event":"heartbeat","stream_sid":"s1"}"#, #"{"event":"media","media":{"payload":""}}"#,
      #"{"event":"media","media":{"payload":null}}"#, #"{"event":"media","media":null}"#,
      #"{"event":"media","media":{"payload":" "}}"#, #"{"event":"media","media":{"payload":"=="}}"#,
      #"{"event":"media","media":{"track":"outbound","payload":"AAAA"}}"#,
      #"{"event":"media","media":{"payload":"A*AA"}}"#, #"{"event":"dtmf"}"#,
      #"{"event":"mark","mark":{}}"#, #"{"event":"start"}"#, "{}", "[]", "null", #""ping""#, "0",
      "", " ", "\u{FEFF}", Self.start,
    ])
  func harmless(text: String) {
    var call = session()
    for _ in 0..<200 where text != Self.start { _ = receive(text, &call) }
    guard case .started = receive(Self.start, &call) else {
      Issue.record("the call did not come up")
      return
    }
    for _ in 0..<200 { _ = receive(text, &call) }
    #expect(poll(&call, at: 1).output == nil)
    guard case .audio = receive(Self.silence, &call) else {
      Issue.record("the call did not go on")
      return
    }
    let refused = call.refused.values.reduce(0, +)
    #expect(refused == (text == Self.start ? 200 : 400))
  }

  @Test("duplicates and binary messages end nothing, whatever their number")
  func repetitions() {
    var call = session()
    _ = receive(Self.start, &call)
    let media = { (chunk: Int) in
      #"{"event":"media","media":{"chunk":\#(chunk),"timestamp":\#(chunk * 20),"payload":"\#(String(repeating: "A", count: 428))"}}"#
    }
    for chunk in 1...20 { _ = receive(media(chunk), &call) }
    for _ in 0..<200 { _ = receive(media(20), &call) }
    let binary: [UInt8] = [1, 2, 3]
    for _ in 0..<200 { _ = unsafe call.receive(binary: binary.span.bytes, at: .zero) }
    let counted = (call.refused[.duplicate], call.refused[.binary], call.isLive)
    #expect(counted.0 == 200 && counted.1 == 200 && counted.2)
  }

  @Test(
    "text that nobody can read ends a call before its start too, on any path",
    arguments: ["/exotel", "/plivo", "/anything"])
  func unreadable(path: String) {
    var call = session(path: path)
    for text in Array(repeating: ["x", "{", #"{"event":"a"}}"#, "<xml/>"], count: 13).joined() {
      _ = receive(text, &call)
    }
    #expect(
      poll(&call, at: 1).output == .close(code: 1003, reason: "too many unreadable messages"))
  }

  @Test("a binary message that is JSON behind a byte order mark is read as text")
  func binaryJSON() {
    var call = session()
    let start = Array("\u{FEFF} \(Self.start)".utf8)
    guard case .started = unsafe call.receive(binary: start.span.bytes, at: .zero) else {
      Issue.record("not started")
      return
    }
  }

  private func plivoStart(_ more: String = "") -> String {
    #"{"event":"start","start":{"callId":"c","streamId":"s"\#(more)}}"#
  }

  @Test("carries both tracks of a one-way stream on two timelines")
  func bothTracks() {
    var call = session(path: "/plivo")
    _ = receive(plivoStart(#","tracks":["inbound","outbound"]"#), &call)
    for chunk in 1...3 {
      for (track, byte) in [("inbound", "AAAA"), ("outbound", "gICA")] {
        _ = receive(
          #"{"event":"media","media":{"track":"\#(track)","chunk":\#(chunk),"payload":"\#(byte)"}}"#,
          &call)
      }
    }
    guard
      case .outboundAudio = receive(
        #"{"event":"media","media":{"track":"outbound","chunk":4,"payload":"gICA"}}"#, &call)
    else {
      Issue.record("no outbound audio")
      return
    }
    let counts = (call.media?.readableCount, call.outboundTrack?.readableCount)
    #expect(counts.0 == 9 && counts.1 == 12)
    var samples = [Int16](repeating: 0, count: 12)
    var span = samples.mutableSpan
    _ = call.outboundTrack?.read(into: &span)
    #expect(samples == [Int16](repeating: 32_124, count: 12))
    let refused = call.refused
    #expect(refused.isEmpty)
  }

  @Test("refuses the outbound track of a two-way stream, which is the bot's own speech")
  func ownEcho() {
    var call = session(path: "/plivo")
    _ = receive(plivoStart(#","tracks":["inbound"]"#), &call)
    _ = receive(#"{"event":"media","media":{"track":"outbound","payload":"gICA"}}"#, &call)
    let refused = call.refused
    let isOpen = call.outboundTrack != nil
    #expect(refused == [.otherTrack: 1] && !isOpen)
  }

  @Test("refuses two channels and rates without a name with 1003")
  func unsupportedFormats() {
    for format in [
      #"{"channels":2}"#, #"{"encoding":"audio/x-l16","sampleRate":44100}"#,
      #"{"encoding":"audio/opus"}"#,
    ] {
      var call = session(path: "/plivo")
      _ = receive(plivoStart(#","mediaFormat":\#(format)"#), &call)
      guard case .close(1003, _) = poll(&call, at: 0).output else {
        Issue.record("\(format) was taken")
        return
      }
    }
  }

  @Test("counts what the platform reports and goes on")
  func faults() {
    var call = session(path: "/plivo")
    _ = receive(plivoStart(), &call)
    _ = receive(#"{"event":"playFailed","reason":"why"}"#, &call)
    let counted = (call.faultCount, call.lastFault, call.isLive)
    #expect(counted.0 == 1 && counted.1?.text == "why" && counted.2)
  }

  @Test("presses keys where the platform can, and says why not")
  func keys() throws {
    var call = session(path: "/plivo")
    #expect(throws: KeyError.notSpeaking) { try call.press("1") }
    _ = receive(plivoStart(), &call)
    for wrong in ["", "x", "1w2", String(repeating: "1", count: 65)] {
      #expect(throws: KeyError.noKeys) { try call.press(wrong) }
    }
    try call.press("12#")
    try call.press("A")
    #expect(call.nextDeadline(at: .zero) == .zero)
    #expect(poll(&call, at: 0).text == #"{"event":"sendDTMF","dtmf":"12#"}"#)
    #expect(poll(&call, at: 0).text == #"{"event":"sendDTMF","dtmf":"A"}"#)
    #expect(poll(&call, at: 0).output == nil)
    for _ in 0..<64 { try call.press("1") }
    #expect(throws: KeyError.tooMany) { try call.press("1") }
    var other = session()
    _ = receive(Self.start, &other)
    #expect(throws: KeyError.unsupported) { try other.press("1") }
  }

  @Test("takes so much before the start and no more, media aside")
  func beforeStart() {
    let long = CallSession.maximumBytesBeforeStart
    func message(_ count: Int) -> String {
      let front = #"{"event":"connected","x":""#
      return front + String(repeating: "x", count: count - front.utf8.count - 2) + "\"}"
    }
    for path in ["/exotel", "/any"] {
      var call = session(path: path)
      _ = receive(message(long), &call)
      guard case .started = receive(Self.start, &call) else {
        Issue.record("not started on \(path)")
        continue
      }
      _ = receive(message(4 * long), &call)
      let isLive = call.isLive
      #expect(isLive)
      var other = session(path: path)
      _ = receive(message(long + 1), &other)
      #expect(poll(&other, at: 0).output == .close(code: 1009, reason: "too much before the start"))
      var many = session(path: path)
      for _ in 0..<3 { _ = receive(message(long), &many) }
      #expect(poll(&many, at: 0).output == .close(code: 1009, reason: "too much before the start"))
    }
    var early = session()
    let payload = String(repeating: "AAAA", count: 1_000)
    for _ in 0..<45 {
      _ = receive(#"{"event":"media","stream_sid":"s1","media":{"payload":"\#(payload)"}}"#, &early)
    }
    guard case .started = receive(Self.start, &early) else {
      Issue.record("not started after media")
      return
    }
  }
}
