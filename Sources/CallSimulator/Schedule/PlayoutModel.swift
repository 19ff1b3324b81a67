public import AudioEngine

/// How a platform plays, as the schedules need it: what it takes, how it treats marks at a clear, and
/// how often it speaks. Both play slices of 20 ms.
public struct PlayoutModel: Hashable, Sendable {
  /// The name, for traces.
  public var name: String
  /// What the engine is told about the platform.
  public var policy: PlaybackPolicy
  /// How much audio one message of the caller's carries.
  public var cadence: Duration
  /// What becomes of marks whose audio a clear has dropped.
  public var marksAtClear: PlayoutLine.MarksAtClear

  /// Exotel: large chunks, a clear that nobody acknowledges, and no word about the marks it drops.
  public static func exotel(
    _ format: WireFormat, marksAtClear: PlayoutLine.MarksAtClear = .dropped
  ) -> PlayoutModel {
    let preferred = format == WireFormat(.linear16, .hz24000) ? 4_800 : 3_200
    return PlayoutModel(
      name: "exotel",
      policy: PlaybackPolicy(
        chunk: ChunkPolicy(
          minimumBytes: 3_200, maximumBytes: 100_000, multipleBytes: 320,
          preferredBytes: preferred)),
      cadence: .milliseconds(100), marksAtClear: marksAtClear)
  }

  /// Like Plivo: 20 ms slices, a clear that is acknowledged, marks dropped with their audio.
  public static func plivoLike(_ format: WireFormat) -> PlayoutModel {
    let slice = format.byteCount(nanoseconds: PlayoutLine.slice.wholeNanoseconds)
    return PlayoutModel(
      name: "plivo-like",
      policy: PlaybackPolicy(
        chunk: ChunkPolicy(minimumBytes: slice, maximumBytes: 16_384, multipleBytes: slice),
        platformBuffer: .seconds(40), acknowledgesClear: true),
      cadence: .milliseconds(20), marksAtClear: .dropped)
  }
}
