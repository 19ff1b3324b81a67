public import AudioEngine

/// How a platform plays, as the schedules need it: what it takes, how it treats marks at a clear, and
/// how often it speaks. All play slices of 20 ms.
public struct PlayoutModel: Hashable, Sendable {
  /// The name, for traces.
  public var name: String
  /// What the engine is told about the platform.
  public var policy: PlaybackPolicy
  /// How much audio one message of the caller's carries.
  public var cadence: Duration
  /// What becomes of marks whose audio a clear has dropped.
  public var marksAtClear: PlayoutLine.MarksAtClear

  /// Describes how a platform plays.
  public init(
    name: String, policy: PlaybackPolicy, cadence: Duration, marksAtClear: PlayoutLine.MarksAtClear
  ) {
    self.name = name
    self.policy = policy
    self.cadence = cadence
    self.marksAtClear = marksAtClear
  }
}
