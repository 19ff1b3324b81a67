import SeededRandom
import Testing

@testable import AudioEngine

/// Hears speech in every block that is not silent, and its end after 400 ms.
private struct BlockEar: SpeechDetector {
  private var isOpen = false
  private var loud: Int64 = 0
  private var quiet: Int64 = 0

  var quietDuration: Duration { .nanoseconds(quiet) }
  var spoken: Duration? { isOpen ? .nanoseconds(loud) : .zero }

  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    let time = rate.nanoseconds(sampleCount: samples.count)
    if samples[0] == 0 {
      quiet += time
      if !isOpen { loud = 0 }
    } else {
      (loud, quiet) = (loud + time, 0)
    }
    if !isOpen, loud >= 60_000_000 {
      isOpen = true
      return .began
    }
    if isOpen, quiet >= 400_000_000 {
      (isOpen, loud) = (false, 0)
      return .ended
    }
    return nil
  }
}

/// A caller in messages of 20 ms, whose turns end.
private struct Caller: ~Copyable {
  var driver: SessionDriver
  /// When he was last heard to speak.
  var spokeAt: Int64 = 0
  private(set) var taken: [Bool] = []
  private var seen = 0

  init(_ policy: EndOfTurnPolicy, bargeIn: BargeInPolicy? = nil) throws {
    let chunk = ChunkPolicy(
      minimumBytes: 160, maximumBytes: 12_160, multipleBytes: 160, preferredBytes: 320)
    driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000), chunk: chunk)
    driver.session.detector = BlockEar()
    driver.session.bargeIn = bargeIn
    driver.session.endOfTurn = policy
  }

  /// Speaks, or is silent, for so long.
  mutating func hear(_ isSpeech: Bool, _ milliseconds: Int) {
    for _ in 0..<milliseconds / 20 {
      driver.run(.milliseconds(20))
      if isSpeech { spokeAt = driver.now }
      let payload = [UInt8](repeating: isSpeech ? 0x10 : 0xFF, count: 160)
      _ = unsafe driver.session.receive(payload: payload.span.bytes, at: driver.time)
      driver.settle()
    }
  }

  /// What has been told since the last time.
  mutating func news() -> [SessionEvent] {
    defer { seen = driver.events.count }
    return Array(driver.events[seen...])
  }

  /// Answers a question; ``taken`` says whether in time.
  mutating func answer(_ probability: Double?, _ number: Int) {
    taken.append(driver.session.decideTurnEnd(probability, of: number, at: driver.time))
    driver.settle()
  }

  var ends: [TurnEnd] {
    driver.events.compactMap { if case .turnEnded(let end) = $0 { end } else { nil } }
  }
  var questions: [TurnQuestion] {
    driver.events.compactMap { if case .turnEndAsked(let asked) = $0 { asked } else { nil } }
  }
  var counts: TurnEndCounts { driver.session.statistics.turnEnds }
}

@Suite struct EndOfTurnTests {
  @Test("silence ends a turn once, and pauses do not")
  func silence() throws {
    var caller = try Caller(EndOfTurnPolicy())
    caller.hear(true, 1_000)
    caller.hear(false, 500)
    caller.hear(true, 1_000)
    #expect(caller.ends.isEmpty)
    let speechEnd = caller.spokeAt
    caller.hear(false, 3_000)
    let end = try #require(caller.ends.first)
    #expect(caller.ends.count == 1 && caller.counts.bySilence == 1)
    #expect(end.speechEnd.nanoseconds == speechEnd && end.silence == .milliseconds(700))
    #expect(end.cause == .silence && end.probability == nil && caller.questions.isEmpty)
    #expect(caller.driver.session.statistics.turns == nil)
  }

