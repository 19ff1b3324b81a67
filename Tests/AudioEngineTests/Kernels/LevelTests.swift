import AudioEngine
import Testing

@Suite struct LevelTests {
  @Test("measures a block", arguments: Kernels.available)
  func measures(_ kernels: Kernels) {
    let samples: [Int16] = [3, -4, 0, 12]
    let level = Level(of: samples.span, using: kernels)
    #expect(level.sumOfSquares == 169)
    #expect(level.peak == 12)
    let loudest: [Int16] = [.min]
    #expect(Level(of: loudest.span, using: kernels).peak == 32_768)
  }

  @Test("nothing is silent") func empty() {
    let level = Level(of: [Int16]().span)
    #expect(level.sumOfSquares == 0 && level.peak == 0)
  }
}
