import AudioEngine
import Foundation

/// Writes what Plivo says to the bot, in a dialect. Counts its own messages.
struct PlivoWriter: Sendable {
  let dialect: PlivoDialect
  let streamID: String
  let callID: String
  let format: WireFormat
  let tracks: [String]
  private let parameters: [(name: String, value: String)]
  private var sequence: Int

  /// 1 January 2026 in Unix milliseconds: no clock is read, so that every call can be repeated.
  private static let epochMs = 1_767_225_600_000

  init(
    dialect: PlivoDialect, streamID: String, callID: String, format: WireFormat,
    parameters: [String: String], tracks: [String] = ["inbound"]
  ) {
    self.tracks = tracks
    // Backwards, which is the order of the example.
    self.parameters = parameters.sorted { $0.key > $1.key }.map { ($0.key, $0.value) }
    self.dialect = dialect
    self.streamID = streamID
    self.callID = callID
    self.format = format
    sequence = dialect.firstSequenceNumber
  }

  /// What the stream's encoding is called in `start` and has to be called in `playAudio`.
  var contentType: String { format.encoding == .mulaw ? "audio/x-mulaw" : "audio/x-l16" }

  mutating func start() -> [UInt8] {
    let label = format.encoding == .linear16 ? dialect.linear16Label : contentType
    var body = [member("callId", .string(callID)), member("streamId", .string(streamID))]
    if !dialect.omits.contains(.account) {
      body.append(member("accountId", .string("MAXXEXAMPLEEXAMPLE01")))
      body.append(member("tracks", .array(tracks.map { .string($0) })))
    }
    let announced = [
      member("encoding", .string(label)), member("sampleRate", number(format.rate.hertz)),
    ]
    body.append(member("mediaFormat", .object(announced)))
    return message("start", [member("start", .object(body))], namesStream: false, headers: true)
  }

  mutating func media(
    _ audio: ArraySlice<UInt8>, track: String = "inbound", chunk: Int, endsAtMs: Int
  ) -> [UInt8] {
    var payload = Data(audio).base64EncodedString()
    if dialect.omits.contains(.padding) { payload = String(payload.prefix { $0 != "=" }) }
    var body: [WireText.Member] = []
    if !dialect.omits.contains(.chunk) { body.append(member("track", .string(track))) }
    if !dialect.omits.contains(.timestamp) { body.append(member("timestamp", time(endsAtMs))) }
    if !dialect.omits.contains(.chunk) { body.append(member("chunk", number(chunk))) }
    body.append(member("payload", .string(payload)))
    return message("media", [member("media", .object(body))], headers: true)
  }

  mutating func press(_ digit: Character, atMs: Int) -> [UInt8] {
    let body = [
      member("track", .string("inbound")), member("digit", .string(String(digit))),
      member("timestamp", time(atMs)),
    ]
    return message("dtmf", [member("dtmf", .object(body))], headers: true)
  }

  mutating func played(_ name: String) -> [UInt8] {
    message(dialect.saysPlayed ? "played" : "playedStream", [member("name", .string(name))])
  }

  mutating func cleared() -> [UInt8] { message("clearedAudio", []) }

  mutating func stop() -> [UInt8] { message("stop", [member("reason", .string("call ended"))]) }

  /// Text of which a bot can make nothing.
  mutating func noise(_ index: Int) -> [UInt8] {
    switch index % 3 {
    case 0: Array("{\"event\":\"media\",".utf8)
    case 1: message("muteStream", [])
    default: message("playFailed", [member("reason", .string("queue empty"))])
    }
  }

  private mutating func message(
    _ event: String, _ members: [WireText.Member], namesStream: Bool = true, headers: Bool = false
  ) -> [UInt8] {
    var all: [WireText.Member] = []
    if !dialect.omits.contains(.sequenceNumber) {
      all.append(member("sequenceNumber", number(sequence)))
    }
    sequence += 1
    if namesStream, !dialect.omits.contains(.stream) {
      all.append(member("streamId", .string(streamID)))
    }
    all.append(member("event", .string(event)))
    all += members
    if headers, let text = extraHeaders { all.append(member("extra_headers", text)) }
    return WireText.object(all).text(
      WireText.Spelling(escapesSlashes: dialect.escapesSlashes, isSpaced: dialect.isSpaced))
  }

  private var extraHeaders: WireText? {
    switch dialect.headers {
    case .absent: nil
    case .null: .null
    case .empty: .string("")
    case .semicolons: .string(joined("=", by: ";"))
    case .commas: .string(joined("=", by: ","))
    case .jsonText: .string(String(decoding: parameterObject.text(), as: UTF8.self))
    case .braces: .string("{\(joined(": ", by: ", "))}")
    }
  }

  private func joined(_ sign: String, by separator: String) -> String {
    parameters.map { $0.name + sign + $0.value }.joined(separator: separator)
  }

  private var parameterObject: WireText {
    .object(parameters.map { member($0.name, .string($0.value)) })
  }

  private func member(_ key: String, _ value: WireText) -> WireText.Member {
    WireText.Member(key: key, value: value)
  }

  private func number(_ value: Int) -> WireText {
    dialect.writesNumbersAsStrings ? .string(String(value)) : .bare(String(value))
  }

  private func time(_ ms: Int) -> WireText {
    .string(String(dialect.usesUnixTime ? Self.epochMs + ms : ms))
  }
}
