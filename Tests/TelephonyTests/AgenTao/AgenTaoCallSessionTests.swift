import AudioEngine
import Testing

@testable import Telephony

/// The reference's scenarios that need no socket, under a virtual clock.
@Suite(.timeLimit(.minutes(2))) struct AgenTaoCallSessionTests {
  private static let speech = (0..<12_007).map { Int16(truncatingIfNeeded: $0 &* 7_919) }

  private static func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  private static let wires: [any AgenTaoWire] = [AgenTaoW1(), AgenTaoNVP()]

  @Test("2: a refused answer leaves the call pending, and may be tried again", arguments: wires)
  func answerRefused(wire: any AgenTaoWire) throws {
    let call = try VirtualCall.open(wire: wire)
    let first = try call.command(.answer)
    call.reject("NOT_NOW", "later")
    let error = AgenTaoCallError.commandRejected(
      code: AgenTaoErrorCode(rawValue: "NOT_NOW"), message: "later")
    #expect(call.error(of: first) == error)
    #expect(call.state == .pending)
    _ = try call.command(.answer)
    call.grant()
    #expect(call.state == .answered)
    #expect(call.events == [.answerFailed(error), .answered])
  }

  @Test("3: an answer that never comes times out after 15 s and leaves nothing behind")
  func answerTimesOut() throws {
    let call = try VirtualCall.open()
    let token = try call.command(.answer)
    #expect(call.sent.last?["data"]?["timeout_ms"]?.integer == 10_000)
    call.run(.milliseconds(14_990))
    #expect(call.resultCount == 0)
    call.run(.milliseconds(20))
    #expect(call.error(of: token) == .commandTimedOut(.answer))
    #expect(call.pendingCount == 0)
    #expect(call.state == .pending)
    let deadline = call.deadline
    #expect(deadline == nil)
  }

  @Test("3: a yes that comes after that still tells where the call is, once")
  func lateYes() throws {
    let call = try VirtualCall.open()
    _ = try call.command(.answer)
    let id = call.id()
    call.run(.seconds(16))
    call.grant(id)
    call.grant(id)
    #expect(call.state == .answered)
    #expect(call.resultCount == 1)
    #expect(call.refused == [.unknownCommand: 1])
  }

  @Test(
    "4: a hang-up while an answer is under way closes it, and a late yes revives nothing",
    arguments: wires)
  func hangUpInAnswer(wire: any AgenTaoWire) throws {
    let call = try VirtualCall.open(wire: wire)
    let token = try call.command(.answer)
    call.terminate()
    call.terminate()
    call.grant()
    let reason: AgenTaoTermination = wire.announcesMedia ? .remoteHangup : .unspecified
    #expect(call.error(of: token) == .closed(reason))
    #expect(call.events == [.terminated(reason)])
    #expect(call.state == .disconnected(reason))
    #expect(call.refused == [.afterEnd: 2])
  }

  @Test("5: leaving after a connect before any answer lets the parties talk on")
  func leave() throws {
    let call = try VirtualCall.open()
    _ = try call.command(.connect(ringSeconds: 30))
    #expect(call.sent.last?["data"]?["data"]?["ring_time_seconds"]?.integer == 30)
    call.grant()
    let token = try call.command(.close)
    call.grant()
    #expect(call.results[token] == .success(AgenTaoReply(leaveOutcome: .partiesRemain)))
    #expect(call.state == .disconnected(.agentClosed))
  }

  @Test(
    "6: an unanswered connect leaves the call as it was; the next may succeed", arguments: wires)
  func unanswered(wire: any AgenTaoWire) throws {
    let call = try VirtualCall.answered(wire: wire)
    let token = try call.command(.connect(ringSeconds: 5))
    call.reject("CALL_UNANSWERED", "nobody")
    let error = try #require(call.error(of: token))
    #expect(error == .commandRejected(code: .callUnanswered, message: "nobody"))
    #expect(error.isUnanswered)
    #expect(call.state == .answered)
    _ = try call.command(.connect(ringSeconds: 5))
    call.grant(nil, #"{"state":"connected","mode":"spy"}"#)
    #expect(call.state == .connected(wire.announcesMedia ? .spy : nil))
  }

  @Test("7: a connect that gets no answer times out after the ring time and 5 s")
  func connectTimesOut() throws {
    let call = try VirtualCall.answered()
    let token = try call.command(.connect(ringSeconds: 20))
    call.run(.milliseconds(24_990))
    #expect(call.error(of: token) == nil)
    call.run(.milliseconds(20))
    #expect(call.error(of: token)?.isUnanswered == true)
    #expect(call.state == .answered)
  }

  @Test("8: ring times outside 1 to 120 s are refused here", arguments: [0, 121, -1, Int.max])
  func ringTime(seconds: Int) throws {
    let call = try VirtualCall.open()
    let error = call.refusal(of: .connect(ringSeconds: seconds))
    #expect(error == .invalidRingTime(.seconds(seconds)))
    #expect(call.sent.isEmpty)
  }

  @Test("9: commands that make no sense are refused here, or by the server with the guard off")
  func guards() throws {
    let call = try VirtualCall.answered()
    let count = call.sent.count
    #expect(
      call.refusal(of: .mode(.whisper)) == .invalidState(.answered, attempted: .mode(.whisper)))
    #expect(call.refusal(of: .answer) == .invalidState(.answered, attempted: .answer))
    #expect(call.sent.count == count)
    let open = try VirtualCall.answered(AgenTaoCallConfiguration(guardsCommands: false))
    let token = try open.command(.mode(.whisper))
    open.reject("INVALID_COMMAND")
    #expect(open.error(of: token) == .commandRejected(code: .invalidCommand, message: ""))
  }

  @Test("10: answers that come out of order find their commands")
  func reordered() throws {
    let call = try VirtualCall.answered()
    _ = try call.command(.connect(ringSeconds: 5))
    call.grant()
    let tokens = try [AgenTaoAgentMode.spy, .whisper, .spy].map { mode in
      try call.command(.mode(mode))
    }
    let ids = [call.id(2), call.id(1), call.id()]
    call.grant(ids[2])
    call.grant(ids[1])
    call.grant(ids[0])
    #expect(tokens.allSatisfy { call.results[$0] == .success(AgenTaoReply()) })
    #expect(call.pendingCount == 0)
  }

  @Test("11: a disconnect that is the wrong verb becomes a close")
  func fallback() throws {
    let call = try VirtualCall.answered()
    let token = try call.command(.disconnect)
    call.reject("INVALID_COMMAND")
    #expect(call.sent.last?["data"]?["command"]?.text == "call.close")
    #expect(call.results[token] == nil)
    call.grant()
    #expect(call.results[token] == .success(AgenTaoReply(leaveOutcome: .callEnded)))
  }

  @Test("12: ending what is over is done without a word")
  func twice() throws {
    let call = try VirtualCall.answered()
    _ = try call.command(.close)
    call.grant()
    let count = call.sent.count
    for command in [AgenTaoCommand.close, .disconnect] {
      let token = try call.session.begin(command, at: call.now)
      #expect(token == nil)
    }
    call.settle()
    #expect(call.sent.count == count)
    #expect(call.refusal(of: .answer) == .closed(.agentClosed))
  }

  @Test("13: capacities that are no power of two are refused", arguments: [0, 1_000, 1 << 31, -8])
  func capacity(bytes: Int) {
    #expect(AgenTaoCallConfiguration(outboundCapacityBytes: bytes).problem != nil)
    #expect(AgenTaoCallConfiguration(outboundCapacityBytes: 1 << 20).problem == nil)
  }

  @Test("13: the queue takes exactly its capacity", arguments: SampleRate.telephony)
  func exactFill(rate: SampleRate) throws {
    let call = try VirtualCall.answered(
      AgenTaoCallConfiguration(rate: rate, outboundCapacityBytes: 4_096, whenFull: .refuse))
    try call.say([Int16](repeating: 1, count: 2_048), finish: false)
    let queue = call.queue
    #expect(queue.capacity == 4_096)
    #expect(queue.queued == 4_096)
    #expect(throws: SpeechError.full) {
      _ = try call.write([1])
    }
    let none = try call.write([])
    #expect(none == 0)
  }

  @Test("14: an interruption drops exactly what waits, and nothing of it leaves", arguments: wires)
  func interrupt(wire: any AgenTaoWire) throws {
    let call = try VirtualCall.answered(wire: wire)
    try call.say(Self.speech)
    let result = try call.interrupt()
    #expect(result.discardedBytes == Self.speech.count * 2)
    call.settle()
    call.request(1 << 20)
    call.grant(nil, #"{"discardedBytes":12}"#)
    call.run(.seconds(1))
    #expect(call.audio.isEmpty)
    let token = try #require(result.token)
    let reply = try call.results[token]?.get()
    #expect(reply?.discardedBytes == (wire.announcesMedia ? 12 : nil))
  }

  @Test("15: interrupting silence, and twice at once, is harmless")
  func interruptNothing() throws {
    let call = try VirtualCall.answered()
    let tokens = try (0..<2).map { _ in
      let result = try call.interrupt()
      #expect(result.discardedBytes == 0)
      return try #require(result.token)
    }
    call.settle()
    call.grant(call.id(1))
    call.grant(call.id())
    #expect(tokens.allSatisfy { call.results[$0] == .success(AgenTaoReply()) })
  }

  @Test("15: without epochs, new audio waits for the answer to an interruption, or 150 ms")
  func hold() throws {
    let call = try VirtualCall.answered()
    call.request(1 << 20)
    _ = try call.interrupt()
    try call.say(Self.speech)
    call.run(.milliseconds(140))
    #expect(call.audio.isEmpty)
    call.run(.milliseconds(20))
    #expect(!call.audio.isEmpty)
    let before = call.audio.count
    _ = try call.interrupt()
    try call.say(Self.speech)
    #expect(call.audio.count == before)
    call.grant()
    #expect(call.audio.count > before)
  }

  @Test("16: a tail is never held back")
  func tail() throws {
    let call = try VirtualCall.answered()
    call.request(1 << 20)
    try call.say(Self.speech)
    call.run(.seconds(2))
    let all = Self.bytes(Self.speech)
    #expect(Array(call.audio.prefix(all.count)) == all)
    #expect(call.audio.count - all.count < 960)
    #expect(call.audio.count % 960 == 0)
  }

  @Test("16: speech without an utterance of its own ends by itself, its tail too")
  func implicitTail() throws {
    let call = try VirtualCall.answered()
    call.request(1 << 20)
    let taken = try call.write(Self.speech)
    #expect(taken == Self.speech.count)
    call.run(.seconds(2))
    #expect(call.audio.count >= Self.speech.count * 2)
  }

  @Test("17: nothing is asked for and nothing said for a minute: nothing happens")
  func quiet() throws {
    let call = try VirtualCall.answered()
    let deadline = call.deadline
    #expect(deadline == nil)
    call.run(.seconds(60))
    try call.say(Self.speech)
    let waiting = call.deadline
    #expect(waiting == nil)
    #expect(call.audio.isEmpty)
  }

  @Test(
    "17: exactly what is asked for leaves, requests of any size", arguments: [2, 7, 961, 4_800])
  func requests(size: Int) throws {
    let call = try VirtualCall.answered()
    try call.say(Self.speech)
    var asked = 0
    while asked < 20_000 {
      call.request(size)
      asked += size
      call.run(.milliseconds(1))
      #expect(call.audio.count == min(asked, 24_014) / 2 * 2)
    }
    #expect(call.audio == Array(Self.bytes(Self.speech).prefix(call.audio.count)))
  }

  @Test("18: requests beyond all measure neither overflow nor spin")
  func hugeRequests() throws {
    let call = try VirtualCall.answered()
    for bytes in [Int.max, 999_999_999_999_999_999, 999_999_999_999_999_999, -5, 0] {
      call.request(bytes)
    }
    for _ in 0..<20 { call.request(999_999_999_999_999_999) }
    try call.say(Self.speech)
    call.run(.seconds(5))
    #expect(call.audio.count >= Self.speech.count * 2)
  }

  @Test(
    "19: a link that is lost ends the call once, and what waits fails at once", arguments: wires)
  func mediaLost(wire: any AgenTaoWire) throws {
    let call = try VirtualCall.answered(wire: wire)
    let connect = try call.command(.connect(ringSeconds: 60))
    let interrupt = try call.interrupt().token
    call.lose()
    call.lose()
    #expect(call.error(of: connect) == .closed(.mediaLost))
    #expect(call.error(of: interrupt) == .closed(.mediaLost))
    #expect(call.events == [.answered, .terminated(.mediaLost)])
    #expect(call.pendingCount == 0)
    guard case .lost? = call.failure else {
      Issue.record("no failure is told")
      return
    }
    #expect(throws: AgenTaoSendError.callClosed(.mediaLost)) { try call.checkMaySpeak() }
    let deadline = call.deadline
    #expect(deadline == nil)
  }

  @Test("a close whose link dies before its answer has done what it should")
  func lostWhileClosing() throws {
    let call = try VirtualCall.answered()
    let token = try call.command(.close)
    #expect(throws: AgenTaoSendError.bufferClosed) { try call.checkMaySpeak() }
    call.lose()
    #expect(call.results[token] == .success(AgenTaoReply(leaveOutcome: .callEnded)))
  }

  @Test("24: chunks of any size keep their samples", arguments: [2, 3, 4, 5, 100, 963])
  func alignment(size: Int) throws {
    let call = try VirtualCall.answered()
    let bytes = Self.bytes(Self.speech)
    for start in stride(from: 0, to: bytes.count, by: size - 1) {
      let chunk = bytes[start..<min(start + size - 1, bytes.count)]
      #expect(call.receive(binary: [0] + chunk))
    }
    var heard = [Int16](repeating: 0, count: Self.speech.count + 10)
    var span = heard.mutableSpan
    let count = call.session.media.read(into: &span)
    #expect(Array(heard.prefix(count)) == Self.speech)
  }

  @Test("25: noise is counted, and the link stays up")
  func noise() throws {
    let call = try VirtualCall.answered()
    for text in ["", "{", #"{"type":"x"}"#, #"{"type":"command_response","data":{}}"#] {
      call.receive(text)
    }
    call.receive(#"{"type":"buffer_request","data":{"requested_bytes":"many"}}"#)
    call.receive(#"{"type":"buffer_request","data":{"requested_bytes":960,"channelId":1}}"#)
    #expect(!call.receive(binary: []))
    #expect(!call.receive(binary: [0]))
    #expect(!call.receive(binary: [1, 2, 3]))
    #expect(
      call.refused
        == [.malformedText: 2, .unknownMessage: 4, .badFrame: 2, .otherTrack: 1])
    #expect(call.state == .answered)
  }

  @Test("a call that is over closes its own end when the server does not")
  func grace() throws {
    let call = try VirtualCall.answered()
    call.terminate()
    call.run(.milliseconds(1_990))
    #expect(call.closes.isEmpty)
    call.run(.milliseconds(20))
    #expect(call.closes == [1000])
    #expect(call.isClosed)
  }

  @Test("a link that never opens is a media failure after 10 s", arguments: wires)
  func neverOpens(wire: any AgenTaoWire) throws {
    let call = try VirtualCall(wire: wire)
    call.run(.milliseconds(9_990))
    #expect(call.events.isEmpty)
    call.run(.milliseconds(20))
    #expect(call.events == [.terminated(.mediaLost)])
    #expect(call.isOpened == false)
  }

  @Test("commands beyond a bound are refused")
  func bound() throws {
    let call = try VirtualCall.answered()
    _ = try call.command(.connect(ringSeconds: 5))
    call.grant()
    for _ in 0..<AgenTaoCallSession.mostCommands { _ = try call.command(.mode(.spy)) }
    #expect(call.refusal(of: .mode(.spy)) == .media(.tooManyCommands))
  }
}
