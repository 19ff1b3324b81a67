import AudioEngine
import Testing

@Suite struct HistogramTests {
  @Test("adding another one gives what adding its durations would have")
  func merges() {
    let durations: [Duration] = [
      .zero, .microseconds(500), .microseconds(501), .milliseconds(3), .seconds(20),
      .milliseconds(-4),
    ]
    var all = Histogram()
    var first = Histogram()
    var second = Histogram()
    for (index, duration) in durations.enumerated() {
      all.add(duration)
      if index < 3 { first.add(duration) } else { second.add(duration) }
    }
    first.add(second)
    #expect(first == all)
    #expect(all.total == 6)
    #expect(all.counts[0] == 3)
    #expect(all.counts[15] == 1)
    // A negative duration counts as none.
    #expect(all.sum == .microseconds(20_004_001))
  }
}
