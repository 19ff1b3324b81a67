import Testing

@testable import AudioEngine

@Suite struct TurnClockTests {
  private static func ms(_ value: Int64) -> Int64 { value * 1_000_000 }

  private func milliseconds(_ turn: Turn?, _ part: Turn.Part) -> Int64? {
    turn?[part].map { $0.wholeNanoseconds / 1_000_000 }
  }

  private func expectNone(_ clock: inout TurnClock, _ why: Comment = "") {
    let told = clock.take()
    #expect(told == nil, why)
  }

  @Test("a response has its parts, which add up; the ear's latency counts as delivery")
  func parts() throws {
    var clock = TurnClock(latency: 0)
    clock.callerBegan(at: Self.ms(0))
    clock.callerEnded(speechEnd: Self.ms(1_000), at: Self.ms(1_400))
    clock.note(.recognised, at: Self.ms(1_500))
    clock.note(.modelBegan, at: Self.ms(1_900))
    clock.note(.synthesised, at: Self.ms(2_000))
    #expect(clock.awaitsSound)
    clock.wroteSound(at: Self.ms(2_010))
    #expect(!clock.awaitsSound)
    clock.left(at: Self.ms(2_030), heard: Self.ms(2_050), Self.ms(3_000))
    clock.latency = Self.ms(80)
    expectNone(&clock, "the answer is being heard")
    clock.advance(to: Self.ms(3_400))
    expectNone(&clock, "a breath is no end")
    clock.advance(to: Self.ms(3_501))
    let told = clock.take()
    let turn = try #require(told)
    let shown = Turn.Part.allCases.map { milliseconds(turn, $0) }
    #expect(shown == [400, 610, 20, 100, 100, 400, 100])
    #expect(turn.response == .milliseconds(1_130))
    #expect(!turn.isInterrupted)
    expectNone(&clock, "a turn is told once")
  }

  @Test("an answer that began before the detector was sure is no less an answer")
  func quickBot() throws {
    var clock = TurnClock(latency: 0)
    clock.callerBegan(at: 0)
    clock.left(at: Self.ms(1_150), heard: Self.ms(1_200), Self.ms(1_300))
    clock.callerEnded(speechEnd: Self.ms(1_000), at: Self.ms(1_400))
    clock.advance(to: Self.ms(5_000))
    let told = clock.take()
    let turn = try #require(told)
    #expect(turn.response == .milliseconds(200))
    #expect(milliseconds(turn, .detection) == 200 && milliseconds(turn, .thinking) == 0)
  }

  @Test("what the bot said while the caller spoke is no answer to him")
  func speechFromBefore() {
    var clock = TurnClock(latency: 0)
    clock.callerBegan(at: 0)
    clock.left(at: Self.ms(400), heard: Self.ms(500), Self.ms(900))
    clock.callerEnded(speechEnd: Self.ms(1_000), at: Self.ms(1_400))
    clock.left(at: Self.ms(1_100), heard: Self.ms(1_100), Self.ms(1_500))
    clock.close(at: Self.ms(9_000))
    expectNone(&clock, "the second sound goes on where the first ended")
  }

  @Test("a caller who goes on speaking had not asked yet")
  func goesOn() {
    var clock = TurnClock(latency: 0)
    clock.callerBegan(at: 0)
    clock.callerEnded(speechEnd: Self.ms(1_000), at: Self.ms(1_400))
    clock.callerBegan(at: Self.ms(1_450))
    clock.callerEnded(speechEnd: Self.ms(3_000), at: Self.ms(3_400))
    clock.wroteSound(at: Self.ms(3_500))
    clock.left(at: Self.ms(3_500), heard: Self.ms(3_600), Self.ms(4_000))
    clock.close(at: Self.ms(3_700))
    let told = clock.take()
    #expect(told?.response == .milliseconds(600))
  }

  @Test("a caller who speaks into an answer interrupts it, and both are heard until it ends")
  func interrupted() throws {
    var clock = TurnClock(latency: 0)
    clock.callerBegan(at: 0)
    clock.callerEnded(speechEnd: Self.ms(1_000), at: Self.ms(1_400))
    clock.left(at: Self.ms(2_000), heard: Self.ms(2_000), Self.ms(9_000))
    clock.callerBegan(at: Self.ms(3_000))
    expectNone(&clock)
    clock.cleared(heard: Self.ms(3_120))
    let told = clock.take()
    let turn = try #require(told)
    #expect(turn.isInterrupted && turn.overlap == .milliseconds(120))
    clock.callerEnded(speechEnd: Self.ms(4_000), at: Self.ms(4_400))
    clock.left(at: Self.ms(5_000), heard: Self.ms(5_000), Self.ms(6_000))
    clock.callerBegan(at: Self.ms(5_500))
    clock.callerEnded(speechEnd: Self.ms(5_800), at: Self.ms(6_200))
    let again = clock.take()
    let second = try #require(again)
    #expect(second.isInterrupted && second.overlap == .milliseconds(300), "the bot went on")
    #expect(second.response == .milliseconds(1_000))
  }

  @Test("statistics give exact quantiles of a call, and sums of several")
  func statistics() {
    var one = TurnStatistics()
    #expect(one.response(0.5) == nil)
    for response in [300, 900, 500, 700] as [Int64] {
      var clock = TurnClock(latency: 0)
      clock.callerBegan(at: 0)
      clock.callerEnded(speechEnd: 0, at: 0)
      clock.left(at: Self.ms(response), heard: Self.ms(response), Self.ms(response + 10))
      clock.close(at: Self.ms(response + 20))
      if let turn = clock.take() { one.add(turn) }
    }
    #expect(one.response(0.5) == .milliseconds(500))
    #expect(one.response(0.95) == .milliseconds(900))
    var sum = TurnStatistics()
    sum.add(one)
    sum.add(one)
    #expect(sum.count == 8 && sum[.thinking].total == 8 && sum[.model].total == 0)
    #expect(sum.response.sum == .milliseconds(4_800))
  }
}
