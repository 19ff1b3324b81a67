import AudioEngine
import Testing

@testable import CallSimulator

/// A caller with a script, against a line to the ear that the test fills by hand: no clock, no socket.
@Suite("ConversingCaller") struct ConversingCallerTests {
  private static let format = WireFormat(.linear16, .hz8000)
  private static let chunk = 320

  private func at(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  private static func sound(_ milliseconds: Int, _ level: Int16 = 5_000) -> [UInt8] {
    CallerScript.bytes(
      of: [Int16](repeating: level, count: milliseconds * 8), as: .linear16)
  }

  private final class Call {
    var caller: ConversingCaller
    var line = PlayoutLine(format: format, origin: .zero)
    /// What went out: when, and what.
    var sent: [(ms: Int, step: CallerSchedule.Step)] = []
    private var now: Int64 = 0

    init(_ steps: [CallerStep], tail: Duration = .milliseconds(300)) {
      caller = ConversingCaller(
        steps, format: format, chunkBytes: chunk, start: .zero, tail: tail, patience: .seconds(5))
    }

    /// Lets time pass, in which the bot says something at some times.
    func run(until end: Int64, bot: [(Int64, [UInt8]?)] = []) {
      var rest = bot[...]
      while now < end, !caller.hangsUp || caller.due <= MonotonicTime(nanoseconds: now * 1_000_000)
      {
        let time = MonotonicTime(nanoseconds: now * 1_000_000)
        while let next = rest.first, next.0 <= now {
          if let audio = next.1 { line.append(audio, at: time) } else { _ = line.clear(at: time) }
          rest.removeFirst()
        }
        while let step = caller.take(at: time, hearing: line) {
          sent.append((Int(now), step))
          if step == .hangUp { return }
        }
        now += 5
      }
    }

    var keys: [Character] {
      sent.compactMap { if case .press(let key) = $0.step { key } else { nil } }
    }

    var hungUpAt: Int? { sent.first { $0.step == .hangUp }?.ms }

    /// When the caller's messages first held that level.
    func spoke(_ level: Int16) -> Int? {
      let low = UInt8(truncatingIfNeeded: level)
      return sent.first {
        if case .speak(let audio, _, _) = $0.step { audio.contains(low) } else { false }
      }?.ms
    }
  }

  @Test("asks, waits for the answer, asks again, presses and hangs up; the line is never dead")
  func turns() {
    let call = Call([
      .listen(quiet: .milliseconds(200), atMost: .seconds(5)), .say(Self.sound(100, 0x1101)),
      .expect(.answeredWithin(.milliseconds(500))),
      .expect(.heardAtLeast(.milliseconds(300), within: .seconds(2))),
      .listen(quiet: .milliseconds(200), atMost: .seconds(5)), .press(["1", "#"]),
      .pause(.milliseconds(100)), .hangUp, .expect(.closedWith(1000, within: .seconds(1))),
    ])
    call.run(until: 5_000, bot: [(100, Self.sound(200)), (800, Self.sound(400))])
    // The greeting sounds from 100 to 300 ms; quiet is sure at 500 ms, and the message of 20 ms after it
    // holds the first word.
    #expect(call.spoke(0x1101) == 520)
    #expect(call.keys == ["1", "#"])
    let messages = call.sent.compactMap {
      if case .speak(_, let n, let ms) = $0.step { (n, ms, $0.ms) } else { nil }
    }
    #expect(messages.map(\.0) == Array(1...messages.count))
    #expect(messages.allSatisfy { $0.1 == $0.0 * 20 && $0.2 == $0.1 })
    let outcomes = call.caller.outcomes(closeCode: 1000)
    #expect(outcomes.count == 9 && outcomes.allSatisfy(\.passed), "\(outcomes)")
    // Said from 500 to 600 ms, answered at 800 ms.
    #expect(outcomes[2].seen == "answered after 0.2 s")
    #expect(outcomes[8].seen == "closed with 1000" && outcomes[8].atMs == nil)
    #expect(call.caller.outcomes(closeCode: 1006).last?.passed == false)
  }

  @Test("speaks over the bot, which has to fall silent and stay so")
  func interruption() {
    let steps: [CallerStep] = [
      .interrupt(
        Self.sound(60, 0) + Self.sound(100, 0x1101), after: .milliseconds(300), atMost: .seconds(5)),
      .expect(.silentWithin(.milliseconds(400))),
    ]
    let polite = Call(steps)
    polite.run(until: 5_000, bot: [(100, Self.sound(3_000)), (700, nil)])
    // Sounding from 100 ms: over 300 ms of it at 400 ms, loud after the 60 ms of silence.
    #expect(polite.spoke(0x1101) == 480)
    #expect(polite.caller.outcomes.map(\.passed) == [true, true])
    #expect(polite.caller.outcomes.last?.seen == "silent after 0.24 s")

    let stubborn = Call(steps)
    stubborn.run(until: 5_000, bot: [(100, Self.sound(3_000))])
    #expect(stubborn.caller.outcomes.map(\.passed) == [true, false])

    let slow = Call(steps)
    slow.run(until: 5_000, bot: [(100, Self.sound(3_000)), (1_200, nil)])
    #expect(slow.caller.outcomes.last?.seen == "silent after 0.74 s")
    #expect(slow.caller.outcomes.last?.passed == false)
  }

  @Test("gives up what does not come, names it, and ends")
  func patience() {
    let call = Call([
      .interrupt(Self.sound(100), after: .milliseconds(300), atMost: .milliseconds(400)),
      .listen(quiet: .milliseconds(200), atMost: .milliseconds(400)),
      .expect(.answeredWithin(.milliseconds(300))),
      .expect(.heardAtLeast(.milliseconds(300), within: .milliseconds(900))),
      .expect(.closedWith(1000, within: .milliseconds(200))), .say(Self.sound(100)),
    ])
    call.run(until: 20_000)
    #expect(call.caller.outcomes.map(\.passed) == Array(repeating: false, count: 5))
    #expect(call.hungUpAt == 1_100)
    let outcomes = call.caller.outcomes(closeCode: 1000)
    #expect(outcomes.count == 6 && outcomes[5].seen == "the call was over before it")
  }

  @Test("hangs up by itself after the last step, when the bot has been quiet for the tail")
  func tail() {
    let call = Call([.say(Self.sound(100))])
    call.run(until: 20_000, bot: [(200, Self.sound(500))])
    #expect(call.hungUpAt == 1_000)
    // A bot that never ends is left after the caller's patience.
    let endless = Call([.say(Self.sound(100))])
    endless.run(until: 20_000, bot: [(200, Self.sound(15_000))])
    #expect(endless.hungUpAt == 5_100)
  }

  @Test("a bot that closes the socket by itself keeps what is expected of it")
  func closedByTheBot() {
    let call = Call([.say(Self.sound(100)), .expect(.closedWith(1000, within: .seconds(5)))])
    call.run(until: 1_000)
    #expect(call.caller.outcomes(closeCode: nil).count == 1)
    #expect(call.caller.outcomes(closeCode: 1000).map(\.passed) == [true, true])
    let early = Call([
      .say(Self.sound(1_000)), .press(["1"]), .expect(.closedWith(1000, within: .seconds(5))),
    ])
    early.run(until: 500)
    #expect(early.caller.outcomes(closeCode: 1000).map(\.passed) == [false, false, false])
  }
}
