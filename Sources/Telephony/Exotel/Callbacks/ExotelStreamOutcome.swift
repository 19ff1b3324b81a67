/// How a stream ended, as Exotel's Passthru applet reports it.
///
/// Fields are there only when Exotel stored them. ``error`` is opaque: keep it whole, believe it
/// over ``status``, and do not mistake its `3009` for a WebSocket close code.
public struct ExotelStreamOutcome: Hashable, Sendable {
  /// The stream's end in Exotel's words.
  public enum Status: Hashable, Sendable {
    /// The bot closed the socket.
    case completed
    /// The stream could not be made, or broke.
    case failed
    /// The caller hung up.
    case cancelled
    /// A word that is in no document.
    case other(String)
  }

  /// Who ended the stream. `user` and `caller` are one, `NA` and `system` are one.
  public enum Side: Hashable, Sendable {
    /// The caller hung up.
    case caller
    /// The bot closed the socket.
    case bot
    /// Neither: Exotel, or the network between.
    case system
    /// A word that is in no document.
    case other(String)
  }

  /// The identifier that `start` gave the socket.
  public var streamSID: String?
  /// The outcome.
  public var status: Status?
  /// How long the stream was up, in seconds.
  public var durationSeconds: Int?
  /// The address that Exotel connected to, redacted: it may come with credentials.
  public var streamURL: String?
  /// The recording's address, where recording was on.
  public var recordingURL: String?
  /// Who ended it.
  public var disconnectedBy: Side?
  /// Exotel's error in full, credentials of URLs taken out.
  public var error: String?
  /// The outcome's detail, such as `Streaming_call_throttled`.
  public var detailedStatus: String?
  /// The outcome's class; no document lists the values.
  public var disposition: String?

  /// Whether the account's limit of concurrent streams was reached.
  public var isThrottled: Bool {
    detailedStatus.map { ASCII.folded($0).contains("throttled") } ?? false
  }

  init(_ fields: CallbackFields) {
    streamSID = fields.first("stream.streamsid", "streamsid")
    status = fields.first("stream.status", "status").map(Status.init(word:))
    durationSeconds = fields.first("stream.duration", "duration").flatMap(LenientNumber.integer)
    streamURL = fields.first("stream.streamurl", "streamurl").map(Redaction.url)
    recordingURL = fields.first("stream.recordingurl", "recordingurl")
    disconnectedBy = fields.first("stream.disconnectedby", "disconnectedby").map(Side.init(word:))
    error = fields.first("stream.error", "error").map(Redaction.text)
    detailedStatus = fields.first("stream.detailedstatus", "detailedstatus")
    disposition = fields.first("stream.disposition", "disposition")
  }
}

extension ExotelStreamOutcome.Status {
  init(word: String) {
    switch ASCII.folded(word) {
    case "completed": self = .completed
    case "failed": self = .failed
    case "cancelled", "canceled": self = .cancelled
    default: self = .other(ASCII.prefix(word, 64))
    }
  }

  /// The status in Exotel's spelling.
  public var word: String {
    switch self {
    case .completed: "completed"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .other(let word): word
    }
  }
}

extension ExotelStreamOutcome.Side {
  init(word: String) {
    switch ASCII.folded(word) {
    case "user", "caller": self = .caller
    case "bot": self = .bot
    case "na", "system": self = .system
    default: self = .other(ASCII.prefix(word, 64))
    }
  }

  /// The side in one vocabulary: `caller`, `bot`, `system`, or the unknown word itself.
  public var word: String {
    switch self {
    case .caller: "caller"
    case .bot: "bot"
    case .system: "system"
    case .other(let word): word
    }
  }
}
