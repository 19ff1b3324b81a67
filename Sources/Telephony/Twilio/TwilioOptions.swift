public import AudioEngine

extension Platform {
  /// Twilio Media Streams: `<Connect><Stream>` and `<Start><Stream>`. Others speak almost the same.
  public static let twilio = Platform(name: "twilio")
}

/// What an operator may set about Twilio streams. The defaults follow the documents.
public struct TwilioOptions: Hashable, Sendable {
  /// How far the sent audio runs ahead of the caller's ear, 0 to 30 s; the chunks follow from it.
  public var lead: Duration
  /// Which way audio goes where `start` does not tell: a one-way stream of the caller's track looks like a
  /// two-way one.
  public var direction: StreamDirection

  /// Makes options.
  public init(
    lead: Duration = .milliseconds(200), direction: StreamDirection = .bidirectional
  ) {
    self.lead = lead
    self.direction = direction
  }

  /// The payload sizes for a stream of `format`: whole slices of 20 ms, at most a second of them. Twilio
  /// takes any length, and words that begin with odd pieces were heard to stutter.
  public func chunkPolicy(for format: WireFormat) -> ChunkPolicy {
    .slices(of: format, lead: boundedLead, maximumBytes: format.bytesPerSecond)
  }

  /// ``lead`` inside its bounds. Twilio holds ten minutes, but an interruption has to throw the lead away.
  var boundedLead: Duration { min(max(lead, .zero), .seconds(30)) }
}
