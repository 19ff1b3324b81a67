import AudioEngine
import SeededRandom
import Testing

@testable import Telephony

/// Whatever a server sends, a client goes on or says why not; it never traps, and stays bounded.
@Suite(.timeLimit(.minutes(2))) struct AgenTaoNoiseTests {
  private static let words = [
    #"{"type":"buffer_request","data":{"requested_bytes":960,"channelId":0}}"#,
    #"{"type":"command_response","data":{"command_id":"x","success":true}}"#,
    #"{"type":"command_response","data":{"command_id":"x","success":false,"error_code":"TIMEOUT"}}"#,
    #"{"type":"call_event","data":{"event":"call.error","error_code":"E","error_message":"m"}}"#,
    #"{"type":"event","name":"audio.grant","seq":4,"data":{"epoch":0,"upToBytes":9600}}"#,
    #"{"type":"event","name":"call.connected","data":{"mode":"spy"}}"#,
    #"{"type":"response","id":"c-2","ok":true,"data":{"discardedBytes":-4,"mode":"x"}}"#,
    #"{"type":"setup.done","smWsId":"w"}"#,
    #"{"type":"session.notify","sessionId":"s","channel":"TELCO","activity":"RESUME"}"#,
    #"{"type":"call.in","sessionId":"s","callId":"c","url":"ws://h/","token":"t"}"#,
    #"{"type":"session.closed","sessionId":"s"}"#,
    #"{"type":"response","id":"hello","ok":true,"data":{"heartbeat":{"intervalMs":1e9}}}"#,
    #"{"type":"event","name":"call.offered","data":{"callId":"c","mediaURL":"u"}}"#,
  ]

  /// One of the words, a few of its bytes changed, cut or doubled.
  private static func noise(_ random: inout SplitMix64) -> [UInt8] {
    var bytes = Array(words[Int.random(in: 0..<words.count, using: &random)].utf8)
    for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
      default: bytes.insert(UInt8(ascii: "9"), at: place)
      }
    }
    return bytes
  }

  @Test("a call survives 20,000 broken messages", arguments: [UInt64(1), 2])
  func call(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for wire in [AgenTaoW1(), AgenTaoNVP()] as [any AgenTaoWire] {
      let call = try VirtualCall.answered(wire: wire)
      for step in 0..<10_000 {
        let bytes = Self.noise(&random)
        unsafe call.session.receive(text: bytes.span.bytes, at: call.now)
        _ = unsafe call.session.receive(binary: bytes.span.bytes, at: call.now)
        if step % 100 == 0 {
          call.now = call.now + .milliseconds(20)
          _ = try? call.interrupt()
          call.settle()
        }
        if call.state.termination != nil { break }
      }
      #expect(call.pendingCount <= AgenTaoCallSession.mostCommands)
    }
  }

  @Test("a control link survives 20,000 broken messages", arguments: [UInt64(1), 2])
  func control(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for wire in [AgenTaoW1(), AgenTaoNVP()] as [any AgenTaoWire] {
      var link = VirtualControl(wire: wire)
      link.connect()
      for _ in 0..<10_000 {
        let bytes = Self.noise(&random)
        unsafe link.link.receive(text: bytes.span.bytes, at: link.now)
        if link.link.isStopped { break }
      }
      #expect(link.link.sessions.count <= 4_096 + AgenTaoControlLink.most)
      #expect(link.link.claims.count <= AgenTaoControlLink.most)
      #expect(link.link.calls.count <= 4_096)
    }
  }
}
