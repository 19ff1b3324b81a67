public import AudioEngine
import Glibc

extension PlivoCodec {
  /// Reads one message in any of the spellings that Plivo's pages, kits and testers show.
  public func decode(_ message: RawSpan) -> InboundEvent {
    if let media = QuickMedia.read(message) { return .media(Self.noting(media, blanksIn: message)) }
    if let echo = QuickEcho.read(message, event: "playedStream") { return .mark(echo) }
    do throws(MalformedKind) {
      let envelope = try MediaEnvelope(scanning: message)
      if envelope.isMedia { return Self.media(envelope, in: message) }
      return try Self.rareEvent(JSONValue(message), envelope, message)
    } catch {
      return .malformed(error)
    }
  }

  private static func media(_ envelope: MediaEnvelope, in message: RawSpan) -> InboundEvent {
    envelope.media.map { .media(noting($0, blanksIn: message)) } ?? .malformed(.missingPayload)
  }

  /// Base64 with blanks in it was reported; whoever takes the payload cleans it first.
  private static func noting(_ media: MediaMessage, blanksIn message: RawSpan) -> MediaMessage {
    guard !media.payloadHasEscapes else { return media }
    var media = media
    media.payloadHasEscapes = unsafe message.extracting(media.payload).withUnsafeBytes { payload in
      guard let base = payload.baseAddress else { return false }
      return unsafe memchr(base, 0x20, payload.count) != nil
    }
    return media
  }

  private static func rareEvent(
    _ message: JSONValue, _ envelope: MediaEnvelope, _ text: RawSpan
  ) throws(MalformedKind) -> InboundEvent {
    guard case .string(let name)? = message["event"] else { throw .missingEvent }
    switch ASCII.folded(name) {
    case "start": return .start(try start(message))
    // Reached only by another letter case or by escapes in the name.
    case "media": return media(envelope, in: text)
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
    guard let body = message["start"], case .object = body else { throw .missingStart }
    let format = body["media_format"]
    let encoding = format?["encoding"]?.label ?? format?["content_type"]?.label
    let rate = format?["sample_rate"]?.label ?? encoding.flatMap(rateParameter)
    let extra = message["extra_headers"] ?? body["extra_headers"]
    let parameters = PlivoHeaders.read(extra)
    return StreamStart(
      streamSID: body["stream_id"]?.label ?? message["stream_id"]?.label,
      callSID: body["call_id"]?.label ?? message["call_id"]?.label,
      accountSID: body["account_id"]?.label,
      // Plivo names no numbers here; the answer URL passes them on in the headers.
      from: parameters["from"], to: parameters["to"],
      customParameters: parameters, customText: PlivoHeaders.raw(extra),
      tracks: tracks(body["tracks"]),
      mediaFormat: AnnouncedFormat(
        encodingLabel: encoding, encoding: encoding.flatMap(PlivoContentType.encoding(named:)),
        rateLabel: rate,
        rate: rate.flatMap(LenientNumber.hertz).flatMap(SampleRate.init(hertz:)),
        channels: format?["channels"]?.integer),
      sequenceNumber: message["sequence_number"]?.integer)
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

  /// `8000` of `audio/x-mulaw;rate=8000`.
  private static func rateParameter(_ label: String) -> String? {
    for parameter in label.lowercased().split(separator: ";").dropFirst() {
      let halves = parameter.split(separator: "=", maxSplits: 1)
      if halves.count == 2, ASCII.folded(halves[0]) == "rate" { return String(halves[1]) }
    }
    return nil
  }

  /// What `start` announced, else ``PlivoOptions/unannouncedFormat``; a missing rate is 8 kHz and
  /// mu-law has no other.
  ///
  /// A rate that Plivo does not have is kept, so that the call is refused rather than played wrongly.
  public func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat {
    guard let encoding = start.mediaFormat.encoding else {
      let format = options.unannouncedFormat
      guard format.encoding == .linear16, let rate = start.mediaFormat.rate else { return format }
      return WireFormat(.linear16, rate)
    }
    return WireFormat(encoding, encoding == .mulaw ? .hz8000 : start.mediaFormat.rate ?? .hz8000)
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
    guard let tree = try? JSONValue(message), let body = tree["start"],
      ASCII.folded(tree["event"]?.text ?? "") == "start"
    else { return .no }
    return body["stream_id"]?.label != nil && body["call_id"]?.label != nil ? .certain : .no
  }
}

extension JSONValue {
  /// The text of an identifier or label: 1 to 128 bytes. A longer one is none, since half an
  /// identifier would be another's, and a whole one would travel in every message that we send.
  fileprivate var label: String? {
    nonEmptyText.flatMap { $0.utf8.count <= 128 ? $0 : nil }
  }
}
