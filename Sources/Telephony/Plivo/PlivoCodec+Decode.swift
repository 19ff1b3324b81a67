public import AudioEngine

extension PlivoCodec {
  /// Reads one message in any of the spellings that Plivo's pages, kits and testers show.
  public func decode(_ message: RawSpan) -> InboundEvent {
    if let media = QuickMedia.read(message) { return .media(media) }
    if let echo = QuickEcho.read(message, event: "playedStream") { return .mark(echo) }
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
    case "start": return .start(try start(message))
    // Reached only by another letter case or by escapes in the name.
    case "media": return media(envelope)
    case "dtmf": return .dtmf(try dtmf(message))
    // `played` is what an older article of Plivo's calls it.
    case "playedstream", "played":
      guard let mark = message["name"]?.text ?? message["playedStream"]?["name"]?.text else {
        throw .missingMarkName
      }
      return .mark(MarkEcho(name: mark))
    case "clearedaudio": return .cleared
    case "stop": return .stop(stop(message))
    case "playfailed", "error": return .fault(fault(name, message))
    default: return .ignored(IgnoredEvent(name: ASCII.prefix(name, 64)))
    }
  }

  private static func dtmf(_ message: JSONValue) throws(MalformedKind) -> DTMF {
    let digit = message["dtmf"]?["digit"] ?? message["digit"] ?? message["dtmf"]
    guard let digit = digit?.nonEmptyText else { throw .missingDigit }
    return DTMF(text: ASCII.prefix(digit, 64))
  }

  private static func stop(_ message: JSONValue) -> StreamStop {
    let text = (message["reason"] ?? message["stop"]?["reason"])?.text ?? ""
    let reason: StreamStop.Reason =
      switch ASCII.folded(text) {
      case "callended", "hangup", "callhangup", "completed": .callEnded
      case "stopped", "apirequest", "streamtimeout": .stopped
      default: .unknown
      }
    return StreamStop(reason: reason, text: ASCII.prefix(text, 256))
  }

  private static func fault(_ name: String, _ message: JSONValue) -> StreamFault {
    let text = message["reason"] ?? message["error"] ?? message["message"]
    return StreamFault(
      name: ASCII.prefix(name, 64),
      text: ASCII.prefix(text?.text ?? text?["message"]?.text ?? "", 256))
  }
}

// `start`
extension PlivoCodec {
  private static func start(_ message: JSONValue) throws(MalformedKind) -> StreamStart {
    guard let body = message.startBody else { throw .missingStart }
    let format = body["media_format"] ?? body
    let encoding = format["encoding"]?.label ?? format["content_type"]?.label
    let extra = message["extra_headers"] ?? body["extra_headers"]
    let parameters = PlivoHeaders.read(extra)
    return StreamStart(
      streamSID: body["stream_id"]?.label ?? message["stream_id"]?.label,
      callSID: callID(body) ?? callID(message),
      accountSID: body["account_id"]?.label,
      // Plivo names no numbers here; the answer URL passes them on in the headers.
      from: parameters["from"], to: parameters["to"],
      customParameters: parameters, customText: PlivoHeaders.raw(extra),
      tracks: tracks(body["tracks"]),
      mediaFormat: AnnouncedFormat(
        label: encoding, rate: format["sample_rate"]?.label,
        channels: format["channels"]?.integer),
      sequenceNumber: message["sequence_number"]?.integer)
  }

  /// Carriers that speak the dialect name the call as Plivo's callbacks do.
  private static func callID(_ body: JSONValue) -> String? {
    body["call_id"]?.label ?? body["call_uuid"]?.label
  }

  private static func tracks(_ value: JSONValue?) -> [Track] {
    let names: [String] =
      switch value {
      case .array(let elements): elements.prefix(8).compactMap(\.text)
      case let single?: [single.text ?? ""]
      case nil: []
      }
    var tracks: [Track] = []
    for name in names {
      let folded = ASCII.folded(name)
      let named = folded == "both" ? Track.allCases : [Track(rawValue: folded)].compactMap(\.self)
      tracks += named.filter { !tracks.contains($0) }
    }
    return tracks
  }

  /// What `start` announced, else ``PlivoOptions/unannouncedFormat``; a missing rate is 8 kHz, and
  /// G.711 has no other. A rate without an encoding is G.711's or says that there is none.
  ///
  /// Nil where an encoding is announced that is neither linear16 nor G.711, or a rate outside 8, 16 and
  /// 24 kHz.
  public func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat? {
    let announced = start.mediaFormat
    guard !announced.isForeign else { return nil }
    let rate = announced.rate ?? .hz8000
    switch announced.encoding ?? options.unannouncedFormat.encoding {
    case .linear16 where announced.encoding == nil && announced.rate == nil:
      return options.unannouncedFormat
    case .mulaw where announced.encoding != nil || rate == .hz8000:
      return WireFormat(.mulaw, .hz8000)
    case .alaw where announced.encoding != nil || rate == .hz8000:
      return WireFormat(.alaw, .hz8000)
    case .linear16, .mulaw, .alaw:
      return rate.isTelephony ? WireFormat(.linear16, rate) : nil
    }
  }

  /// One-way where `start` lists the outbound track, which two-way streams cannot have; else what the
  /// query's `direction` says; else ``PlivoOptions/direction``. `start` has no word of its own for it.
  public func direction(for start: StreamStart, query: URLQuery) -> StreamDirection {
    if start.tracks.contains(.outbound) { return .unidirectional }
    let named = query["direction"] ?? start.parameter("direction")
    return named.flatMap { StreamDirection(rawValue: $0.lowercased()) } ?? options.direction
  }

  /// Whether one of the first messages is Plivo's: a `start` that names its stream and call by ids.
  static func recognise(_ message: RawSpan) -> PlatformRegistry.Recognition {
    guard
      let tree = try? JSONValue(message, .message),
      let body = tree.startBody,
      ASCII.folded(tree["event"]?.text ?? "") == "start"
    else { return .no }
    return body["stream_id"]?.label != nil && callID(body) != nil ? .certain : .no
  }
}

extension JSONValue {
  /// The text of an identifier or label: 1 to 128 bytes. A longer one is none, since half an
  /// identifier would be another's, and a whole one would travel in every message that we send.
  fileprivate var label: String? {
    nonEmptyText.flatMap { $0.utf8.count <= 128 ? $0 : nil }
  }
}
