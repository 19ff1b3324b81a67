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
    Self.mutations.check(original, seed: index) { PlivoText.decode($0) }
  }

  @Test("every cut of every message is read")
  func cuts() throws {
    for name in Self.names {
      Mutations.checkCuts(of: try Vectors.bytes(name, of: .plivo), name) { PlivoText.decode($0) }
    }
  }
}
