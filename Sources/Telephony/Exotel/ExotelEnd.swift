public import AudioEngine

/// Exotel AgentStream as a bot meets it; see ``PlatformEnd``.
///
/// The newest documented form: snake_case, numbers as strings.
public struct ExotelEnd: PlatformEnd {
  private static let words = BotWords()
  /// `,"stream_sid":"..."`.
  private var identity: [UInt8] = []
  private var stream: [UInt8]?
  private var callSID = ""
  private var accountSID = ""
  private var sequence = 0
  private var chunk = 0

  /// Makes the end of one stream.
  public init() {}

  /// ``Platform/exotel``.
  public var platform: Platform { .exotel }

  /// 100 ms a message; nothing is said of marks that a clear drops; the bot closes.
  public var habits: PlatformHabits {
    PlatformHabits(
      cadence: .milliseconds(100), marksAtClear: .dropped, buffer: .seconds(120),
      closesSocket: false)
  }

  /// 16-bit audio at the caller's rate, where that is 8, 16 or 24 kHz; else at 8 kHz.
  public func wireFormat(nearest format: WireFormat) -> WireFormat {
    WireFormat(.linear16, format.rate.isTelephony ? format.rate : .hz8000)
  }

  /// Identifiers as real ones look: 32 hexadecimal digits and two letters.
  public func adopting(_ start: StreamStart) -> StreamStart {
    func shaped(_ text: String) -> String {
      let isShaped =
        text.utf8.count == 34 && StreamIdentity.isHexadecimal(text.prefix(32))
        && text.suffix(2).utf8.allSatisfy { (0x61...0x7A).contains($0) }
      return isShaped ? text : StreamIdentity.digits(of: text) + "bk"
    }
    var start = start
    start.callSID = shaped(start.callSID ?? "call of \(start.streamSID ?? "")")
    start.streamSID = shaped(start.streamSID ?? "stream of \(start.callSID ?? "")")
    start.accountSID = start.accountSID ?? "sidetone"
    start.legSID = nil
    return start
  }

  /// Reads `media`, `mark` and `clear`, whether they name the stream `stream_sid` or `streamSid`.
  public func decode(_ message: RawSpan) -> BotCommand { Self.words.read(message, stream: stream) }

  /// Appends `{"event":"connected"}`.
  public mutating func encodeGreeting(into message: inout MessageBuffer) -> Bool {
    message.append("{\"event\":\"connected\"}")
    return true
  }

  /// Appends `{"event":"start",...}`; counters start over.
  public mutating func encodeStart(
    _ start: StreamStart, format: WireFormat, into message: inout MessageBuffer
  ) {
    stream = start.streamSID.map { Array($0.utf8) }
    identity = start.streamSID.map { Array(",\"stream_sid\":\(JSONText.quoted($0))".utf8) } ?? []
    callSID = start.callSID ?? ""
    accountSID = start.accountSID ?? ""
    sequence = 0
    chunk = 0
    begin("start", &message)
    message.append(",\"start\":{\"stream_sid\":")
    JSONText.appendQuoted(start.streamSID ?? "", to: &message)
    message.append(member: "call_sid", callSID)
    message.append(member: "account_sid", accountSID)
    message.append(member: "from", start.from)
    message.append(member: "to", start.to)
    if !start.customParameters.isEmpty {
      message.append(",\"custom_parameters\":")
      message.append(object: start.customParameters)
    }
    message.append(",\"media_format\":{\"encoding\":\"")
    message.append(utf8: format.encoding == .linear16 ? "audio/x-raw" : format.encoding.rawValue)
    message.append("\",\"sample_rate\":\"")
    message.append(decimal: format.rate.hertz)
    message.append("\",\"bit_rate\":\"")
    message.append(decimal: format.encoding.bytesPerSample * 8)
    message.append("\"}}}")
  }

  /// Appends `{"event":"media",...,"payload":"`.
  public mutating func beginMedia(at time: Duration, into message: inout MessageBuffer) {
    begin("media", &message)
    chunk += 1
    message.append(",\"media\":{\"chunk\":\"")
    message.append(decimal: chunk)
    message.append("\",\"timestamp\":\"")
    message.append(decimal: time.wholeMilliseconds)
    message.append("\",\"payload\":\"")
  }

  /// Appends the closing quote and braces.
  public mutating func endMedia(into message: inout MessageBuffer) { message.append("\"}}") }

  /// Appends `{"event":"dtmf",...}`, 100 ms long where nobody knows.
  public mutating func encodeKey(
    _ key: DTMF, at time: Duration, into message: inout MessageBuffer
  ) {
    begin("dtmf", &message)
    message.append(",\"dtmf\":{\"digit\":")
    JSONText.appendQuoted(key.text, to: &message)
    message.append(",\"duration\":\"")
    message.append(decimal: key.durationMilliseconds ?? 100)
    message.append("\"}}")
  }

  /// Appends `{"event":"mark",...}`.
  public mutating func encodeMark(_ name: String, into message: inout MessageBuffer) {
    begin("mark", &message)
    message.append(",\"mark\":{\"name\":")
    JSONText.appendQuoted(name, to: &message)
    message.append("}}")
  }

  /// Nothing: Exotel does not acknowledge.
  public mutating func encodeCleared(into message: inout MessageBuffer) -> Bool { false }

  /// Appends `{"event":"stop",...}`.
  public mutating func encodeStop(_ stop: StreamStop, into message: inout MessageBuffer) -> Bool {
    begin("stop", &message)
    message.append(",\"stop\":{\"call_sid\":")
    JSONText.appendQuoted(callSID, to: &message)
    message.append(member: "account_sid", accountSID)
    message.append(
      stop.reason == .stopped ? ",\"reason\":\"stopped\"}}" : ",\"reason\":\"callended\"}}")
    return true
  }

  /// Appends what every numbered message begins with.
  private mutating func begin(_ event: StaticString, _ message: inout MessageBuffer) {
    sequence += 1
    message.append("{\"event\":\"")
    message.append(event)
    message.append("\",\"sequence_number\":\"")
    message.append(decimal: sequence)
    message.append("\"")
    unsafe message.append(contentsOf: identity.span.bytes)
  }
}
