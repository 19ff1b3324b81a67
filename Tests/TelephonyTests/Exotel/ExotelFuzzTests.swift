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
    Self.mutations.check(original, seed: index) { decode($0) }
  }

  @Test("every cut of every message is read")
  func cuts() throws {
    for name in Self.names {
      Mutations.checkCuts(of: try Vectors.bytes(name), name, isWhole: !name.hasPrefix("28")) {
        decode($0)
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
