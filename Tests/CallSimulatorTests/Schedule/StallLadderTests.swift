import AudioEngine
import Testing

@testable import CallSimulator

@Suite("StallLadder") struct StallLadderTests {
  private let wire = WireFormat(.mulaw, .hz8000)

  @Test("stalls of up to 150 ms are not heard, those of 300 ms hardly")
  func ladder() {
    for platform in [PlayoutModel.exotel(wire), .plivoLike(wire)] {
      let rungs = StallLadder(platform: platform, wire: wire).climb()
      #expect(rungs.allSatisfy { $0.violation == nil })
      #expect(rungs.prefix(3).allSatisfy { $0.inserted == .zero }, "\(platform.name)")
      #expect(rungs[3].inserted > .zero && rungs[3].inserted <= .milliseconds(1_200))
      #expect(rungs.allSatisfy { $0.spoken == .seconds(12) })
    }
  }

  @Test("a longer stall than any lead is heard")
  func control() {
    let rungs = StallLadder(platform: .plivoLike(wire), wire: wire).climb([.milliseconds(700)])
    #expect(rungs[0].violation == nil)
    #expect(rungs[0].inserted >= .seconds(2))
  }
}
