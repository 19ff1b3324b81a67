public import AudioEngine

/// Plivo Audio Streaming's dialect:
/// https://www.plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference.
///
/// Writes the documented forms alone; reads every variant that was seen or published. See
/// ``WireCodec`` for the contract.
public struct PlivoCodec: WireCodec {
  /// What the operator has set.
  public let options: PlivoOptions
  /// The text from `{"event":"playAudio"` to the payload's opening quote.
  private var mediaPrefix: [UInt8] = []
  /// `,"streamId":"..."`, or nothing where the stream has no identifier.
  private var identity: [UInt8] = []

  /// Makes the codec of one call.
  public init(options: PlivoOptions = PlivoOptions()) {
    self.options = options
    render(streamID: nil, options.unannouncedFormat)
  }

  /// ``Platform/plivo``.
  public var platform: Platform { .plivo }

  /// The payload sizes of ``PlivoOptions/chunkPolicy(for:)``, ahead by `lead` or ``PlivoOptions/lead``;
  /// marks are echoed (`checkpoint`, `playedStream`) and a clear is acknowledged (`clearedAudio`).
  ///
  /// 240 ms wait before an open utterance starts: more than the 200 ms after which an echo's last words
  /// leave although they fill no chunk, so that the ear has not run dry by then. Speech that is made
  /// faster than it is spoken hardly waits, and a finished utterance not at all. The platform's buffer
  /// is the smaller of two documented figures.
  public func playbackPolicy(for format: WireFormat, lead: LeadPolicy?) -> PlaybackPolicy {
    var options = options
    if case .fixed(let wanted)? = lead { options.lead = wanted }
    var policy = PlaybackPolicy(
      chunk: options.chunkPolicy(for: format), lead: .fixed(options.boundedLead),
      prime: .milliseconds(240), platformBuffer: .seconds(40), echoesMarks: true,
      acknowledgesClear: true)
    if let lead, case .adaptive = lead { policy.lead = lead }
    return policy
  }

  /// Renders the stream's identifier and format into the fixed text of later messages.
  public mutating func streamStarted(_ start: StreamStart, format: WireFormat) {
    render(streamID: start.streamSID, format)
  }

  /// Appends `{"event":"playAudio",...,"payload":"`. Allocates nothing but the buffer's growth.
  public mutating func beginMedia(into message: inout MessageBuffer) {
    unsafe message.append(contentsOf: mediaPrefix.span.bytes)
  }

  /// Appends the closing quote and braces.
  public mutating func endMedia(into message: inout MessageBuffer) {
    message.append("\"}}")
  }

  /// Appends `{"event":"checkpoint",...}`.
  public func encodeMark(_ name: String, into message: inout MessageBuffer) {
    message.append("{\"event\":\"checkpoint\"")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append(",\"name\":")
    JSONText.appendQuoted(name, to: &message)
    message.append("}")
  }

  /// Appends `{"event":"clearAudio",...}`.
  public func encodeClear(into message: inout MessageBuffer) {
    message.append("{\"event\":\"clearAudio\"")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append("}")
  }

  /// Appends `{"event":"sendDTMF","dtmf":"..."}`, which names no stream.
  public func encodeKeys(_ keys: String, into message: inout MessageBuffer) -> Bool {
    message.append("{\"event\":\"sendDTMF\",\"dtmf\":")
    JSONText.appendQuoted(keys, to: &message)
    message.append("}")
    return true
  }

  /// The content type and the rate are said in every message, the rate as a number: a platform that
  /// finds another format than the stream's plays silence.
  private mutating func render(streamID: String?, _ format: WireFormat) {
    identity = streamID.map { Array(",\"streamId\":\(JSONText.quoted($0))".utf8) } ?? []
    let type = PlivoContentType(encoding: format.encoding).rawValue
    mediaPrefix =
      Array("{\"event\":\"playAudio\"".utf8) + identity
      + Array(
        ",\"media\":{\"contentType\":\"\(type)\",\"sampleRate\":\(format.rate.hertz),\"payload\":\""
          .utf8)
  }
}

/// How Plivo names the encodings it carries.
enum PlivoContentType: String {
  case mulaw = "audio/x-mulaw"
  /// Not Plivo's own: for carriers that speak its dialect.
  case alaw = "audio/x-alaw"
  /// Little-endian, whatever RFC 3551 says of L16.
  case linear16 = "audio/x-l16"

  init(encoding: AudioEncoding) {
    self =
      switch encoding {
      case .mulaw: .mulaw
      case .alaw: .alaw
      case .linear16: .linear16
      }
  }
}

extension PlatformRegistry.Entry {
  /// Plivo, under `/plivo`.
  public static func plivo(_ options: PlivoOptions = PlivoOptions()) -> Self {
    Self(
      platform: .plivo, pathPrefix: "/plivo", diagnoser: PlivoDiagnoser(),
      // One of its own servers asks for it.
      subprotocols: ["audio.plivo.com"], makeEnd: { PlivoEnd() },
      recognise: { PlivoCodec.recognise($0) },
      makeCodec: { PlivoCodec(options: options) })
  }
}