  @Test("a caller who pauses for long is given longer, one who does not ever less, within bounds")
  func adapts() throws {
    var caller = try Caller(EndOfTurnPolicy())
    caller.hear(true, 500)
    // Cut off for once: he goes on unanswered.
    caller.hear(false, 900)
    caller.hear(true, 500)
    #expect(caller.ends.count == 1 && caller.counts.resumed == 1)
    caller.hear(false, 900)
    caller.hear(true, 500)
    #expect(caller.ends.count == 1 && caller.counts.resumed == 1)
    #expect(caller.counts.hangover > .milliseconds(1_000))
    var last = caller.counts.hangover
    for _ in 0..<60 {
      caller.hear(false, 2_100)
      caller.hear(true, 500)
      #expect(caller.counts.hangover <= last)
      last = caller.counts.hangover
    }
    #expect(last == .milliseconds(250))
    // However long the pauses, there is an end to it.
    for _ in 0..<20 {
      caller.hear(false, Int(caller.counts.hangover.inMilliseconds) + 40)
      caller.hear(true, 200)
    }
    #expect(caller.counts.hangover <= .seconds(2))
    caller.hear(false, 2_100)
    #expect(try #require(caller.ends.last).silence <= .seconds(2))
  }

  @Test("who is asked ends a turn at once, has it waited out, or is not waited for")
  func asks() throws {
    var caller = try Caller(EndOfTurnPolicy(patience: .milliseconds(300)))
    caller.hear(true, 500)
    caller.hear(false, 260)
    #expect(caller.questions.count == 1 && caller.questions[0].silence == .milliseconds(260))
    caller.answer(0.9, 1)
    caller.answer(0.9, 1)
    #expect(caller.taken == [true, false])
    #expect(caller.ends.count == 1 && caller.ends[0].cause == .detector)
    #expect(caller.ends[0].probability == 0.9 && caller.ends[0].silence == .milliseconds(260))

    caller.hear(true, 500)
    caller.hear(false, 260)
    caller.answer(0, 2)
    caller.hear(false, 1_720)
    #expect(caller.ends.count == 1)
    caller.hear(false, 40)
    #expect(caller.ends.count == 2 && caller.ends[1].cause == .silence)
    #expect(caller.ends[1].probability == 0 && caller.ends[1].silence == .seconds(2))

    caller.hear(true, 500)
    caller.hear(false, 540)
    #expect(caller.ends.count == 2)
    caller.hear(false, 260)
    #expect(caller.ends.count == 3 && caller.ends[2].probability == nil)
    caller.answer(1, 3)

    caller.hear(true, 500)
    caller.hear(false, 260)
    caller.hear(true, 100)
    caller.answer(1, 4)
    caller.hear(false, 260)
    caller.answer(nil, 5)
    #expect(caller.taken == [true, false, true, false, false, true])
    #expect(caller.questions.count == 5)
    let counts = caller.counts
    #expect(counts.asked == 5 && counts.answered == 2 && counts.unanswered == 2)
    #expect(counts.late == 3 && counts.byDetector == 1 && counts.bySilence == 2)
  }

  @Test("a caller who speaks on right after an early end interrupts the answer to it")
  func interrupts() throws {
    var caller = try Caller(
      EndOfTurnPolicy(minimum: .milliseconds(100), patience: .milliseconds(300)),
      bargeIn: .immediate)
    caller.hear(true, 500)
    caller.hear(false, 120)
    caller.answer(1, 1)
    try caller.driver.begin()
    let speech = SessionDriver.noise(16_000)
    _ = try caller.driver.session.write(
      speech.span, to: caller.driver.epoch, at: caller.driver.time)
    caller.hear(false, 200)
    // One block of noise is nobody.
    caller.hear(true, 20)
    caller.hear(false, 40)
    #expect(caller.counts.byDetector == 1 && caller.driver.clears.isEmpty)
    caller.hear(true, 100)
    #expect(caller.driver.clears.count == 1)
    let edges = caller.driver.events.compactMap { event -> SpeechEdge? in
      if case .callerSpeech(let boundary) = event { boundary.edge } else { nil }
    }
    #expect(edges == [.began, .ended, .began])
  }

