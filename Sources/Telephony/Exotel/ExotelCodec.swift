public import AudioEngine

/// Exotel AgentStream's dialect: https://docs.exotel.com/exotel-agentstream.
///
/// Writes the documented forms alone (snake_case, compact JSON); reads every variant that was seen
/// or published. See ``WireCodec`` for the contract.
public struct ExotelCodec: WireCodec {
  /// What the operator has set.
  public let options: ExotelOptions
  /// The text from `{"event":"media"` to the payload's opening quote.
  private var mediaPrefix: [UInt8] = []
  /// `,"stream_sid":"..."`, or nothing where the stream has no identifier.
  private var identity: [UInt8] = []
  private var bytesPerSecond = 16_000
  private var payloadStart = 0
  private var chunksSent = 0
  private var bytesSent = 0

  /// Makes the codec of one call.
  public init(options: ExotelOptions = ExotelOptions()) {
    self.options = options
    render(streamSID: nil)
  }

  /// ``Platform/exotel``.
  public var platform: Platform { .exotel }

  /// The payload sizes of ``ExotelOptions/chunkPolicy(for:)``; marks are echoed, a clear is not
  /// acknowledged. What Exotel can hold is not documented, so the engine's cautious bound stands.
  public func playbackPolicy(for format: WireFormat, lead: LeadPolicy?) -> PlaybackPolicy {
    var policy = PlaybackPolicy(chunk: options.chunkPolicy(for: format))
    policy.lead = lead ?? policy.lead
    return policy
  }

  /// Renders the stream's identifier into the fixed text of later messages; counters start over.
  public mutating func streamStarted(_ start: StreamStart, format: WireFormat) {
    render(streamSID: start.streamSID)
    bytesPerSecond = format.bytesPerSecond
    chunksSent = 0
    bytesSent = 0
  }

  /// Appends `{"event":"media",...,"payload":"`. Allocates nothing but the buffer's growth.
  public mutating func beginMedia(into message: inout MessageBuffer) {
    unsafe message.append(contentsOf: mediaPrefix.span.bytes)
    payloadStart = message.count
  }

  /// Appends the closing quote and braces, and the counters where they are on.
  ///
  /// The counters follow the payload, because the time stamp is that of the chunk's end.
  public mutating func endMedia(into message: inout MessageBuffer) {
    message.append(byte: UInt8(ascii: "\""))
    if options.sendsMediaCounters {
      chunksSent += 1
      bytesSent += Self.decodedByteCount(of: message, from: payloadStart)
      message.append(",\"chunk\":\"")
      message.append(decimal: chunksSent)
      message.append("\",\"timestamp\":\"")
      message.append(decimal: bytesSent * 1_000 / bytesPerSecond)
      message.append(byte: UInt8(ascii: "\""))
    }
    message.append("}}")
  }

  /// Appends `{"event":"mark",...}`.
  public func encodeMark(_ name: String, into message: inout MessageBuffer) {
    message.append("{\"event\":\"mark\"")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append(",\"mark\":{\"name\":")
    JSONText.appendQuoted(name, to: &message)
    message.append("}}")
  }

  /// Appends `{"event":"clear",...}`.
  public func encodeClear(into message: inout MessageBuffer) {
    message.append("{\"event\":\"clear\"")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append("}")
  }

  private mutating func render(streamSID: String?) {
    identity = streamSID.map { Array(",\"stream_sid\":\(JSONText.quoted($0))".utf8) } ?? []
    mediaPrefix =
      Array("{\"event\":\"media\"".utf8) + identity + Array(",\"media\":{\"payload\":\"".utf8)
  }

  /// The bytes behind the padded base64 from `start` to the closing quote.
  private static func decodedByteCount(of message: borrowing MessageBuffer, from start: Int) -> Int
  {
    let characters = message.count - 1 - start
    guard characters >= 4 else { return 0 }
    let end = JSONScanner(message.bytes)
    let equals = UInt8(ascii: "=")
    let padding =
      (end.byte(at: message.count - 2) == equals ? 1 : 0)
      + (end.byte(at: message.count - 3) == equals ? 1 : 0)
    return characters / 4 * 3 - padding
  }
}

extension PlatformRegistry.Entry {
  /// Exotel, under `/exotel`.
  public static func exotel(_ options: ExotelOptions = ExotelOptions()) -> Self {
    Self(
      platform: .exotel, pathPrefix: "/exotel", diagnoser: ExotelDiagnoser(),
      // It ends most streams itself after an hour; ours is a bound for sockets that it forgot.
      longestStream: .seconds(3_660), makeEnd: { ExotelEnd() },
      recognise: { ExotelCodec.recognise($0) },
      makeCodec: { ExotelCodec(options: options) })
  }
}
