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

  /// Makes limits; the defaults are what a caller hardly notices.
  public init(
    insertedSilence: Duration? = .milliseconds(200),
    lateness: Duration? = .milliseconds(50),
    residue: Duration? = .seconds(1),
    droppedCallerAudio: Duration? = .zero,
    missingCallerAudio: Duration? = .milliseconds(500)
  ) {
    self.insertedSilence = insertedSilence
    self.lateness = lateness
    self.residue = residue
    self.droppedCallerAudio = droppedCallerAudio
    self.missingCallerAudio = missingCallerAudio
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
    let measured: [(Shortfall.Measure, Duration, Duration?)] = [
      (.insertedSilence, outbound.insertedSilence, insertedSilence),
      (.lateness, outbound.lateness.quantile(0.99), lateness),
      (.residue, outbound.residue.maximum, residue),
      (.droppedCallerAudio, inbound.overflow, droppedCallerAudio),
      (.missingCallerAudio, inbound.filledSilence, missingCallerAudio),
    ]
    return measured.compactMap { measure, found, limit in
      guard let limit, found > limit else { return nil }
      return Shortfall(measure: measure, found: found, limit: limit)
    }
  }
}
