import Telephony
import Testing

/// Random changes to real Twilio messages: reading them must end, and end in an event.
@Suite struct TwilioFuzzTests {
  private static let mutations = Mutations(
    words: ["\"customParameters\":{", "\"mediaFormat\":{", "\"tracks\":[", "\"mark\":{\"name\":"])

  private static let names = [
    "01-connected.json", "02-start.json", "03-start-both-tracks.json", "04-start-numbers.json",
    "05-media-tone.json", "06-media-outbound.json", "07-media-numbers.json", "08-dtmf.json",
    "09-mark.json", "10-stop.json",
  ]

  @Test("reads any change of a message without a trap, media inside the message", arguments: 0..<10)
  func mutations(index: Int) throws {
    let original = try Vectors.bytes(Self.names[index], of: .twilio)
    Self.mutations.check(original, seed: index) { TwilioText.decode($0) }
  }

  @Test("every cut of every message is read")
  func cuts() throws {
    for name in Self.names {
      Mutations.checkCuts(of: try Vectors.bytes(name, of: .twilio), name) { TwilioText.decode($0) }
    }
  }
}
