public import AudioEngine

/// How a stalling host is heard: twelve seconds of speech, and once a second the host does nothing for
/// a while.
public struct StallLadder: Hashable, Sendable {
  /// One length of stall.
  public struct Rung: Hashable, Sendable {
    /// How long each stall lasts.
    public let stall: Duration
    /// Silence in the caller's ear in the middle of the speech, all stalls together.
    public let inserted: Duration
    /// Speech that left, without padding: all twelve seconds.
    public let spoken: Duration
    /// The promise that was broken; nil where all were kept.
    public let violation: Violation?
  }

  /// The platform.
  public let platform: PlayoutModel
  /// The wire's format.
  public let wire: WireFormat
  /// The lengths that other engines are measured with.
  public static let stalls: [Duration] = [20, 60, 150, 300].map { .milliseconds($0) }

  /// Makes the ladder of a platform, with its own lead.
  public init(platform: PlayoutModel, wire: WireFormat) {
    self.platform = platform
    self.wire = wire
  }

  /// Climbs it. The stalls begin in the worst of twenty phases between chunks.
  ///
  /// - Parameter stalls: the lengths to try.
  /// - Returns: a rung for each.
  public func climb(_ stalls: [Duration] = Self.stalls) -> [Rung] {
    stalls.map { stall in
      let rungs = (0..<20).map { rung(stall, phase: .milliseconds($0 * 10)) }
      let worst = rungs.max { $0.inserted < $1.inserted }
      return rungs.first { $0.violation != nil } ?? worst ?? rungs[0]
    }
  }

  private func rung(_ stall: Duration, phase: Duration) -> Rung {
    var setup = CallSchedule.Setup(wire: wire, botRate: wire.rate, platform: platform)
    setup.hasCaller = false
    // By then the platform's start has come.
    let begin = Duration.seconds(1)
    let speech = CallSchedule.Action.write(12 * wire.rate.hertz)
    let schedule = CallSchedule(
      setup: setup,
      steps: [
        CallSchedule.Step(at: begin, .begin(rate: nil, isInterruptible: true)),
        CallSchedule.Step(at: begin, speech),
        CallSchedule.Step(at: begin, .finish),
      ],
      faults: (0..<12).map { second in
        .stall(at: begin + .seconds(second) + .milliseconds(300) + phase, lasting: stall)
      })
    let outcome = schedule.run()
    let inserted = outcome.gaps.reduce(0) { $0 + $1.durationMs }
    return Rung(
      stall: stall, inserted: .nanoseconds(Int64(inserted * 1e6)),
      spoken: .nanoseconds(wire.nanoseconds(byteCount: outcome.statistics.outbound.sentBytes)),
      violation: outcome.violation)
  }
}
