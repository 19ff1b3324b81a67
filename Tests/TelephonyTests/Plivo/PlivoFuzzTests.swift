import SeededRandom
import Telephony
import Testing

/// Random changes to real Plivo messages: reading them must end, and end in an event.
@Suite struct PlivoFuzzTests {
  private static let mutations = Mutations(
    words: ["\"extra_headers\":\"{a:b,", "\"mediaFormat\":{", ";", "=", "%2"])

  private static let names = [
    "01-start-mulaw.json", "02-start-linear16-braces.json", "03-start-minimal.json",
    "04-media-tone.json", "05-media-reduced.json", "06-media-outbound.json", "07-dtmf.json",
    "08-played-stream.json", "10-cleared-audio.json", "13-stop-body.json",
  ]

  @Test("reads any change of a message without a trap, media inside the message", arguments: 0..<10)
  func mutations(index: Int) throws {
    let original = try Vectors.bytes(Self.names[index], of: .plivo)
    var random = SplitMix64(seed: UInt64(index) &+ 1)
    var kinds: Set<MalformedKind> = []
    for _ in 0..<1_500 {
      let bytes = Self.mutations.change(original, &random)
      switch PlivoText.decode(bytes) {
      case .media(let media):
        #expect(media.payload.lowerBound >= 0 && media.payload.upperBound < bytes.count)
        #expect(bytes[media.payload.upperBound] == UInt8(ascii: "\""))
        #expect(media.payloadHasEscapes == bytes[media.payload].contains(UInt8(ascii: "\\")))
        _ = payload(media, in: bytes)
      case .malformed(let kind): kinds.insert(kind)
      default: break
      }
    }
    // The changes reach more than one branch, or they test nothing.
    #expect(kinds.count >= 3)
  }

  @Test("every cut of every message is read")
  func cuts() throws {
    for name in Self.names {
      let bytes = try Vectors.bytes(name, of: .plivo)
      for end in 0..<bytes.count {
        guard case .malformed(let kind) = PlivoText.decode(Array(bytes[..<end])) else {
          Issue.record("\(name) cut to \(end) bytes is no message")
          continue
        }
        #expect(kind == .truncated || kind == .empty, "\(name) \(end) \(kind)")
      }
    }
  }
}
