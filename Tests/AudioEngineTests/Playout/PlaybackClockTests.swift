import SeededRandom
import Testing

@testable import AudioEngine

@Suite struct PlaybackClockTests {
  private static let format = WireFormat(.linear16, .hz24000)

  /// What a platform without latency has played: every chunk at once, or behind what it holds.
  private struct Ear {
    /// Each sample's position and its end, in 24,000ths of a nanosecond: nothing is rounded.
    var samples: [(end: Int, exactEnd: Int64)] = []
    private var free: Int64 = 0

    mutating func receive(_ audio: Range<Int>, padding: Int, at now: Int64) {
      free = max(free, now * 24_000)
      for position in stride(from: audio.lowerBound, to: audio.upperBound, by: 2) {
        free += 1_000_000_000
        samples.append((position + 2, free))
      }
      free += Int64(padding / 2) * 1_000_000_000
    }

    /// The end of the last sample that has ended by `now`, to the nanosecond.
    func heard(at now: Int64) -> Int {
      samples.last { $0.exactEnd < (now + 1) * 24_000 }?.end ?? 0
    }

    /// The end of the last sample that has begun before `now`.
    func begun(at now: Int64) -> Int {
      samples.last { $0.exactEnd - 1_000_000_000 < now * 24_000 }?.end ?? 0
    }
  }

  @Test("is where the ear is, to the sample, however speech is cut and padded", arguments: 0..<20)
  func exact(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var clock = PlaybackClock(format: Self.format)
    var ear = Ear()
    var now: Int64 = 1_000_000_007
    var sent = 0
    for _ in 0..<60 {
      let audio = sent..<(sent + 2 * Int.random(in: 1...800, using: &random))
      let padding = Bool.random(using: &random) ? 0 : 2 * Int.random(in: 1...160, using: &random)
      clock.sent(audio, padding: padding, at: now)
      ear.receive(audio, padding: padding, at: now)
      sent = audio.upperBound
      for _ in 0..<3 {
        now += Int64.random(in: 0...12_000_000, using: &random)
        #expect(clock.passed(at: now) == ear.heard(at: now))
        #expect(clock.limit(at: now) >= ear.heard(at: now))
        #expect(clock.limit(at: now) <= max(ear.begun(at: now), ear.heard(at: now)))
      }
      // At the very end of all that has left, where the next chunk may or may not leave a seam.
      if let end = clock.earEnd, Bool.random(using: &random) { now = max(now, end) }
    }
  }

  @Test("a thousand padded tails are as long as their bytes")
  func tails() throws {
    var clock = PlaybackClock(format: Self.format)
    for index in 0..<1_000 {
      clock.sent(index * 2..<(index * 2 + 2), padding: 318, at: 0)
      clock.forget(before: 0)
    }
    let end = try #require(clock.earEnd)
    #expect(end == Self.format.nanoseconds(byteCount: 320_000))
    #expect(clock.passed(at: end) == 2_000)
    #expect(clock.passed(at: end - Self.format.nanoseconds(byteCount: 320)) == 1_998)
  }

  @Test("what a lost clear has left in front is heard first, until it is known that it was dropped")
  func lostClear() throws {
    let second = Self.format.byteCount(nanoseconds: 1_000_000_000)
    var clock = PlaybackClock(format: Self.format)
    clock.sent(0..<second, padding: 0, at: 0)
    clock.cleared(position: second)
    clock.sent(second..<(2 * second), padding: 0, at: 400_000_000)
    #expect(clock.earEnd == 1_400_000_000 && clock.latestEnd == 2_000_000_000)
    #expect(clock.limit(at: 900_000_000) == second + second / 2)
    #expect(clock.passed(at: 900_000_000) == second)
    #expect(clock.passed(at: 1_500_000_000) == second + second / 2)
    // A second clear, lost as well.
    var twice = clock
    twice.cleared(position: 2 * second)
    twice.sent((2 * second)..<(3 * second), padding: 0, at: 1_000_000_000)
    #expect(twice.latestEnd == 3_000_000_000)
    // Half of the second's speech has been heard when the platform says so, 100 ms of them in front.
    var told = clock
    told.heard(upTo: second + second / 2, by: 1_000_000_000)
    #expect(told.latestEnd == 1_500_000_000)
    #expect(told.passed(at: 1_000_000_000) == second + second / 2)
    clock.obeyed()
    #expect(clock.latestEnd == 1_400_000_000)
    #expect(clock.passed(at: 900_000_000) == second + second / 2)
  }

  @Test("lets go of what was heard, and not before, even where a clear was lost")
  func forgets() {
    var clock = PlaybackClock(format: Self.format)
    clock.sent(0..<48_000, padding: 0, at: 0)
    clock.cleared(position: 48_000)
    for index in 1...4 {
      let start = index * 48_000
      clock.sent(start..<(start + 480), padding: 480, at: Int64(index) * 30_000_000)
    }
    clock.forget(before: 500_000_000)
    #expect(clock.passed(at: 500_000_000) == 48_000)
    #expect(clock.passed(at: 1_005_000_000) == 48_240)
    clock.forget(before: 1_045_000_000)
    #expect(clock.passed(at: 1_045_000_000) == 3 * 48_000 + 240)
  }
}
