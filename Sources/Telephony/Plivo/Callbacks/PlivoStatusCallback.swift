/// A stream's status callback, in either of the two naming schemes that Plivo publishes.
///
/// It may come twice, late, or never: the socket's own end is the authority. Source:
/// https://www.plivo.com/docs/voice-agents/audio-streaming/concepts/best-practices.
public struct PlivoStatusCallback: Hashable, Sendable {
  /// What happened, whichever scheme named it.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// `StartStream`, `started`: audio flows.
    case started
    /// `StopStream`, `stopped`: the API, a time-out or the normal end.
    case stopped
    /// `DroppedStream`, `failed`: not connected, cut, or read too slowly.
    case failed
    /// `DegradedStream`: Plivo's backlog towards us grows.
    case degraded
    /// `PlayedStream`: a checkpoint's echo over HTTP.
    case played
    /// `ClearedAudio`: a clear's acknowledgement over HTTP.
    case cleared
    /// Something else; see ``PlivoStatusCallback/event``.
    case other
  }

  /// What happened.
  public var kind: Kind
  /// The event's name as it came, at most 64 bytes; empty where there was none.
  public var event: String
  /// The call, the `callId` of `start`.
  public var callUUID: String?
  /// The stream, the `streamId` of `start`.
  public var streamID: String?
  /// The caller's number: digits without `+`, or a `sip:` address.
  public var from: String?
  /// The number that was called.
  public var to: String?
  /// `inbound` or `outbound`.
  public var direction: String?
  /// `2024-10-14 13:42:33` or ISO 8601, as it came.
  public var timestamp: String?
  /// `completed`, `connection_failed` or another word.
  public var statusReason: String?
  /// The error in Plivo's words.
  public var error: String?
  /// How long the stream was up, in seconds.
  public var durationSeconds: Int?
  /// How full Plivo's buffer towards us is, in percent: 30, 60 or 90 of 40 s; nil where not told.
  public var backlogPercent: Int?
  /// The WebSocket's address, what may be a credential taken out.
  public var serviceURL: String?
  /// What of the request could not be read.
  public var faults: Set<CallbackFields.Fault>

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    event = ASCII.prefix(fields["event"] ?? "", 64)
    kind = Self.kind(of: event)
    callUUID = fields["calluuid"]
    streamID = fields["streamid"]
    from = fields["from"]
    to = fields["to"]
    direction = fields["direction"]
    timestamp = fields["timestamp"]
    statusReason = fields["statusreason"]
    error = fields["error"].map(Redaction.text)
    durationSeconds = fields["duration"].flatMap(LenientNumber.integer)
    serviceURL = fields["serviceurl"].map(Redaction.url)
    faults = fields.faults
    backlogPercent = nil
    if kind == .degraded {
      let told = fields.first(
        "level", "percentage", "bufferlevel", "buffer", "statusreason", "error")
      backlogPercent = told.flatMap(Self.percent)
    }
  }

  /// What is wrong, where Plivo says that something is; nil on good news.
  public var trouble: PlivoTrouble? {
    for text in [error, statusReason].compactMap(\.self) {
      if let trouble = PlivoTrouble(named: text) { return trouble }
    }
    switch kind {
    case .failed: return .droppedStream
    case .degraded: return .slowConsumer
    case .started, .stopped, .played, .cleared, .other: return nil
    }
  }

  /// Equal for a retry or duplicate of the same event: stream and event, and for events that may happen
  /// more than once, what tells the occasions apart.
  public var deduplicationKey: String {
    var parts = [streamID ?? callUUID ?? "", kind == .other ? event : kind.rawValue]
    switch kind {
    case .degraded: parts.append(backlogPercent.map { "\($0)" } ?? timestamp ?? "")
    case .played, .cleared, .other: parts.append(timestamp ?? "")
    case .started, .stopped, .failed: break
    }
    return parts.joined(separator: "|")
  }

  private static func kind(of event: String) -> Kind {
    switch ASCII.folded(event) {
    case "startstream", "started": .started
    case "stopstream", "stopped": .stopped
    case "droppedstream", "failed": .failed
    case "degradedstream", "degraded": .degraded
    case "playedstream", "played": .played
    case "clearedaudio", "cleared": .cleared
    default: .other
    }
  }

  /// The first number of a text such as `buffer at 60%`.
  private static func percent(_ text: String) -> Int? {
    let digits = text.drop { !$0.isNumber }
    return LenientNumber.integer(String(digits.prefix(3))).flatMap {
      (1...100).contains($0) ? $0 : nil
    }
  }
}
