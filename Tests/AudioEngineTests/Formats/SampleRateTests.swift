import Testing

@testable import AudioEngine

@Suite struct SampleRateTests {
  @Test(
    "a count becomes a time and the same count again",
    arguments: [
      4_000, 8_000, 11_025, 16_000,
      22_050, 24_000, 44_100, 48_000, 192_000,
    ])
  func roundTrip(hertz: Int) throws {
    let rate = try #require(SampleRate(hertz: hertz))
    for count in Array(0...1_000) + [hertz - 1, hertz, hertz * 3_600 + 1] {
      let time = rate.nanoseconds(sampleCount: count)
      #expect(rate.sampleCount(nanoseconds: time) == count)
      #expect(rate.sampleCount(nanoseconds: time - 1) == max(count - 1, 0))
    }
    #expect(rate.sampleCount(nanoseconds: -1) == 0)
  }
}
