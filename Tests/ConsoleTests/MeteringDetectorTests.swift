import AudioEngine
import Testing

@testable import Console

/// A call that somebody watches has the same detector as before.
@Suite struct MeteringDetectorTests {
  /// Knows everything that a detector may know.
  private struct Ear: SpeechDetector {
    var quietDuration: Duration { .milliseconds(320) }
    var spoken: Duration? { .milliseconds(480) }
    var lastEdge: SpeechBoundary? {
      SpeechBoundary(.began, probability: 0.9, position: .zero, decided: .milliseconds(64))
    }

    mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? { .began }
  }

  @Test("says what the call's own detector says, and nothing where there is none")
  func forwards() {
    var watched = MeteringDetector(meter: LevelMeter(), own: Ear())
    let samples = [Int16](repeating: 1_000, count: 160)
    #expect(watched.hear(samples.span, rate: .hz8000) == .began)
    #expect(watched.quietDuration == Ear().quietDuration)
    #expect(watched.spoken == Ear().spoken)
    #expect(watched.lastEdge == Ear().lastEdge)
    var alone = MeteringDetector(meter: LevelMeter(), own: nil)
    #expect(alone.hear(samples.span, rate: .hz8000) == nil)
    #expect(alone.spoken == nil && alone.lastEdge == nil && alone.quietDuration == .zero)
  }
}
