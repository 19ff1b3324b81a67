import AudioEngine
import SeededRandom
import Testing

@Suite struct ResamplerCountTests {
  @Test(
    "what will come is known before it comes, for every pair and any cut",
    arguments: SampleRate.telephony, SampleRate.telephony)
  func counts(from: SampleRate, to: SampleRate) throws {
    var random = SplitMix64(seed: 3)
    var resampler = try Resampler(from: from, to: to)
    var output = [Int16](repeating: 0, count: 8_192)
    for _ in 0..<200 {
      let input = [Int16](repeating: 1, count: Int.random(in: 0...400, using: &random))
      let more = Int.random(in: 0...400, using: &random)
      let expected = resampler.outputCount(inputCount: input.count)
      var span = output.mutableSpan
      let count = resampler.resample(input.span, into: &span)
      #expect(count == expected)
      let tail = resampler.tailCount(afterInputCount: more)
      let all = resampler.outputCount(inputCount: more) + tail
      #expect(all >= more * to.hertz / from.hertz)
    }
    let tail = resampler.tailCount(afterInputCount: 0)
    var span = output.mutableSpan
    let flushed = resampler.flush(into: &span)
    #expect(flushed == tail)
  }
}
