/// What a call's audio must be like: limits that its statistics are held against when it has ended.
///
/// A limit of nil is not held against anything.
public struct ServiceLevel: Hashable, Sendable {
  /// Silence in the middle of the bot's speech, over the whole call.
  public var insertedSilence: Duration?
  /// How late the latest hundredth of the messages left.
  public var lateness: Duration?
  /// How much speech was still at the platform when it was told to drop it, at the worst.
  public var residue: Duration?
  /// Caller audio that was dropped because the bot read too slowly.
  public var droppedCallerAudio: Duration?
  /// Caller audio that the platform numbered and never sent.
  public var missingCallerAudio: Duration?

  /// From the caller's last sound until he hears the answer, in all but a twentieth of the turns.
  public var response: Duration?
  /// The mean time from the caller's end until the bot has told ``Turn/Step/recognised``.
  public var recognition: Duration?
  /// The mean time from there until it has told ``Turn/Step/modelBegan``.
  public var model: Duration?
  /// The mean time from there until it has told ``Turn/Step/synthesised``.
  public var synthesis: Duration?

  /// Makes limits; the defaults are what a caller hardly notices, and the budget of a second for an answer
  /// that platforms advise, less the network's 100 ms, for bots that tell their steps.
  public init(
    insertedSilence: Duration? = .milliseconds(200),
    lateness: Duration? = .milliseconds(50),
    residue: Duration? = .seconds(1),
    droppedCallerAudio: Duration? = .zero,
    missingCallerAudio: Duration? = .milliseconds(500),
    response: Duration? = nil,
    recognition: Duration? = .milliseconds(200),
    model: Duration? = .milliseconds(500),
    synthesis: Duration? = .milliseconds(200)
  ) {
    self.insertedSilence = insertedSilence
    self.lateness = lateness
    self.residue = residue
    self.droppedCallerAudio = droppedCallerAudio
    self.missingCallerAudio = missingCallerAudio
    self.response = response
    self.recognition = recognition
    self.model = model
    self.synthesis = synthesis
  }

  /// A limit that a call has passed.
  public struct Shortfall: Hashable, Sendable, CustomStringConvertible {
    /// What was measured.
    public enum Measure: String, Hashable, Sendable, CaseIterable {
      /// ``ServiceLevel/insertedSilence``.
      case insertedSilence = "silence in the bot's speech"
      /// ``ServiceLevel/lateness``.
      case lateness = "lateness of messages"
      /// ``ServiceLevel/residue``.
      case residue = "speech at the platform when it was cleared"
      /// ``ServiceLevel/droppedCallerAudio``.
      case droppedCallerAudio = "caller audio dropped for a slow bot"
      /// ``ServiceLevel/missingCallerAudio``.
      case missingCallerAudio = "caller audio that never came"
      /// ``ServiceLevel/response``.
      case response = "response to the caller"
      /// ``ServiceLevel/recognition``.
      case recognition = "recognition, of the response"
      /// ``ServiceLevel/model``.
      case model = "the model, of the response"
      /// ``ServiceLevel/synthesis``.
      case synthesis = "synthesis, of the response"
    }

    /// What was measured.
    public let measure: Measure
    /// What the call showed.
    public let found: Duration
    /// What was asked for.
    public let limit: Duration

    /// One line for people.
    public var description: String {
      "\(measure.rawValue): \(Self.milliseconds(found)) ms, limit \(Self.milliseconds(limit)) ms"
    }

    /// Rounded up, so that what is over the limit is not shown as equal to it.
    private static func milliseconds(_ duration: Duration) -> Int64 {
      (duration.wholeNanoseconds + 999_999) / 1_000_000
    }
  }

  /// The limits that a call has passed; none where its audio was as it should be.
  ///
  /// Lateness and residue come from histograms, whose bounds lie up to twice apart: they are judged by
  /// the upper bound, never by less than was measured.
  public func shortfalls(in statistics: SessionStatistics) -> [Shortfall] {
    let outbound = statistics.outbound
    let inbound = statistics.inbound
    let turns = statistics.turns
    func mean(_ part: Turn.Part) -> Duration {
      guard let times = turns?[part], times.total > 0 else { return .zero }
      return times.sum / times.total
    }
    let measured: [(Shortfall.Measure, Duration, Duration?)] = [
      (.insertedSilence, outbound.insertedSilence, insertedSilence),
      (.lateness, outbound.lateness.quantile(0.99), lateness),
      (.residue, outbound.residue.maximum, residue),
      (.droppedCallerAudio, inbound.overflow, droppedCallerAudio),
      (.missingCallerAudio, inbound.filledSilence, missingCallerAudio),
      (.response, turns?.response(0.95) ?? .zero, response),
      (.recognition, mean(.recognition), recognition),
      (.model, mean(.model), model),
      (.synthesis, mean(.synthesis), synthesis),
    ]
    return measured.compactMap { measure, found, limit in
      guard let limit, found > limit else { return nil }
      return Shortfall(measure: measure, found: found, limit: limit)
    }
  }
}
