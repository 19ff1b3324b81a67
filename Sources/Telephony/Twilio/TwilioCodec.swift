public import AudioEngine

/// Twilio Media Streams' dialect: https://www.twilio.com/docs/voice/media-streams/websocket-messages.
///
/// Writes the documented forms alone; reads numbers as numbers or strings, and keys in every spelling.
/// See ``WireCodec`` for the contract.
public struct TwilioCodec: WireCodec {
  /// What the operator has set.
  public let options: TwilioOptions
  /// The text from `{"event":"media"` to the payload's opening quote.
  private var mediaPrefix: [UInt8] = []
  /// `,"streamSid":"..."`, or nothing where the stream has no identifier.
  private var identity: [UInt8] = []

  /// Makes the codec of one call.
  public init(options: TwilioOptions = TwilioOptions()) {
    self.options = options
    render(streamSID: nil)
  }

  /// ``Platform/twilio``.
  public var platform: Platform { .twilio }

  /// The payload sizes of ``TwilioOptions/chunkPolicy(for:)``, ahead by `lead` or ``TwilioOptions/lead``.
  ///
  /// Marks are echoed when they have been played, and on a clear all of them at once: the engine takes
  /// those for dropped. A clear is not acknowledged. An open utterance waits for 240 ms, more than the
  /// 200 ms after which an echo's last words leave although they fill no chunk.
  public func playbackPolicy(for format: WireFormat, lead: LeadPolicy?) -> PlaybackPolicy {
    var options = options
    if case .fixed(let wanted)? = lead { options.lead = wanted }
    var policy = PlaybackPolicy(
      chunk: options.chunkPolicy(for: format), lead: .fixed(options.boundedLead),
      prime: .milliseconds(240), platformBuffer: .seconds(600), echoesMarks: true)
    if let lead, case .adaptive = lead { policy.lead = lead }
    return policy
  }

  /// Renders the stream's identifier into the fixed text of later messages.
  public mutating func streamStarted(_ start: StreamStart, format: WireFormat) {
    render(streamSID: start.streamSID)
  }

  /// Appends `{"event":"media",...,"payload":"`. Allocates nothing but the buffer's growth.
  public mutating func beginMedia(into message: inout MessageBuffer) {
    unsafe message.append(contentsOf: mediaPrefix.span.bytes)
  }

  /// Appends the closing quote and braces.
  public mutating func endMedia(into message: inout MessageBuffer) { message.append("\"}}") }

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
    identity = streamSID.map { Array(",\"streamSid\":\(JSONText.quoted($0))".utf8) } ?? []
    mediaPrefix =
      Array("{\"event\":\"media\"".utf8) + identity + Array(",\"media\":{\"payload\":\"".utf8)
  }
}

extension PlatformRegistry.Entry {
  /// Twilio, under `/twilio`.
  public static func twilio(_ options: TwilioOptions = TwilioOptions()) -> Self {
    Self(
      platform: .twilio, pathPrefix: "/twilio", diagnoser: TwilioDiagnoser(),
      makeEnd: { TwilioEnd() },
      recognise: { TwilioCodec.recognise($0) },
      makeCodec: { TwilioCodec(options: options) })
  }
}
