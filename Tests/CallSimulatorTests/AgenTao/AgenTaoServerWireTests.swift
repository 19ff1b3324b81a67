import AudioEngine
import SeededRandom
import Testing

@testable import CallSimulator

/// What the server reads: exactly what the wires say, and anything else without harm.
@Suite("AgenTao server: reading", .timeLimit(.minutes(1)))
struct AgenTaoServerWireTests {
  private func control(_ wire: any AgenTaoServerWire, _ text: String) -> AgenTaoControlInput {
    let bytes = Array(text.utf8)
    return unsafe wire.controlInput(bytes.span.bytes)
  }

  private func media(_ wire: any AgenTaoServerWire, _ text: String) -> AgenTaoMediaInput {
    let bytes = Array(text.utf8)
    return unsafe wire.mediaInput(text: bytes.span.bytes)
  }

  @Test("W1: takes the set-up in its own spelling alone")
  func setup() {
    let wire = W1ServerWire()
    let good = control(
      wire, #"{"type":"setup","data":{"sampleRate":24000,"audioMode":"isolated"},"more":[1]}"#)
    guard case .hello(let hello, _) = good else {
      Issue.record("\(good)")
      return
    }
    #expect(hello.rate == .hz24000 && hello.isIsolated)
    for text in [
      #"{"type":"setup","data":{"sample_rate":24000,"audio_mode":"mixed"}}"#,
      #"{"type":"setup","data":{"sampleRate":24000,"audioMode":"stereo"}}"#, #"{"type":"setup"}"#,
      #"{"data":{}}"#, "[]", "", "{", "nonsense",
    ] {
      let input = control(wire, text)
      guard case .malformed = input else {
        Issue.record("\(text): \(input)")
        continue
      }
    }
    for rate in ["1", "-8000", "99999999999999999999", "\"24000\"", "2.4e4"] {
      let input = control(
        wire, #"{"type":"setup","data":{"sampleRate":\#(rate),"audioMode":"mixed"}}"#)
      guard case .hello(let hello, _) = input else {
        Issue.record("\(rate): \(input)")
        continue
      }
      #expect(hello.rate == nil, "\(rate)")
    }
  }

  @Test("W1: refuses commands that lack something, by their id")
  func commands() {
    let wire = W1ServerWire()
    func command(_ fields: String) -> AgenTaoMediaInput {
      media(wire, #"{"type":"command","data":{"command_id":"a",\#(fields)}}"#)
    }
    guard
      case .command(let order) = command(
        #""command":"call.connect","timeout_ms":30000,"data":{"ringTimeSeconds":30}"#)
    else {
      Issue.record("no command")
      return
    }
    #expect(order.verb == .connect && order.deadline == .seconds(30) && order.id == "a")
    for fields in [
      #""command":"call.connect","timeout_ms":30000"#,
      #""command":"call.connect","timeout_ms":30000,"data":{"ringTimeSeconds":121}"#,
      #""command":"call.connect","timeout_ms":30000,"data":{"ring_time_seconds":30}"#,
      #""command":"call.answer","timeout_ms":0"#, #""command":"call.answer""#,
      #""command":"call.answer","timeout_ms":9999999999"#, #""command":"call.sing","timeout_ms":1"#,
    ] {
      let input = command(fields)
      guard case .refuse("a", _, _) = input else {
        Issue.record("\(fields): \(input)")
        continue
      }
    }
  }

  @Test("NVP/1: takes audio with a whole header and whole samples alone")
  func audio() {
    let wire = NVP1ServerWire(isBase64: false)
    let header: [UInt8] = [1, 0, 0, 200, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]
    guard case .audio(0, 200, let bytes) = wire.mediaInput(binary: header + [1, 2]) else {
      Issue.record("no audio")
      return
    }
    #expect(Array(bytes) == [1, 2])
    for bad in [[], header, header + [1], header + [1, 2, 3], [2] + header.dropFirst() + [1, 2]] {
      guard case .malformed = wire.mediaInput(binary: bad) else {
        Issue.record("\(bad)")
        continue
      }
    }
    let text = #"{"type":"event","name":"audio","data":{"track":0,"epoch":1,"pcm":"AQI="}}"#
    guard case .malformed = media(wire, text) else {
      Issue.record("base64 on the binary link")
      return
    }
    guard case .audio(0, 1, _) = media(NVP1ServerWire(isBase64: true), text) else {
      Issue.record("no audio from base64")
      return
    }
  }

  @Test("survives whatever comes")
  func noise() {
    let seeds = [
      #"{"type":"setup","data":{"sampleRate":24000,"audioMode":"mixed"}}"#,
      #"{"type":"session.open","sessionId":"s","reqId":"r"}"#,
      #"{"type":"request","id":"c","name":"agent.interrupt","data":{"epoch":1},"timeoutMs":5}"#,
      #"{"type":"command","data":{"command_id":"a","command":"call.answer","timeout_ms":1}}"#,
      #"{"type":"event","name":"audio","data":{"track":0,"epoch":1,"pcm":"AQI="}}"#,
    ].map { Array($0.utf8) }
    var random = SplitMix64(seed: 20)
    let wires: [any AgenTaoServerWire] = [
      W1ServerWire(), NVP1ServerWire(isBase64: false), NVP1ServerWire(isBase64: true),
    ]
    var malformed = 0
    for turn in 0..<1_500 {
      var bytes = seeds[turn % seeds.count]
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = .random(in: 0...255, using: &random)
        case 1: bytes.insert(bytes[place], at: place)
        default: bytes.removeSubrange(place..<min(place + 3, bytes.count))
        }
        if bytes.isEmpty { bytes = [0] }
      }
      for wire in wires {
        if case .malformed = unsafe wire.controlInput(bytes.span.bytes) { malformed += 1 }
        if case .malformed = unsafe wire.mediaInput(text: bytes.span.bytes) { malformed += 1 }
        _ = wire.mediaInput(binary: bytes)
      }
    }
    #expect(malformed > 2_000)
  }
}
