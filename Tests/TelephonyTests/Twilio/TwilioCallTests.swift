import AudioEngine
import Telephony
import Testing

/// Whole calls as Twilio carries them, on a clock of the test's own.
@Suite struct TwilioCallTests {
  private func receive(
    _ text: String, _ call: inout CallSession, at milliseconds: Int64
  ) -> CallSession.Event {
    let bytes = Array(text.utf8)
    return unsafe call.receive(
      text: bytes.span.bytes, at: MonotonicTime(nanoseconds: milliseconds * 1_000_000))
  }

  private func sent(_ call: inout CallSession, at milliseconds: Int64) -> [String] {
    let now = MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    var texts: [String] = []
    var message = MessageBuffer()
    while call.poll(at: now, into: &message) == .text, texts.count < 100 {
      texts.append(
        unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) })
    }
    return texts
  }

  private func started(path: String) throws -> CallSession {
    var call = CallSession(path: path, configuration: CallConfiguration(), at: .zero)
    _ = receive(try Vectors.text("01-connected.json", of: .twilio), &call, at: 0)
    guard
      case .started(let start) = receive(
        try Vectors.text("02-start.json", of: .twilio), &call, at: 0)
    else { throw MalformedKind.missingStart }
    #expect(call.platform == .twilio && start.from == "+919800000001")
    return call
  }

  @Test(
    "is known by its path or by its start", arguments: ["/twilio", "/twilio/t0k3n", "/", "/any"])
  func recognised(path: String) throws { _ = try started(path: path) }

  @Test("marks that a clear gives back are cleared, not played, though Twilio echoes them all")
  func clearedMarks() throws {
    var call = try started(path: "/twilio")
    let epoch = try #require(try call.media?.beginUtterance(at: .zero))
    let (word, speech) = (
      [Int16](repeating: 1_000, count: 800), [Int16](repeating: 1_000, count: 16_000)
    )
    _ = try call.media?.write(word.span, to: epoch, at: .zero)
    try call.media?.mark("near", in: epoch)
    _ = try call.media?.write(speech.span, to: epoch, at: .zero)
    try call.media?.mark("far", in: epoch)
    try call.media?.finish(epoch)
    var texts = sent(&call, at: 0)
    texts += sent(&call, at: 40)
    let marks = texts.compactMap { try? JSONValue($0)["mark"]?["name"]?.text }
    #expect(marks.contains("1:near"), "\(marks)")
    let now = MonotonicTime(nanoseconds: 60_000_000)
    guard case .interrupted? = call.media?.interrupt(at: now) else {
      Issue.record("nothing to interrupt")
      return
    }
    #expect(
      sent(&call, at: 60).first == #"{"event":"clear","streamSid":"\#(TwilioText.stream)"}"#)
    for name in marks {
      _ = receive(
        #"{"event":"mark","streamSid":"MZ","mark":{"name":"\#(name)"}}"#, &call, at: 61)
    }
    var ended: [String: MarkOutcome] = [:]
    while let event = call.media?.nextEvent() {
      if case .markEnded(let name, _, let outcome) = event { ended[name] = outcome }
    }
    #expect(ended == ["near": .cleared, "far": .cleared])
    let statistics = call.media?.statistics.outbound
    #expect(statistics?.lateEchoes == marks.count)
  }
}
