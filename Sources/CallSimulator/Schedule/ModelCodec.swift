import AudioEngine
import Telephony

/// The words of the schedules, with any platform's playout: they try policies, not dialects.
struct ModelCodec: WireCodec {
  private let policy: PlaybackPolicy
  private let wire: WireFormat

  /// What a platform says that has dropped what it held.
  static let clearedText = Array(#"{"event":"cleared"}"#.utf8)
  static let platform = Platform(name: "model")

  init(policy: PlaybackPolicy, wire: WireFormat) {
    self.policy = policy
    self.wire = wire
  }

  var platform: Platform { Self.platform }

  /// The model as a server is told of it.
  static func entry(policy: PlaybackPolicy, wire: WireFormat) -> PlatformRegistry.Entry {
    PlatformRegistry.Entry(
      platform: platform, pathPrefix: "/", recognise: { _ in .certain },
      makeCodec: { ModelCodec(policy: policy, wire: wire) })
  }

  func decode(_ message: RawSpan) -> InboundEvent {
    if let media = QuickMedia.read(message) { return .media(media) }
    if let echo = QuickEcho.read(message, event: "mark", in: "mark") { return .mark(echo) }
    do throws(MalformedKind) {
      let tree = try JSONValue(message)
      guard let name = tree["event"]?.text else { throw .missingEvent }
      switch name {
      case "start":
        return .start(StreamStart(streamSID: "s", callSID: "c"))
      case "mark": throw .missingMarkName
      case "media": throw .missingPayload
      case "cleared": return .cleared
      case "stop": return .stop(StreamStop(reason: .callEnded))
      default: return .ignored(IgnoredEvent(name: name))
      }
    } catch {
      return .malformed(error)
    }
  }

  func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat? { wire }

  func direction(for start: StreamStart, query: URLQuery) -> StreamDirection { .bidirectional }

  func playbackPolicy(for format: WireFormat, lead: LeadPolicy?) -> PlaybackPolicy { policy }

  mutating func streamStarted(_ start: StreamStart, format: WireFormat) {}

  mutating func beginMedia(into message: inout MessageBuffer) {
    message.append("{\"event\":\"media\",\"stream_sid\":\"s\",\"media\":{\"payload\":\"")
  }

  mutating func endMedia(into message: inout MessageBuffer) { message.append("\"}}") }

  func encodeMark(_ name: String, into message: inout MessageBuffer) {
    message.append("{\"event\":\"mark\",\"stream_sid\":\"s\",\"mark\":{\"name\":")
    JSONText.appendQuoted(name, to: &message)
    message.append("}}")
  }

  func encodeClear(into message: inout MessageBuffer) {
    message.append("{\"event\":\"clear\",\"stream_sid\":\"s\"}")
  }
}
