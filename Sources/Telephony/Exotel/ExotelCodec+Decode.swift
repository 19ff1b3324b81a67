public import AudioEngine

extension ExotelCodec {
  /// Reads one message in any of the spellings that Exotel's pages, samples and captured calls show.
  public func decode(_ message: RawSpan) -> InboundEvent {
    if let media = QuickMedia.read(message) { return .media(media) }
    if let echo = QuickEcho.read(message, event: "mark", in: "mark") { return .mark(echo) }
    do throws(MalformedKind) {
      let envelope = try MediaEnvelope(scanning: message)
      if envelope.isMedia {
        return envelope.media.map { .media($0) } ?? .malformed(.missingPayload)
      }
      return try Self.rareEvent(JSONValue(message, .message), envelope)
    } catch {
      return .malformed(error)
    }
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
    case "media": return envelope.media.map { .media($0) } ?? .malformed(.missingPayload)
    case "dtmf": return .dtmf(try dtmf(message))
    case "mark":
      // An object with a name is documented; a flat name costs nothing to accept.
      guard let mark = message["mark"]?["name"]?.text ?? message["name"]?.text else {
        throw .missingMarkName
      }
      return .mark(MarkEcho(name: mark))
    case "clear": return .clear
    // Exotel's own sample takes `closed` for `stop`.
    case "stop", "closed": return .stop(stop(message))
    default: return .ignored(IgnoredEvent(name: ASCII.prefix(name, 64)))
    }
  }

  private static func dtmf(_ message: JSONValue) throws(MalformedKind) -> DTMF {
    let body = message["dtmf"]
    guard let digit = body?["digit"]?.nonEmptyText ?? message["digit"]?.nonEmptyText else {
      throw .missingDigit
    }
    let duration = body?["duration"] ?? message["duration"]
    return DTMF(text: ASCII.prefix(digit, 64), durationMilliseconds: duration?.integer)
  }

  private static func stop(_ message: JSONValue) -> StreamStop {
    let text = (message["stop"]?["reason"] ?? message["reason"])?.text ?? ""
    // Separators are dropped, so "canceled or call ended" reads `canceledorcallended`; the literal
    // "stopped or callended" of one old page says nothing, hence `unknown`.
    let reason: StreamStop.Reason =
      switch ASCII.folded(text) {
      case "stopped": .stopped
      case "callended", "canceledorcallended", "cancelledorcallended", "callerhangup": .callEnded
      default: .unknown
      }
    return StreamStop(reason: reason, text: ASCII.prefix(text, 256))
  }
}

// `start`
extension ExotelCodec {
  private static func start(_ message: JSONValue) throws(MalformedKind) -> StreamStart {
    guard let body = message.startBody else { throw .missingStart }
    let format = body["media_format"] ?? body
    return StreamStart(
      streamSID: body["stream_sid"]?.label ?? message["stream_sid"]?.label,
      callSID: body["call_sid"]?.label ?? message["call_sid"]?.label,
      accountSID: body["account_sid"]?.label,
      legSID: body["leg_sid"]?.label,
      from: body["from"]?.label,
      to: body["to"]?.label,
      customParameters: CustomParameters.read(body["custom_parameters"]),
      mediaFormat: AnnouncedFormat(
        label: format["encoding"]?.label, rate: format["sample_rate"]?.label,
        channels: format["channels"]?.integer),
      sequenceNumber: message["sequence_number"]?.integer)
  }

  /// Announced rate, else the query's `sample-rate` or `sample_rate`, else 8 kHz.
  ///
  /// Nil where an encoding is announced that is neither linear16 nor G.711, or a rate outside 8, 16 and
  /// 24 kHz. G.711 is 8 kHz whatever the query says.
  public func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat? {
    guard !start.mediaFormat.isForeign else { return nil }
    let encoding = start.mediaFormat.encoding ?? options.unnamedEncoding
    if let announced = start.mediaFormat.rate {
      return announced.isTelephony ? WireFormat(encoding, announced) : nil
    }
    let asked = query["sample-rate"].flatMap(LenientNumber.hertz)
      .flatMap(SampleRate.init(hertz:))
    guard encoding == .linear16, let asked, asked.isTelephony else {
      return WireFormat(encoding, .hz8000)
    }
    return WireFormat(encoding, asked)
  }

  /// The query's `direction` (`bidirectional` or `unidirectional`) where it names one, then the same
  /// among the custom parameters, where a stripped query turns up; else ``ExotelOptions/direction``.
  public func direction(for start: StreamStart, query: URLQuery) -> StreamDirection {
    let named = query["direction"] ?? start.customParameters["direction"]
    return named.flatMap { StreamDirection(rawValue: $0.lowercased()) } ?? options.direction
  }
}

// Recognition on a path that names no platform
extension ExotelCodec {
  /// Whether one of the first messages is Exotel's.
  ///
  /// A `start` that names its stream, call or account by a sid is; `connected` may be, and is where
  /// it says so. Twilio writes sids too: its `start` lists `tracks` and its `connected` speaks the
  /// protocol `Call`, neither of which Exotel does.
  static func recognise(_ message: RawSpan) -> PlatformRegistry.Recognition {
    guard
      let tree = try? JSONValue(message, .message),
      let event = tree["event"]?.text
    else { return .no }
    switch ASCII.folded(event) {
    case "connected":
      let named = ASCII.folded(tree["protocol"]?.text ?? "")
      if named.hasPrefix("exotel") { return .certain }
      return named == "call" ? .no : .possible
    case "start":
      guard let body = tree.startBody, body["tracks"] == nil else { return .no }
      let sid = body["stream_sid"] ?? body["call_sid"] ?? body["account_sid"] ?? tree["stream_sid"]
      return sid == nil ? .no : .certain
    default: return .no
    }
  }
}

extension JSONValue {
  /// The text of an identifier, number or name: 1 to 256 bytes. A longer one is none, since half an
  /// identifier would be another's, and a whole one would travel in every message that we send.
  fileprivate var label: String? {
    nonEmptyText.flatMap { $0.utf8.count <= 256 ? $0 : nil }
  }
}
