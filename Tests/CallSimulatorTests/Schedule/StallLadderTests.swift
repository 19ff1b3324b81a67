import AudioEngine
import Telephony
import Testing

@testable import CallSimulator

@Suite("StallLadder") struct StallLadderTests {
  private let wire = WireFormat(.mulaw, .hz8000)

  @Test("stalls of up to 150 ms are not heard, those of 300 ms hardly")
  func ladder() {
    for platform in [PlayoutModel.exotel(wire), .plivo(wire)] {
      let rungs = StallLadder(platform: platform, wire: wire).climb()
      #expect(rungs.allSatisfy { $0.violation == nil })
      #expect(rungs.prefix(3).allSatisfy { $0.inserted == .zero }, "\(platform.name)")
      #expect(rungs[3].inserted > .zero && rungs[3].inserted <= .milliseconds(1_200))
      #expect(rungs.allSatisfy { $0.spoken == .seconds(12) })
    }
  }

  @Test("what is simulated is what ships: the codecs' own policies")
  func policies() {
    #expect(PlayoutModel.plivo(wire).policy == PlivoCodec().playbackPolicy(for: wire))
    #expect(PlayoutModel.plivo(wire).policy.chunk.preferredBytes == 320)
    #expect(PlayoutModel.exotel(wire).policy == ExotelCodec().playbackPolicy(for: wire))
  }

  @Test("a longer stall than any lead is heard")
  func control() {
    let rungs = StallLadder(platform: .plivo(wire), wire: wire).climb([.milliseconds(700)])
    #expect(rungs[0].violation == nil)
    #expect(rungs[0].inserted >= .seconds(2))
  }
}
