public import AudioEngine

extension Platform {
  /// Plivo Audio Streaming: the `<Stream>` element and the audio streams API. Vobiz speaks the same.
  public static let plivo = Platform(name: "plivo")
}

/// What an operator may set about Plivo streams. The defaults follow the documents.
public struct PlivoOptions: Hashable, Sendable {
  /// How far the sent audio runs ahead of the caller's ear, 0 to 30 s; the chunks follow from it.
  public var lead: Duration
  /// The format of streams whose `start` announces none: what the operator's XML asks for.
  public var unannouncedFormat: WireFormat
  /// Which way audio goes where neither `start` nor the query says.
  public var direction: StreamDirection

  /// Makes options.
  public init(
    lead: Duration = .milliseconds(200),
    unannouncedFormat: WireFormat = WireFormat(.mulaw, .hz8000),
    direction: StreamDirection = .bidirectional
  ) {
    self.lead = lead
    self.unannouncedFormat = unannouncedFormat
    self.direction = direction
  }

  /// The most audio bytes in a message: 16 KB of base64, as the guide recommends. The message around
  /// them stays far below the documented limit of 64 KB.
  static let maximumPayload = 12_288

  /// The payload sizes for a stream of `format`: whole slices of 20 ms, Plivo's own cadence.
  public func chunkPolicy(for format: WireFormat) -> ChunkPolicy {
    .slices(of: format, lead: boundedLead, maximumBytes: Self.maximumPayload)
  }

  /// ``lead`` inside its bounds: the platform's buffer is documented as 40 s, and as 60 s elsewhere.
  var boundedLead: Duration { min(max(lead, .zero), .seconds(30)) }
}
