import AudioEngine
import Testing

@testable import CallSimulator

@Suite("TurnMeter") struct TurnMeterTests {
  private let format = WireFormat(.linear16, .hz8000)

  private func sound(_ milliseconds: Int, loud: Bool = true) -> [UInt8] {
    Sounds.bytes(milliseconds * 16, loud ? 0x30 : 0)
  }

  private func meter(_ pieces: [(ms: Int, loud: Bool)]) -> TurnMeter {
    var meter = TurnMeter(format: format)
    var end = 0
    for piece in pieces {
      // In messages, as they leave.
      for _ in 0..<piece.ms / 20 {
        end += 20
        meter.said(sound(20, loud: piece.loud)[...], endingAt: .milliseconds(end))
      }
    }
    return meter
  }

  @Test("pairs the end of speech with the first sound after it; a breath ends nothing")
  func pairs() {
    let meter = meter([
      (400, true), (200, false), (400, true), (2_000, false), (500, true), (900, false),
    ])
    let quiet = sound(100, loud: false)
    let turns = meter.turns(heard: [
      (.milliseconds(1_300), (quiet + sound(400))[...]), (.milliseconds(4_000), sound(200)[...]),
    ])
    #expect(turns.map(\.speechEndMs) == [1_000, 3_500])
    #expect(turns.map(\.firstSoundMs) == [1_400, 4_000])
    #expect(turns.map(\.responseMs) == [400, 500])
    #expect(turns.map(\.interrupted) == [false, false])
  }

  @Test("an answer that the caller speaks over is interrupted; none at all is null")
  func interrupted() {
    let meter = meter([(500, true), (1_000, false), (500, true), (1_000, false), (100, true)])
    let turns = meter.turns(heard: [(.milliseconds(900), sound(1_000)[...])])
    #expect(turns.map(\.interrupted) == [true, false, false])
    #expect(turns.map(\.responseMs) == [400, nil, nil])
  }

  @Test("what sounds already when the caller ends is no answer")
  func overlap() {
    let turns = meter([(1_000, true)]).turns(heard: [(.milliseconds(500), sound(900)[...])])
    #expect(turns.map(\.firstSoundMs) == [nil])
  }
}
