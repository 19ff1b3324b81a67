import AudioEngine
import Foundation

/// Writes what Exotel says to the bot, in a dialect. Counts its own messages.
struct ExotelWriter: Sendable {
  let dialect: ExotelDialect
  let streamSID: String
  let callSID: String
  let format: WireFormat
  private let parameterPairs: [(name: String, value: String)]
  private var sequence = 0

  init(
    dialect: ExotelDialect, streamSID: String, callSID: String, format: WireFormat,
    parameters: [String: String]
  ) {
    // Backwards, which is the order of the example.
    parameterPairs = parameters.sorted { $0.key > $1.key }.map { ($0.key, $0.value) }
    self.dialect = dialect
    self.streamSID = streamSID
    self.callSID = callSID
    self.format = format
  }

  mutating func connected() -> [UInt8]? {
    dialect.omits.contains(.connected) ? nil : message("connected", [], isNumbered: false)
  }

  mutating func start() -> [UInt8] {
    var mediaFormat: [(String, WireText)] = [
      ("encoding", .string(dialect.encodingLabel)), (key("sample_rate"), rate),
    ]
    if !dialect.omits.contains(.bitRate) {
      mediaFormat.append((key("bit_rate"), .string(dialect.bitRateLabel)))
    }
    var body: [(String, WireText)] = []
    if !dialect.omits.contains(.innerStream) {
      body.append((key("stream_sid"), .string(streamSID)))
    }
    body.append((key("call_sid"), .string(callSID)))
    if !dialect.omits.contains(.account) {
      body.append((key("account_sid"), .string("acmevoice1")))
      body.append(("from", .string(dialect.from)))
      body.append(("to", .string(dialect.to)))
    }
    if let parameters { body.append((key("custom_parameters"), parameters)) }
    body.append((key("media_format"), object(mediaFormat)))
    return message("start", [("start", object(body))])
  }

  mutating func media(_ audio: ArraySlice<UInt8>, chunk: Int, endsAtMs: Int) -> [UInt8] {
    var payload = Data(audio).base64EncodedString()
    if dialect.omits.contains(.padding) { payload = String(payload.prefix { $0 != "=" }) }
    var body: [(String, WireText)] = []
    if dialect.hasExtraKeys { body.append(("track", .string("inbound"))) }
    if !dialect.omits.contains(.chunk) { body.append(("chunk", number(chunk))) }
    if !dialect.omits.contains(.timestamp) { body.append(("timestamp", number(endsAtMs))) }
    body.append((dialect.capitalises ? "Payload" : "payload", .string(payload)))
    return message("media", [("media", object(body))])
  }

  mutating func press(_ digit: Character) -> [UInt8] {
    if dialect.hasFlatKeys {
      return message("dtmf", [("digit", .string(String(digit)))], isNumbered: false)
    }
    var body: [(String, WireText)] = [
      ("digit", digit.isASCII && digit.isNumber ? number(digit) : .string(String(digit)))
    ]
    if !dialect.omits.contains(.keyDuration) { body.append(("duration", number(100))) }
    return message("dtmf", [("dtmf", object(body))])
  }

  mutating func mark(_ name: String) -> [UInt8] {
    message("mark", [("mark", object([("name", .string(name))]))])
  }

  mutating func stop() -> [UInt8] {
    let event = dialect.saysClosed ? "closed" : "stop"
    if dialect.omits.contains(.stopBody) { return message(event, []) }
    let body: [(String, WireText)] = [
      (key("call_sid"), .string(callSID)), (key("account_sid"), .string("acmevoice1")),
      ("reason", .string("callended")),
    ]
    return message(event, [(event, object(body))])
  }

  private mutating func message(
    _ event: String, _ members: [(String, WireText)], isNumbered: Bool = true
  ) -> [UInt8] {
    var all: [(String, WireText)] = []
    let name: (String, WireText) = (dialect.capitalises ? "Event" : "event", .string(event))
    if !dialect.putsEventLast { all.append(name) }
    if isNumbered {
      sequence += 1
      if !dialect.omits.contains(.sequenceNumber) {
        all.append((key("sequence_number"), number(sequence)))
      }
      // A start that names its stream nowhere would leave the bot nothing to answer with.
      let isOnlyName = event == "start" && dialect.omits.contains(.innerStream)
      if isOnlyName || !dialect.omits.contains(.outerStream) {
        all.append((key("stream_sid"), .string(streamSID)))
      }
    }
    if dialect.hasExtraKeys {
      let odd: [WireText] = [.string("a \"quoted\\ }, {\" \u{1} text"), .null, .bare("-1.5e3")]
      all.append(("x_trace", object([("event", .string("media")), ("list", .array(odd))])))
    }
    all += members
    if dialect.putsEventLast { all.append(name) }
    let spelling = WireText.Spelling(
      escapesSlashes: dialect.escapesSlashes, isSpaced: dialect.isSpaced)
    return object(all).text(spelling)
  }

  private func object(_ members: [(String, WireText)]) -> WireText {
    .object(members.map { WireText.Member(key: $0.0, value: $0.1) })
  }

  private func number(_ value: some CustomStringConvertible) -> WireText {
    dialect.numbers == .strings ? .string("\(value)") : .bare("\(value)")
  }

  /// The documents' snake case as the dialect spells it.
  private func key(_ snakeCase: String) -> String {
    guard dialect.keys == .camelCase else { return snakeCase }
    let words = snakeCase.split(separator: "_")
    return words.dropFirst().reduce(words.first.map(String.init) ?? "") { $0 + $1.capitalized }
  }

  private var rate: WireText {
    switch dialect.rate {
    case .hertz: number(format.rate.hertz)
    case .hertzWithUnit: .string("\(format.rate.hertz)Hz")
    case .kilohertz: .string("\(format.rate.hertz / 1_000)kHz")
    }
  }

  private var parameters: WireText? {
    let pairs = parameterPairs
    let members = pairs.map { WireText.Member(key: $0.name, value: .string($0.value)) }
    switch dialect.parameters {
    case .absent: return nil
    case .null: return .null
    case .object: return .object(members)
    case .jsonText:
      return .string(String(decoding: WireText.object(members).text(), as: UTF8.self))
    case .query: return .string(pairs.map { "\($0.0)=\($0.1)" }.joined(separator: "&"))
    case .pairs:
      return .array(pairs.map { object([("key", .string($0.0)), ("value", .string($0.1))]) })
    }
  }
}
