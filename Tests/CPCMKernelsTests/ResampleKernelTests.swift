import CPCMKernels
import Testing

@Suite struct ResampleKernelTests {
  static let plans: [(from: UInt32, to: UInt32, filter: pcm_filter)] = [8_000, 16_000, 24_000]
    .flatMap { from in
      [8_000, 16_000, 24_000].flatMap { to in
        [PCM_FILTER_STANDARD, PCM_FILTER_LOW_DELAY].map { (from, to, $0) }
      }
    }.filter { $0.from != $0.to }

  @Test(
    "gives what the scalar kernel gives, touching nothing else", arguments: InstructionSet.available
  )
  func counts(_ isa: InstructionSet) {
    for plan in Self.plans {
      for count in [1, 2, 3, 5, 31, 80, 160, 161, 479, 480, 481, 999] {
        var state = pcm_resampler()
        unsafe pcm_resampler_init(&state, plan.from, plan.to, plan.filter)
        let bound = unsafe pcm_resample_bound(&state, count)
        let tail = unsafe pcm_resample_bound(&state, 0)
        let isSame = unsafe agrees(isa, reading: 2 * count, writing: 2 * bound, seed: count) {
          kernels, dst, src in
          var copy = state
          // The second call meets a history and a phase.
          var written = 0
          for _ in 0..<2 {
            written = unsafe kernels.resample(
              dst.assumingMemoryBound(to: Int16.self), src.assumingMemoryBound(to: Int16.self),
              count, &copy)
          }
          return written
        }
        let isFlushSame = unsafe agrees(isa, reading: 2 * count, writing: 2 * tail, seed: count) {
          kernels, dst, src in
          var copy = state
          var room = [Int16](repeating: 0, count: bound)
          _ = unsafe kernels.resample(&room, src.assumingMemoryBound(to: Int16.self), count, &copy)
          return unsafe kernels.resample_flush(dst.assumingMemoryBound(to: Int16.self), &copy)
        }
        #expect(isSame && isFlushSame, "\(plan), \(count) samples")
      }
    }
  }

  /// The input that drives a sum to its limit is full scale with the sign of each tap.
  @Test("no input overflows a sum", arguments: plans)
  func extremes(_ plan: (from: UInt32, to: UInt32, filter: pcm_filter)) {
    let responses = Self.impulseResponses(plan)
    let middle = responses[0].count / 2
    for output in middle..<middle + 6 {
      for (positive, negative) in [(Int16.max, Int16.min), (Int16.min, Int16.max)] {
        let input = responses.map { $0[output] < 0 ? negative : positive }
        let expected = Self.output(plan, input, InstructionSet.available[0])
        for isa in InstructionSet.available {
          #expect(Self.output(plan, input, isa) == expected, "\(isa)")
        }
      }
    }
  }

  @Test("a state that was never set up gives nothing", arguments: InstructionSet.available)
  func unset(_ isa: InstructionSet) {
    var state = pcm_resampler()
    let isSetUp = unsafe pcm_resampler_init(&state, 8_000, 8_000, PCM_FILTER_STANDARD)
    #expect(!isSetUp)
    var room: [Int16] = [1, 2, 3]
    let given = unsafe isa.kernels.resample(&room, [1, 2, 3], 3, &state)
    let due = unsafe isa.kernels.resample_flush(&room, &state)
    let bound = unsafe pcm_resample_bound(&state, 100)
    #expect(given == 0 && due == 0 && bound == 0)
    #expect(room == [1, 2, 3])
  }

  /// What each output takes from each input: the responses to single samples.
  static func impulseResponses(
    _ plan: (from: UInt32, to: UInt32, filter: pcm_filter)
  ) -> [[Int16]] {
    let length = 160
    return (0..<length).map { place in
      output(plan, (0..<length).map { $0 == place ? 32_767 : 0 }, InstructionSet.available[0])
    }
  }

  /// A whole stream.
  static func output(
    _ plan: (from: UInt32, to: UInt32, filter: pcm_filter), _ input: [Int16], _ isa: InstructionSet
  ) -> [Int16] {
    var state = pcm_resampler()
    unsafe pcm_resampler_init(&state, plan.from, plan.to, plan.filter)
    var room = [Int16](repeating: 0, count: unsafe pcm_resample_bound(&state, input.count))
    var tail = [Int16](repeating: 0, count: unsafe pcm_resample_bound(&state, 0))
    let given = unsafe isa.kernels.resample(&room, input, input.count, &state)
    let due = unsafe isa.kernels.resample_flush(&tail, &state)
    return Array(room[..<given] + tail[..<due])
  }
}
