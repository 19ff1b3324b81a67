import AudioEngine
import Foundation

/// Writes what Twilio says to the bot, in a dialect. Counts its own messages.
struct TwilioWriter: Sendable {
  /// Who is who in a stream: two letters and 32 hexadecimal digits each.
  struct Identity: Hashable, Sendable {
    var account = "AC7a3d5c8fd9c84a2fb5e1d0f2a6b4c8e0"
    var call = "CA28db92d7e14d4d9aa6b8d28d2ee6a4a1"
    var stream = "MZ18ad3ab5a668481ce02b83e7395059f0"
  }

  let dialect: TwilioDialect
  let identity: Identity
  let tracks: [String]
  private let parameters: [(name: String, value: String)]
  private var sequence = 0

  /// What a stream is told where nobody chose anything: numbers stand among the parameters, since the
  /// platform tells them nowhere else.
  private static let example = [
    ("from", "+919800000001"), ("to", "+918000000002"), ("ref", "c-8817"),
  ]

  init(dialect: TwilioDialect, identity: Identity, parameters: [String: String]?, tracks: [String])
  {
    self.tracks = tracks
    self.dialect = dialect
    self.identity = identity
    self.parameters =
      parameters.map { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } } ?? Self.example
  }

  func connected() -> [UInt8]? {
    guard !dialect.omits.contains(.connected) else { return nil }
    return text([
      member("event", .string("connected")), member("protocol", .string("Call")),
      member("version", .string("1.0.0")),
    ])
  }

  mutating func start() -> [UInt8] {
    var body = account
    body += [
      member("streamSid", .string(identity.stream)), member("callSid", .string(identity.call)),
      member("tracks", .array(tracks.map { .string($0) })),
      member(
        "mediaFormat",
        .object([
          member("encoding", .string("audio/x-mulaw")), member("sampleRate", .bare("8000")),
          member("channels", .bare("1")),
        ])),
    ]
    if !dialect.omits.contains(.parameters) {
      body.append(
        member(
          "customParameters", .object(parameters.map { member($0.name, .string($0.value)) })))
    }
    return message("start", body, streamIsLast: true)
  }

  mutating func media(
    _ audio: ArraySlice<UInt8>, track: String = "inbound", chunk: Int, endsAtMs: Int
  ) -> [UInt8] {
    var payload = Data(audio).base64EncodedString()
    if dialect.omits.contains(.padding) { payload = String(payload.prefix { $0 != "=" }) }
    var body: [WireText.Member] = []
    if !dialect.omits.contains(.chunk) {
      body += [member("track", .string(track)), member("chunk", number(chunk))]
    }
    if !dialect.omits.contains(.timestamp) { body.append(member("timestamp", number(endsAtMs))) }
    body.append(member("payload", .string(payload)))
    return message("media", body, streamIsLast: true)
  }

  mutating func press(_ digit: Character) -> [UInt8] {
    message(
      "dtmf",
      [member("track", .string("inbound_track")), member("digit", .string(String(digit)))])
  }

  mutating func mark(_ name: String) -> [UInt8] {
    message("mark", [member("name", .string(name))])
  }

  mutating func stop() -> [UInt8] {
    message("stop", account + [member("callSid", .string(identity.call))])
  }

  /// Text of which a bot can make nothing.
  mutating func noise(_ index: Int) -> [UInt8] {
    index % 2 == 0 ? Array("{\"event\":\"media\",".utf8) : message("weather", [])
  }

  private var account: [WireText.Member] {
    dialect.omits.contains(.account) ? [] : [member("accountSid", .string(identity.account))]
  }

  /// One message, its body under the event's own name; in some the documents name the stream last.
  private mutating func message(
    _ event: String, _ body: [WireText.Member], streamIsLast: Bool = false
  ) -> [UInt8] {
    sequence += 1
    var members = [member("event", .string(event))]
    if !dialect.omits.contains(.sequenceNumber) {
      members.append(member("sequenceNumber", number(sequence)))
    }
    let stream =
      dialect.omits.contains(.outerStream)
      ? [] : [member("streamSid", .string(identity.stream))]
    let named = member(event, .object(body))
    return text(members + (streamIsLast ? [named] + stream : stream + [named]))
  }

  private func text(_ members: [WireText.Member]) -> [UInt8] {
    WireText.object(members).text(
      WireText.Spelling(escapesSlashes: dialect.escapesSlashes, isSpaced: dialect.isSpaced))
  }

  private func member(_ key: String, _ value: WireText) -> WireText.Member {
    WireText.Member(key: key, value: value)
  }

  private func number(_ value: Int) -> WireText {
    dialect.writesNumbers ? .bare(String(value)) : .string(String(value))
  }
}
