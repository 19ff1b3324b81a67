import AudioEngine
import Testing

@Suite struct ResamplerTests {
  static let pairs: [(Int, Int)] = [
    (8_000, 16_000), (16_000, 8_000), (8_000, 24_000), (24_000, 8_000), (16_000, 24_000),
    (24_000, 16_000),
  ]
  static let others: [(Int, Int)] = [
    (44_100, 8_000), (22_050, 16_000), (48_000, 24_000), (11_025, 24_000), (32_000, 8_000),
    (8_000, 44_100), (192_000, 4_000), (4_000, 192_000), (8_000, 8_000),
  ]

  @Test(
    "gives exactly ceil(n * to / from) samples, the same for every cutting",
    arguments: pairs + others)
  func exactAndCutInvariant(from: Int, to: Int) throws {
    for count in [0, 1, 2, 3, 7, 160, 1_001] {
      let input = noise(count, seed: UInt64(count + from))
      let whole = try resampled(input, from: from, to: to, cuts: [count])
      #expect(whole.count == (count * to + from - 1) / from)
      for cuts in [[1], [2, 1, 5], [160], [37, 500, 0, 3]] {
        #expect(try resampled(input, from: from, to: to, cuts: cuts) == whole, "cut by \(cuts)")
      }
    }
  }

  @Test("low delay keeps the same contract", arguments: pairs)
  func lowDelay(from: Int, to: Int) throws {
    for count in [0, 1, 2, 3, 7, 160, 1_001] {
      let input = noise(count, seed: UInt64(count + from))
      let whole = try resampled(input, from: from, to: to, filter: .lowDelay, cuts: [count])
      #expect(whole.count == (count * to + from - 1) / from)
      for cuts in [[1], [2, 1, 5], [37, 500, 0, 3]] {
        #expect(
          try resampled(input, from: from, to: to, filter: .lowDelay, cuts: cuts) == whole)
      }
    }
  }

  @Test("gives the same samples on every instruction set", arguments: pairs)
  func sameEverywhere(from: Int, to: Int) throws {
    let input = noise(1_000, seed: 7)
    for filter in [Resampler.Filter.standard, .lowDelay] {
      let expected = try resampled(
        input, from: from, to: to, filter: filter, cuts: [301], using: Kernels.available[0])
      for kernels in Kernels.available {
        let given = try resampled(
          input, from: from, to: to, filter: filter, cuts: [301], using: kernels)
        #expect(given == expected, "\(kernels)")
      }
    }
  }

  @Test("is aligned: a step stays where it was", arguments: pairs + others)
  func aligned(from: Int, to: Int) throws {
    let input = (0..<from / 10).map { Int16($0 < from / 20 ? 0 : 16_000) }
    let output = try resampled(input, from: from, to: to, cuts: [input.count])
    let crossing = try #require(output.firstIndex { $0 >= 8_000 })
    #expect(abs(crossing - to / 20) <= max(1, to / from))
  }

  @Test("a reset or flushed resampler is as new", arguments: pairs + others)
  func asNew(from: Int, to: Int) throws {
    let input = noise(500, seed: 3)
    var resampler = try make(from, to)
    var room = [Int16](repeating: 0, count: resampler.outputBound(inputCount: 500))
    var tail = [Int16](repeating: 0, count: resampler.outputBound(inputCount: 0))
    func run() -> [Int16] {
      var span = room.mutableSpan
      var rest = tail.mutableSpan
      let given = resampler.resample(input.span, into: &span)
      let due = resampler.flush(into: &rest)
      return Array(room[..<given] + tail[..<due])
    }
    let expected = run()
    #expect(run() == expected)
    var span = room.mutableSpan
    _ = resampler.resample(input.span, into: &span)
    resampler.reset()
    #expect(run() == expected)
  }

  @Test("refuses low delay where there is no such filter") func noLowDelay() throws {
    let rate = try #require(SampleRate(hertz: 44_100))
    #expect(throws: ResamplerError.noLowDelayFilter(from: rate, to: .hz8000)) {
      _ = try Resampler(from: rate, to: .hz8000, filter: .lowDelay)
    }
  }
}

/// A resampler between rates in Hz.
func make(
  _ from: Int, _ to: Int, filter: Resampler.Filter = .standard, using kernels: Kernels = .best
) throws -> Resampler {
  try Resampler(
    from: #require(SampleRate(hertz: from)), to: #require(SampleRate(hertz: to)), filter: filter,
    using: kernels)
}

/// A whole stream, cut into calls of the sizes in `cuts`, over and over.
func resampled(
  _ input: [Int16], from: Int, to: Int, filter: Resampler.Filter = .standard, cuts: [Int],
  using kernels: Kernels = .best
) throws -> [Int16] {
  var resampler = try make(from, to, filter: filter, using: kernels)
  var output: [Int16] = []
  var (start, turn) = (0, 0)
  while start < input.count {
    let end = min(start + cuts[turn % cuts.count], input.count)
    var room = [Int16](repeating: 0, count: resampler.outputBound(inputCount: end - start))
    var span = room.mutableSpan
    let given = resampler.resample(input.span.extracting(start..<end), into: &span)
    output += room[..<given]
    start = end
    turn += 1
  }
  var room = [Int16](repeating: 0, count: resampler.outputBound(inputCount: 0))
  var span = room.mutableSpan
  let given = resampler.flush(into: &span)
  return output + room[..<given]
}

/// Full-scale noise, the same for the same seed (xorshift64).
func noise(_ count: Int, seed: UInt64) -> [Int16] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int16(truncatingIfNeeded: state >> 40)
  }
}
