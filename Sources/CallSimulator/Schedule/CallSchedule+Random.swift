import AudioEngine
import SeededRandom

extension CallSchedule {
  /// The schedule of a seed: any wire, any bot, any faults.
  public static func random(seed: UInt64) -> CallSchedule {
    // The seeds of neighbours must not give neighbouring calls.
    var random = SplitMix64(seed: seed &* 0xD129_0D3E_5C2F_4A87)
    var schedule = CallSchedule(setup: setup(&random), steps: [])
    let length = Int.random(in: 2_000...8_000, using: &random)
    schedule.speak(untilMilliseconds: length, &random)
    schedule.faults = faults(withinMilliseconds: length, &random)
    schedule.drawBargeIn(seed: seed, withinMilliseconds: length)
    return schedule
  }

  private static func setup(_ random: inout SplitMix64) -> Setup {
    let encoding = [AudioEncoding.linear16, .linear16, .mulaw, .alaw]
      .randomElement(using: &random)
    // Samples that last no whole number of nanoseconds are the ones that rounding loses.
    let rate = (SampleRate.telephony + [.hz24000]).randomElement(using: &random) ?? .hz8000
    let wire = WireFormat(
      encoding ?? .linear16, encoding == .linear16 ? rate : .hz8000)
    let marks = PlayoutLine.MarksAtClear.allCases.randomElement(using: &random) ?? .dropped
    let models = SimulatedProvider.all.compactMap(\.playout)
    var platform = models[Int.random(in: 0..<models.count, using: &random)](wire, marks)
    if random.once(in: 6) { platform.policy.echoesMarks = false }
    if random.once(in: 3) {
      platform.policy.lead = .adaptive(minimum: .milliseconds(60), maximum: .milliseconds(600))
    }
    let other = SampleRate.telephony.randomElement(using: &random)
    var setup = Setup(
      wire: wire, botRate: random.once(in: 3) ? other ?? wire.rate : wire.rate,
      platform: platform)
    setup.capacity = random.once(in: 3) ? random.milliseconds(200...2_000) : .seconds(60)
    setup.whenFull =
      [.wait, .wait, .refuse, .dropOldest].randomElement(using: &random) ?? .wait
    // Without latency the ear is where the engine's clock is, to the sample.
    setup.latency = random.once(in: 4) ? .zero : random.milliseconds(0...180)
    setup.jitter = random.once(in: 2) ? random.milliseconds(0...100) : .zero
    setup.seed = random.next()
    setup.hasCaller = !random.once(in: 4)
    return setup
  }

  /// Bots of every kind, one after the other or through each other.
  private mutating func speak(untilMilliseconds end: Int, _ random: inout SplitMix64) {
    var at = Int.random(in: 0...300, using: &random)
    while at < end {
      switch Int.random(in: 0..<12, using: &random) {
      case 0..<4: burst(&at, &random)
      case 4..<8: trickle(&at, &random)
      case 8: echo(&at, &random)
      default: act(at, [.interrupt, .finish, .mark].randomElement(using: &random) ?? .finish)
      }
      if random.once(in: 2) { disturb(&at, &random) }
      at += Int.random(in: 0...900, using: &random)
    }
    if random.once(in: 8) { act(at, .hangUp) }
    // At the very moments at which the platform begins to play.
    let grid = random.once(in: 4) ? PlayoutLine.slice : .milliseconds(1)
    for index in steps.indices { steps[index].at = grid * Int(steps[index].at / grid) }
    steps.sort { $0.at < $1.at }
  }

  /// Speech synthesis that delivers a sentence at once.
  private mutating func burst(_ at: inout Int, _ random: inout SplitMix64) {
    let rate = begin(at, &random)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      act(at, .write(rate.hertz * Int.random(in: 1...1_500, using: &random) / 1_000))
      if random.once(in: 3) { act(at, .mark) }
      at += random.once(in: 2) ? 0 : Int.random(in: 0...40, using: &random)
    }
    if !random.once(in: 5) { act(at, .finish) }
  }

  /// Speech synthesis that delivers piece by piece, at any speed, with pauses.
  private mutating func trickle(_ at: inout Int, _ random: inout SplitMix64) {
    let rate = begin(at, &random)
    let milliseconds = Int.random(in: 5...160, using: &random)
    let pace = Int.random(in: milliseconds / 3...milliseconds * 3 / 2, using: &random)
    for _ in 0..<Int.random(in: 2...30, using: &random) {
      let odd = Int.random(in: 0...7, using: &random)
      act(at, .write(rate.hertz * milliseconds / 1_000 + odd))
      if random.once(in: 8) { act(at, .mark) }
      at += random.once(in: 12) ? pace + Int.random(in: 0...500, using: &random) : pace
    }
    if !random.once(in: 5) { act(at, .finish) }
  }

  private mutating func echo(_ at: inout Int, _ random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...15, using: &random) {
      act(at, .send(setup.botRate.hertz / 10))
      at += 100
    }
  }

  /// Interruptions, coughs and late writes.
  private mutating func disturb(_ at: inout Int, _ random: inout SplitMix64) {
    let when = max(at - Int.random(in: 0...600, using: &random), 0)
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1:
      act(when, .interrupt)
      act(when + Int.random(in: 0...50, using: &random), .writeLate(400))
    case 2, 3:
      act(when, .pause)
      let held = Int.random(in: 0...700, using: &random)
      act(when + held, random.once(in: 3) ? .interrupt : .resume)
      at = max(at, when + held)
    case 4: act(when, .writeLate(Int.random(in: 1...4_000, using: &random)))
    case 5, 6: cough(&at, from: when, &random)
    default: act(when, .mark)
    }
  }

  /// An answer to a barge-in that is itself held and goes on: what comes after a lost clear.
  private mutating func cough(_ at: inout Int, from when: Int, _ random: inout SplitMix64) {
    act(when, .interrupt)
    let answer = when + Int.random(in: 0...120, using: &random)
    let rate = begin(answer, &random)
    act(answer, .write(rate.hertz * Int.random(in: 200...1_500, using: &random) / 1_000))
    if random.once(in: 2) { act(answer, .finish) }
    let held = answer + Int.random(in: 50...1_400, using: &random)
    act(held, .pause)
    at = max(at, held + Int.random(in: 0...400, using: &random))
    act(at, .resume)
  }

  private mutating func begin(_ at: Int, _ random: inout SplitMix64) -> SampleRate {
    let rates = SampleRate.telephony + [SampleRate(hertz: 22_050)].compactMap(\.self)
    let rate = random.once(in: 8) ? rates.randomElement(using: &random) : nil
    act(at, .begin(rate: rate, isInterruptible: !random.once(in: 9)))
    return rate ?? setup.botRate
  }

  private mutating func act(_ at: Int, _ action: Action) {
    steps.append(Step(at: .milliseconds(at), action))
  }
}
