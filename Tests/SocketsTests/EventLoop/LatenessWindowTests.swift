import AudioEngine
import TestSupport
import Testing

@testable import Sockets

@Suite("lateness window", .timeLimit(.minutes(2))) struct LatenessWindowTests {
  private func time(_ milliseconds: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000)
  }

  /// Adds timers in even steps over a time, each `lateness` late.
  private func load(
    _ window: inout LatenessWindow, from start: Int, to end: Int, every step: Int,
    late lateness: (Int) -> Duration
  ) {
    for moment in stride(from: start, to: end, by: step) {
      window.add(lateness(moment), at: time(moment))
    }
  }

  @Test("an empty window, and one of punctual timers, is never late")
  func punctual() {
    var window = LatenessWindow(budget: .milliseconds(20))
    let empty = window.judge(at: time(0))
    #expect(!empty)
    load(&window, from: 0, to: 10_000, every: 1) { _ in .milliseconds(20) }
    for moment in stride(from: 10_000, to: 20_000, by: 100) {
      let isLate = window.judge(at: time(moment))
      #expect(!isLate)
    }
  }

  @Test("nears its budget by half of what makes it late, and not by one stall")
  func near() {
    for (lateness, isNear) in [(10, false), (14, true)] {
      var window = LatenessWindow(budget: .milliseconds(20))
      load(&window, from: 0, to: 4_000, every: 20) { _ in .milliseconds(lateness) }
      #expect(window.isNear(at: time(3_999)) == isNear)
      let isLate = window.judge(at: time(3_999))
      #expect(!isLate && !window.isNear(at: time(9_000)))
    }
    var stalled = LatenessWindow(budget: .milliseconds(20))
    stalled.add(.milliseconds(900), at: time(1_000))
    #expect(!stalled.isNear(at: time(1_001)))
  }

  @Test("is late when overdue for more than a hundredth of the time, and not at one")
  func percentile() {
    for (every, expected) in [(100, false), (50, true)] {
      var window = LatenessWindow(budget: .milliseconds(20))
      load(&window, from: 0, to: 4_000, every: 1) {
        $0 % every == 0 ? .milliseconds(21) : .zero
      }
      let isLate = window.judge(at: time(3_999))
      #expect(isLate == expected, "one in \(every)")
    }
  }

  @Test("is late by the time lost, however few timers a loop fires", arguments: [1, 2, 50])
  func few(timers: Int) {
    var window = LatenessWindow(budget: .milliseconds(20))
    for _ in 0..<timers { window.add(.milliseconds(700), at: time(1_000)) }
    let once = window.judge(at: time(1_001))
    #expect(!once)
    for _ in 0..<timers { window.add(.milliseconds(700), at: time(1_750)) }
    let twice = window.judge(at: time(1_751))
    #expect(twice)
  }

  @Test("counts each moment once, however many timers waited in it")
  func union() {
    for (count, expected) in [(1, false), (1_000, false)] {
      var window = LatenessWindow(budget: .milliseconds(20))
      // Two stalls, 15 ms over the budget each: less than the 40 ms that four seconds allow.
      for moment in [1_000, 2_000] {
        for _ in 0..<count { window.add(.milliseconds(35), at: time(moment)) }
      }
      let isLate = window.judge(at: time(2_001))
      #expect(isLate == expected)
    }
  }

  @Test("takes one stall of the machine for what it is, and a second one for want of room")
  func stalls() {
    var window = LatenessWindow(budget: .milliseconds(20))
    load(&window, from: 0, to: 1_000, every: 1) { _ in .zero }
    for delay in 0..<400 { window.add(.milliseconds(delay), at: time(1_400)) }
    let once = window.judge(at: time(1_401))
    #expect(!once)
    for delay in 0..<400 { window.add(.milliseconds(delay), at: time(1_900)) }
    let twice = window.judge(at: time(1_901))
    #expect(twice)
  }

  @Test("stays late until timers are within half the budget")
  func hysteresis() {
    var window = LatenessWindow(budget: .milliseconds(20))
    load(&window, from: 0, to: 4_000, every: 5) { _ in .milliseconds(30) }
    let before = window.judge(at: time(3_999))
    #expect(before)
    // Between the bounds, asked all the time.
    for start in stride(from: 4_000, to: 12_000, by: 100) {
      load(&window, from: start, to: start + 100, every: 5) { _ in .milliseconds(15) }
      let isLate = window.judge(at: time(start + 99))
      #expect(isLate)
    }
    load(&window, from: 12_000, to: 16_000, every: 5) { _ in .milliseconds(10) }
    let after = window.judge(at: time(15_999))
    #expect(!after)
    // From below, what is between the bounds is well.
    load(&window, from: 16_000, to: 20_000, every: 5) { _ in .milliseconds(15) }
    let again = window.judge(at: time(19_999))
    #expect(!again)
  }

  @Test("forgets by time alone, when the load has gone")
  func slides() {
    var window = LatenessWindow(budget: .milliseconds(20))
    load(&window, from: 0, to: 4_000, every: 5) { _ in .milliseconds(100) }
    let during = window.judge(at: time(3_999))
    #expect(during)
    let long = window.judge(at: time(3_999 + 3_500))
    #expect(long)
    let over = window.judge(at: time(8_000))
    #expect(!over)
  }

  @Test("does not remember a judgement of long ago")
  func staleJudgement() {
    var window = LatenessWindow(budget: .milliseconds(20))
    load(&window, from: 0, to: 4_000, every: 5) { _ in .milliseconds(100) }
    let during = window.judge(at: time(3_999))
    #expect(during)
    load(&window, from: 100_000, to: 104_000, every: 5) { _ in .milliseconds(15) }
    let later = window.judge(at: time(103_999))
    #expect(!later)
  }

  @Test("agrees with counting milliseconds, for any lateness", arguments: 0..<200 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = Xorshift(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
    var window = LatenessWindow(budget: .milliseconds(50))
    var overdue: [Int: Set<Int>] = [:]
    var counted = -1
    var before = -1
    var moment = 0
    let scale = Int(random.next() % 120) + 2
    let rare = Int(random.next() % 150) + 1
    for _ in 0..<2_000 {
      moment += Int(random.next() % 12)
      let late = Int(random.next() % UInt64(rare)) == 0 ? Int(random.next() % UInt64(scale)) : 0
      window.add(.milliseconds(late), at: time(moment))
      // A moment is counted where it was first known to be late, and what was passed over then, no more.
      if late > 25 {
        if moment != counted { (before, counted) = (counted, moment) }
        let from = max(moment - late + 50, before < 0 ? .min : before)
        if from < moment { overdue[moment / 500, default: []].formUnion(from..<moment) }
      }
    }
    let recent = overdue.filter { $0.key > moment / 500 - 8 }.mapValues(\.count)
    let isOver = recent.values.reduce(0, +) > 40 && recent.values.filter { $0 >= 5 }.count > 1
    let isLate = window.judge(at: time(moment))
    #expect(isLate == isOver)
  }

  @Test("takes any time and any lateness")
  func extremes() {
    var window = LatenessWindow(budget: .milliseconds(20))
    for now in [MonotonicTime.zero, .distantFuture, MonotonicTime(nanoseconds: .min)] {
      window.add(.zero, at: now)
      window.add(.nanoseconds(Int64.max), at: now)
      window.add(.seconds(-1), at: now)
      let isLate = window.judge(at: now)
      #expect(!isLate)
    }
  }

  private struct Xorshift: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}