  @Test("audio that stays away is silence, and the call's end ends no turn any more")
  func stays() throws {
    var caller = try Caller(EndOfTurnPolicy())
    caller.hear(true, 500)
    caller.driver.run(.milliseconds(1_980))
    #expect(caller.ends.isEmpty)
    caller.driver.run(.milliseconds(20))
    #expect(caller.ends.count == 1 && caller.ends[0].silence == .seconds(2))
    caller.hear(true, 500)
    caller.driver.session.close(at: caller.driver.time)
    caller.driver.run(.seconds(5))
    #expect(caller.ends.count == 1)
  }

  @Test("keeps the newest audio for who is asked, and no more")
  func recent() throws {
    var audio = RecentAudio(capacity: 100)
    #expect(audio.newest.isEmpty)
    let samples = (0..<1_000).map { Int16($0) }
    var start = 0
    for count in [30, 70, 1, 250, 99, 100, 101] {
      audio.append(samples.span.extracting(start..<(start + count)))
      start += count
      #expect(audio.newest == Array(samples[max(start - 100, 0)..<start]))
    }
    var caller = try Caller(EndOfTurnPolicy(window: .milliseconds(100)))
    caller.hear(false, 200)
    caller.hear(true, 40)
    #expect(caller.driver.session.recentAudio.count == 800)
    #expect(caller.driver.session.recentAudio.count { $0 != 0 } == 320)
  }

  @Test(
    "whoever speaks and whatever answers: one end a turn, never too soon, never too late",
    arguments: 0..<40)
  func schedules(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let minimum = Int.random(in: 5...20, using: &random) * 20
    let longest = minimum + Int.random(in: 5...60, using: &random) * 20
    let policy = EndOfTurnPolicy(
      minimum: .milliseconds(minimum),
      usual: .milliseconds(Int.random(in: minimum...longest, using: &random)),
      longest: .milliseconds(longest),
      patience: Bool.random(using: &random)
        ? .milliseconds(Int.random(in: 1...1_000, using: &random)) : nil)
    var caller = try Caller(policy)
    var answers: [(at: Int64, number: Int, probability: Double?)] = []
    var dropped = 0
    var isSpeaking = false
    var newest: Int64 = 0
    for _ in 0..<60 {
      let isSpeech = Bool.random(using: &random)
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        // At times nothing comes, and then all of it.
        if Int.random(in: 0..<100, using: &random) == 0 {
          let most = Int.random(in: 1...1_500, using: &random)
          caller.driver.run(.milliseconds(most), stalled: Bool.random(using: &random))
        }
        caller.hear(isSpeech, 20)
        answers.removeAll { answer in
          guard answer.at <= caller.driver.now else { return false }
          caller.answer(answer.probability, answer.number)
          if caller.taken.last == false, answer.probability != nil { dropped += 1 }
          return true
        }
        for event in caller.news() {
          switch event {
          case .callerSpeech(let boundary):
            #expect(isSpeaking == (boundary.edge == .ended), "edges come by turns")
            isSpeaking = boundary.edge == .began
          case .turnEnded(let end):
            #expect(end.silence >= policy.minimum)
            #expect(end.silence <= policy.longest + .milliseconds(1_520))
            #expect(end.speechEnd.nanoseconds > newest, "no speech since the last end")
            #expect(!isSpeaking || caller.driver.now - caller.spokeAt < 420_000_000)
            newest = end.speechEnd.nanoseconds
          case .turnEndAsked(let question):
            let wait = Int64.random(in: 0...1_200_000_000, using: &random)
            let knows = Int.random(in: 0..<4, using: &random) > 0
            answers.append(
              (
                caller.driver.now + wait, question.number,
                knows ? Double.random(in: -0.2...1.2, using: &random) : nil
              ))
          default: break
          }
        }
      }
    }
    caller.hear(true, 200)
    let before = caller.ends.count
    caller.hear(false, longest + 40)
    #expect(caller.ends.count == before + 1)
    let counts = caller.counts
    #expect(counts.bySilence + counts.byDetector == caller.ends.count && counts.late == dropped)
    #expect(counts.answered + counts.unanswered <= counts.asked)
    #expect(counts.asked == caller.questions.count)
    #expect((policy.minimum...policy.longest).contains(counts.hangover))
  }
}
