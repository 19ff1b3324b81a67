public import AudioEngine
import Telephony

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

  /// Exotel as a server with the default options plays to it, with no word about the marks that a
  /// clear drops.
  public static func exotel(
    _ format: WireFormat, marksAtClear: PlayoutLine.MarksAtClear = .dropped
  ) -> PlayoutModel {
    PlayoutModel(
      name: "exotel", policy: ExotelCodec().playbackPolicy(for: format),
      cadence: .milliseconds(100), marksAtClear: marksAtClear)
  }

  /// Plivo as a server with the default options plays to it; marks are dropped with their audio.
  public static func plivo(_ format: WireFormat) -> PlayoutModel {
    PlayoutModel(
      name: "plivo", policy: PlivoCodec().playbackPolicy(for: format),
      cadence: .milliseconds(20), marksAtClear: .dropped)
  }
}
