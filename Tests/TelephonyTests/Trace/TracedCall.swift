import AudioEngine
import Testing

@testable import Telephony

/// A call of some seconds that does all that a call can, for traces of it.
struct TracedCall: ~Copyable {
  let recorder: TraceRecorder
  private(set) var call: CallSession
  private(set) var sent: [[UInt8]] = []
  private var now = MonotonicTime(nanoseconds: 5_000_000_000)
  private var message = MessageBuffer()
  private let isPlivo: Bool

  static let secrets = ["9876501234", "tok3nSecret", "4711"]

  init(path: String, capacity: Int = TraceRecorder.minute) {
    recorder = TraceRecorder(capacity: capacity)
    isPlivo = path.hasPrefix("/plivo")
    var configuration = CallConfiguration()
    configuration.bargeIn = .immediate
    configuration.bargeInDetector = { EveryFortieth() }
    call = CallSession(
      path: path, query: URLQuery("token=tok3nSecret&sample-rate=16000"),
      configuration: configuration, at: now)
    call.beginTrace(in: recorder, facts: [("made by", "a test")], at: now)
  }

  mutating func run(seconds: Int = 4) throws {
    receive("not a message about 9876501234")
    receive(
      isPlivo
        ? #"{"event":"start","sequenceNumber":0,"start":{"callId":"c-1","streamId":"s-1","accountId":"9876501234","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000}},"extra_headers":"{\"pin\":\"4711\"}"}"#
        : #"{"event":"start","sequence_number":"1","stream_sid":"s-1","start":{"stream_sid":"s-1","call_sid":"c-1","account_sid":"acc9876501234","from":"+919876501234","to":"+91 98765 01234","custom_parameters":{"name":"tok3nSecret"},"media_format":{"encoding":"base64","sample_rate":"16000","bit_rate":"128kbps"}}}"#
    )
    let speech = (0..<2_400).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
    for step in 0..<(seconds * 10) {
      receive(media(step))
      if step % 25 == 3 {
        let epoch = try #require(
          try call.media?.beginUtterance(UtteranceOptions(rate: .hz24000), at: now))
        for _ in 0..<12 { _ = try call.media?.write(speech.span, to: epoch, at: now) }
        try call.media?.mark("answer-\(step)", in: epoch)
        try call.media?.attach(text: "hello", from: .zero, to: .milliseconds(500), in: epoch)
        try call.media?.finish(epoch)
      }
      if step % 25 == 9 { _ = call.media?.pause(at: now) }
      if step % 25 == 11 { call.media?.resume(at: now) }
      if step % 25 == 20 { _ = call.media?.interrupt(at: now) }
      if step == 5 { _ = try? call.press("4711") }
      if step == 30 {
        receive(#"{"event":"dtmf","stream_sid":"s-1","dtmf":{"digit":"4711","duration":"100"}}"#)
      }
      poll()
      now = now + .milliseconds(step % 7 == 0 ? 130 : 97)
    }
    receive(#"{"event":"stop","stream_sid":"s-1","stop":{"call_sid":"c-1","reason":"callended"}}"#)
    poll()
    call.socketClosed(at: now)
  }

  private func media(_ number: Int) -> String {
    let payload = number == 17 ? "!!!!" : String(repeating: "AgAC", count: 60 + number % 3)
    return
      #"{"event":"media","stream_sid":"s-1","media":{"chunk":"\#(number + 1)","timestamp":"\#(number * 100)","payload":"\#(payload)"}}"#
  }

  mutating func receive(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe call.receive(text: bytes.span.bytes, at: now)
  }

  private mutating func poll() {
    while let output = call.poll(at: now, into: &message), output == .text {
      let bytes = unsafe message.bytes.withUnsafeBytes { unsafe Array($0) }
      sent.append(bytes)
      // The platform's echo of a mark.
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(#""event":"mark""#) { receive(text) }
    }
    while call.media?.nextEvent() != nil {}
  }
}

/// Hears speech begin with each fortieth piece of audio, and end twenty later.
private struct EveryFortieth: SpeechDetector {
  private var count = 0

  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    count += 1
    return count % 40 == 7 ? .began : count % 40 == 27 ? .ended : nil
  }
}
