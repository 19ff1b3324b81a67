import AudioEngine
import CAllocationCount
import SeededRandom
import Testing

@testable import Telephony

@Suite struct CallTraceTests {
  private static let paths = ["/exotel", "/plivo", "/twilio", "/elsewhere"]

  private func traced(_ path: String = "/exotel") throws -> (trace: [UInt8], sent: [[UInt8]]) {
    var call = TracedCall(path: path)
    try call.run()
    return (call.recorder.trace, call.sent)
  }

  @Test("a call runs again from its trace, to the byte", arguments: paths)
  func replays(path: String) throws {
    let (bytes, sent) = try traced(path)
    let trace = try CallTrace(bytes)
    #expect(trace.isWhole && !trace.isCutShort)
    #expect(trace.facts.map(\.value) == ["a test"])
    var again: [[UInt8]] = []
    let outcome = trace.replay { message, _ in
      again.append(unsafe message.withUnsafeBytes { unsafe Array($0) })
    }
    #expect(outcome == .same(messages: sent.count))
    #expect(sent.count > 20)
    // Keys are hidden in the trace; all else is the same, sample for sample.
    #expect(again.count == sent.count)
    #expect(zip(again, sent).filter { $0 != $1 }.count <= 1)
  }

  @Test("numbers, parameters, tokens and keys are not in it", arguments: paths)
  func hides(path: String) throws {
    let text = String(decoding: try traced(path).trace, as: UTF8.self)
    for secret in TracedCall.secrets { #expect(!text.contains(secret)) }
    #expect(text.contains("c-1") && text.contains("answer-3"))
  }

  @Test("speech that differs in one sample is found, with its message")
  func findsDifference() throws {
    let (bytes, _) = try traced()
    // The first samples of the first utterance, as the trace holds them.
    let needle = (0..<200).flatMap { number -> [UInt8] in
      let sample = Int16(truncatingIfNeeded: number &* 7_919)
      return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
    }
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: needle) })
    var changed = bytes
    changed[place + 301] ^= 0x40
    guard case .different(let difference) = try CallTrace(changed).replay() else {
      Issue.record("the same")
      return
    }
    #expect(difference.message == 1)
    #expect(difference.description.contains("media of"))
  }

  @Test("a ring keeps its newest, says that it has lost the oldest, and is not run")
  func loses() throws {
    var call = TracedCall(path: "/exotel", capacity: 64 << 10)
    try call.run(seconds: 20)
    let bytes = call.recorder.trace
    #expect(bytes.count <= 66 << 10 && bytes.count > 30 << 10)
    let trace = try CallTrace(bytes)
    #expect(!trace.isWhole)
    #expect(trace.session?.wire.rate == .hz16000)
    #expect(trace.replay() == .notWhole)
    guard case .socketClosed? = trace.records.last?.content else {
      Issue.record("the end is not there")
      return
    }
  }

  @Test("what is taken piece by piece is the trace")
  func pieces() throws {
    var call = TracedCall(path: "/plivo")
    try call.run(seconds: 1)
    var bytes = call.recorder.takeAll()
    bytes = call.recorder.trace + bytes
    guard case .same = try CallTrace(bytes).replay() else {
      Issue.record("not the same")
      return
    }
  }

  @Test("a file that ends early is read as far as it goes; others are refused")
  func cuts() throws {
    let (bytes, _) = try traced()
    for end in stride(from: CallTrace.magic.count + 200, to: bytes.count, by: 977) {
      let trace = try CallTrace(Array(bytes[..<end]))
      guard case .same = trace.replay() else {
        Issue.record("cut at \(end)")
        return
      }
    }
    #expect(throws: CallTrace.Failure.noTrace) { try CallTrace(Array("RIFF".utf8)) }
    #expect(throws: CallTrace.Failure.empty) { try CallTrace([]) }
    #expect(throws: CallTrace.Failure.empty) { try CallTrace(CallTrace.magic) }
  }

  @Test("no bytes trap, whatever they say", arguments: 0..<4)
  func survives(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (bytes, _) = try traced(Self.paths[Int(seed) % Self.paths.count])
    let mutations = Mutations()
    var run = 0
    for _ in 0..<60 {
      guard let trace = try? CallTrace(mutations.change(bytes, &random)) else { continue }
      _ = trace.replay()
      run += 1
    }
    #expect(run > 0)
  }

  @Test("a traced call allocates nothing for a media message", .countsAllocations)
  func allocatesNothing() throws {
    var call = CallSession(path: "/exotel", configuration: CallConfiguration(), at: .zero)
    call.beginTrace(in: TraceRecorder(capacity: 256 << 10), at: .zero)
    let start = Array(
      #"{"event":"start","stream_sid":"s","start":{"stream_sid":"s","call_sid":"c","media_format":{"encoding":"base64","sample_rate":"8000"}}}"#
        .utf8)
    let payload = String(repeating: "AAAA", count: 533) + "AA=="
    let media = Array(
      #"{"event":"media","stream_sid":"s","media":{"payload":"\#(payload)"}}"#.utf8)
    _ = unsafe call.receive(text: start.span.bytes, at: .zero)
    let epoch = try #require(try call.media?.beginUtterance(at: .zero))
    let speech = [Int16](repeating: 1_000, count: 800)
    var message = MessageBuffer()
    var counted: UInt64 = 0
    for step in 0..<800 {
      let now = MonotonicTime(nanoseconds: Int64(step) * 100_000_000)
      let before = allocation_count()
      _ = unsafe call.receive(text: media.span.bytes, at: now)
      _ = try call.media?.write(speech.span, to: epoch, at: now)
      while call.poll(at: now, into: &message) == .text {}
      if step >= 400 { counted += allocation_count() - before }
    }
    #expect(counted == 0)
  }
}
