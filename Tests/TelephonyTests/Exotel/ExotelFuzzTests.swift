import SeededRandom
import Telephony
import Testing

/// Random changes to real messages: reading them must end, and end in an event.
@Suite struct ExotelFuzzTests {
  private static let mutations = Mutations()

  private static let names = [
    "04-connected.json", "06-start-newest.json", "09-start-camel-case.json",
    "10-start-mangled-token.json",
    "12-media-tone.json", "14-media-odd.json", "15-media-odd-count.json", "17-dtmf.json",
    "20-mark.json",
    "23-unknown.json", "24-stop-caller.json", "26-stop-free-text.json", "28-malformed.txt",
  ]

  @Test("reads any change of a message without a trap, media inside the message", arguments: 0..<13)
  func mutations(index: Int) throws {
    let original = try Vectors.bytes(Self.names[index])
    var random = SplitMix64(seed: UInt64(index) &+ 1)
    var kinds: Set<MalformedKind> = []
    for _ in 0..<1_500 {
      let bytes = Self.mutations.change(original, &random)
      switch decode(bytes) {
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
      let bytes = try Vectors.bytes(name)
      for end in 0..<bytes.count {
        guard case .malformed(let kind) = decode(Array(bytes[..<end])) else {
          Issue.record("\(name) cut to \(end) bytes is no message")
          continue
        }
        #expect(
          kind == .truncated || kind == .empty || name.hasPrefix("28"), "\(name) \(end) \(kind)")
      }
    }
  }

  @Test("depth is bounded, one level under it is not")
  func depth() {
    let deep = { (levels: Int) in
      let open = String(repeating: "[", count: levels),
        close = String(repeating: "]", count: levels)
      return decode("{\"event\":\"connected\",\"x\":\(open)\(close)}")
    }
    #expect(deep(31) == .connected)
    #expect(deep(32) == .malformed(.tooDeep))
    #expect(deep(100_000) == .malformed(.tooDeep))
  }

  @Test("a rare event of a megabyte is refused before it becomes a tree")
  func large() {
    let many = String(repeating: "0,", count: 500_000)
    #expect(decode("{\"event\":\"stop\",\"x\":[\(many)0]}") == .malformed(.tooLarge))
  }
}
