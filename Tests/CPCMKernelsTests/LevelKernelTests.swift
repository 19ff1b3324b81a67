import CPCMKernels
import Testing

@Suite struct LevelKernelTests {
  @Test("takes any count and touches nothing else", arguments: InstructionSet.available)
  func counts(_ isa: InstructionSet) {
    for count in Array(0...140) + [159, 160, 161, 800] {
      let isSame = unsafe agrees(isa, reading: 2 * count, writing: 0, seed: count) {
        kernels, _, src in
        let level = unsafe kernels.level(src.assumingMemoryBound(to: Int16.self), count)
        return [level.sum_of_squares, UInt64(level.peak)]
      }
      #expect(isSame, "\(count) samples")
    }
  }

  @Test("full scale does not overflow", arguments: InstructionSet.available)
  func fullScale(_ isa: InstructionSet) {
    let samples = [Int16](repeating: .min, count: 9_000)
    let level = unsafe isa.kernels.level(samples, samples.count)
    #expect(level.sum_of_squares == 9_000 << 30)
    #expect(level.peak == 32_768)
  }
}
