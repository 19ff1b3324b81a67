public import AudioEngine
import SeededRandom

extension CallSchedule {
  /// The caller speaks over the bot, or into its silence.
  public struct Talk: Hashable, Sendable {
    /// When he begins, in his own audio.
    public var at: Duration
    /// For how long he is heard as speaking.
    public var lasting: Duration
    /// How much of that is speech.
    public var spoken: Duration

    /// Makes one.
    public init(at: Duration, lasting: Duration, spoken: Duration) {
      self.at = at
      self.lasting = lasting
      self.spoken = spoken
    }
  }

  /// What the bot answers when it is asked whether a caller interrupts it.
  public enum Answer: Hashable, Sendable {
    /// Nothing, which lets the time run out.
    case none
    /// Yes or no, after so long.
    case verdict(BargeInVerdict, after: Duration)
  }

  /// A policy in two of three schedules, with a caller who coughs and speaks.
  ///
  /// Drawn from numbers of its own, so that all else in a seed's schedule is as it would be without.
  mutating func drawBargeIn(seed: UInt64, withinMilliseconds length: Int) {
    var random = SplitMix64(seed: seed &* 0x9E6C_63D0_676A_9A99 &+ 1)
    guard !random.once(in: 3), setup.hasCaller else { return }
    let manner = BargeInPolicy.Manner.allCases.randomElement(using: &random) ?? .confirmed
    var policy = BargeInPolicy(manner)
    if random.once(in: 2) { policy.after = random.milliseconds(0...600) }
    if random.once(in: 3) { policy.veto = random.milliseconds(0...800) }
    if random.once(in: 4) { policy.longestHold = random.milliseconds(0...1_500) }
    setup.bargeIn = policy
    setup.answer = answer(&random)
    var at = Int.random(in: 0...1_500, using: &random)
    while at < length {
      let lasting = Int.random(in: 20...(random.once(in: 2) ? 400 : 3_000), using: &random)
      let spoken = random.once(in: 2) ? lasting : Int.random(in: 0...lasting, using: &random)
      setup.talks.append(
        Talk(
          at: .milliseconds(at), lasting: .milliseconds(lasting), spoken: .milliseconds(spoken)))
      at += lasting + Int.random(in: 1...2_000, using: &random)
    }
  }

  private func answer(_ random: inout SplitMix64) -> Answer {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: .none
    case 1: .verdict(.goOn, after: random.milliseconds(0...900))
    default: .verdict(.interrupt, after: random.milliseconds(0...900))
    }
  }
}
