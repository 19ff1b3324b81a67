public import AudioEngine

extension TwilioCodec {
  /// Reads one message, in the documented form or near it.
  public func decode(_ message: RawSpan) -> InboundEvent {
    if let media = QuickMedia.read(message) { return .media(media) }
    if let echo = QuickEcho.read(message, event: "mark", in: "mark") { return .mark(echo) }
    do throws(MalformedKind) {
      let envelope = try MediaEnvelope(scanning: message)
      if envelope.isMedia { return Self.media(envelope) }
      return try Self.rareEvent(JSONValue(message, .message), envelope)
    } catch {
      return .malformed(error)
    }
  }

  private static func media(_ envelope: MediaEnvelope) -> InboundEvent {
    envelope.media.map { .media($0) } ?? .malformed(.missingPayload)
  }

  private static func rareEvent(
    _ message: JSONValue, _ envelope: MediaEnvelope
  ) throws(MalformedKind) -> InboundEvent {
    guard case .string(let name)? = message["event"] else { throw .missingEvent }
    // A longer name is none that is known.
    switch ASCII.folded(ASCII.prefix(name, 64)) {
    case "connected": return .connected
    case "start": return .start(try start(message))
    // Reached only by another letter case or by escapes in the name.
    case "media": return media(envelope)
    case "dtmf":
      guard let digit = (message["dtmf"]?["digit"] ?? message["digit"])?.nonEmptyText else {
        throw .missingDigit
      }
      return .dtmf(DTMF(text: ASCII.prefix(digit, 64)))
    case "mark":
      guard let mark = (message["mark"]?["name"] ?? message["name"])?.text else {
        throw .missingMarkName
      }
      return .mark(MarkEcho(name: mark))
    case "stop":
      // Twilio gives no reason. A two-way stream stops with its call, or when other verbs replace it.
      let text = (message["stop"]?["reason"] ?? message["reason"])?.text ?? ""
      return .stop(StreamStop(reason: .callEnded, text: ASCII.prefix(text, 256)))
    default: return .ignored(IgnoredEvent(name: ASCII.prefix(name, 64)))
    }
  }
}

// `start`
extension TwilioCodec {
  private static func start(_ message: JSONValue) throws(MalformedKind) -> StreamStart {
    guard let body = message.startBody else { throw .missingStart }
    let format = body["media_format"] ?? body
    var start = StreamStart(
      streamSID: body["stream_sid"]?.label ?? message["stream_sid"]?.label,
      callSID: body["call_sid"]?.label,
      accountSID: body["account_sid"]?.label,
      customParameters: CustomParameters.read(body["custom_parameters"]),
      tracks: tracks(body["tracks"]),
      mediaFormat: AnnouncedFormat(
        label: format["encoding"]?.label, rate: format["sample_rate"]?.label,
        channels: format["channels"]?.integer),
      sequenceNumber: message["sequence_number"]?.integer)
    // Twilio names no numbers here; whoever answers its webhook passes them on as parameters.
    start.from = start.parameter("from") ?? start.parameter("caller")
    start.to = start.parameter("to") ?? start.parameter("called")
    return start
  }

  private static func tracks(_ value: JSONValue?) -> [Track] {
    guard case .array(let elements)? = value else { return [] }
    var tracks: [Track] = []
    for name in elements.prefix(8).compactMap(\.text) {
      // `inbound` is documented; TwiML and REST say `inbound_track`.
      let bare = ASCII.folded(name).replacing("track", with: "")
      if let track = Track(rawValue: bare), !tracks.contains(track) { tracks.append(track) }
    }
    return tracks
  }

  /// What `start` announced, else mu-law at 8 kHz, which G.711 always has.
  ///
  /// Nil where an encoding is announced that is neither G.711 nor linear PCM, or a rate outside 8, 16 and
  /// 24 kHz: the wide-band streams of private programmes are taken for little-endian.
  public func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat? {
    let announced = start.mediaFormat
    guard !announced.isForeign else { return nil }
    switch announced.encoding ?? .mulaw {
    case .mulaw: return WireFormat(.mulaw, .hz8000)
    case .alaw: return WireFormat(.alaw, .hz8000)
    case .linear16:
      let rate = announced.rate ?? .hz8000
      return rate.isTelephony ? WireFormat(.linear16, rate) : nil
    }
  }

  /// One-way where `start` lists the outbound track, which two-way streams cannot have; else what the
  /// parameter `direction` says, since Twilio drops the query; else ``TwilioOptions/direction``.
  public func direction(for start: StreamStart, query: URLQuery) -> StreamDirection {
    if start.tracks.contains(.outbound) { return .unidirectional }
    let named = start.parameter("direction") ?? query["direction"]
    return named.flatMap { StreamDirection(rawValue: $0.lowercased()) } ?? options.direction
  }

  /// Whether one of the first messages is Twilio's, or of those that speak as it does: a greeting of the
  /// protocol `Call` may be, a `start` is that lists its tracks and names stream and call by sids.
  static func recognise(_ message: RawSpan) -> PlatformRegistry.Recognition {
    guard
      let tree = try? JSONValue(message, .message),
      let event = tree["event"]?.text
    else { return .no }
    switch ASCII.folded(event) {
    case "connected": return ASCII.folded(tree["protocol"]?.text ?? "") == "call" ? .possible : .no
    case "start":
      guard let body = tree.startBody, body["tracks"] != nil, body["call_sid"]?.label != nil else {
        return .no
      }
      return (body["stream_sid"] ?? tree["stream_sid"])?.label == nil ? .no : .certain
    default: return .no
    }
  }
}

extension JSONValue {
  /// The text of an identifier or label: 1 to 128 bytes. A longer one is none, since half an
  /// identifier would be another's, and a whole one would travel in every message that we send.
  fileprivate var label: String? {
    nonEmptyText.flatMap { $0.utf8.count <= 128 ? $0 : nil }
  }
}
