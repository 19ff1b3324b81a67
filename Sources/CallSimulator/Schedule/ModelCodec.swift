import AudioEngine
import Telephony

/// Exotel's spelling with another platform's playout: the schedules try policies, not dialects.
struct ModelCodec: WireCodec {
  private var words = ExotelCodec()
  private let policy: PlaybackPolicy

  /// What a platform says that has dropped what it held.
  static let clearedText = Array(#"{"event":"cleared"}"#.utf8)

  init(policy: PlaybackPolicy) {
    self.policy = policy
  }

  var platform: Platform { words.platform }

  func decode(_ message: RawSpan) -> InboundEvent {
    let event = words.decode(message)
    if case .ignored(let other) = event, other.name == "cleared" { return .cleared }
    return event
  }

  func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat? {
    words.wireFormat(for: start, query: query)
  }

  func direction(for start: StreamStart, query: URLQuery) -> StreamDirection { .bidirectional }

  func playbackPolicy(for format: WireFormat) -> PlaybackPolicy { policy }

  mutating func streamStarted(_ start: StreamStart, format: WireFormat) {
    words.streamStarted(start, format: format)
  }

  mutating func beginMedia(into message: inout MessageBuffer) { words.beginMedia(into: &message) }

  mutating func endMedia(into message: inout MessageBuffer) { words.endMedia(into: &message) }

  func encodeMark(_ name: String, into message: inout MessageBuffer) {
    words.encodeMark(name, into: &message)
  }

  func encodeClear(into message: inout MessageBuffer) { words.encodeClear(into: &message) }
}
