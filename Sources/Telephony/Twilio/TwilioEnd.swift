public import AudioEngine

/// Twilio Media Streams as a bot meets it; see ``PlatformEnd``.
public struct TwilioEnd: PlatformEnd {
  private static let words = BotWords()
  /// `"streamSid":"..."`.
  private var identity: [UInt8] = []
  private var stream: [UInt8]?
  private var callSID = ""
  private var accountSID = ""
  private var sequence = 0
  private var chunk = 0

  /// Makes the end of one stream.
  public init() {}

  /// ``Platform/twilio``.
  public var platform: Platform { .twilio }

  /// 20 ms a message; a clear gives all pending marks back; Twilio closes.
  public var habits: PlatformHabits {
    PlatformHabits(
      cadence: .milliseconds(20), marksAtClear: .returned, buffer: .seconds(600),
      closesSocket: true)
  }

  /// mu-law at 8 kHz, whatever the caller's is.
  public func wireFormat(nearest format: WireFormat) -> WireFormat { WireFormat(.mulaw, .hz8000) }

  /// Identifiers of two letters and 32 hexadecimal digits: `AC`, `CA`, `MZ`. The numbers become parameters,
  /// as a webhook would make them: `start` has no other place for them.
  public func adopting(_ start: StreamStart) -> StreamStart {
    func shaped(_ prefix: String, _ text: String) -> String {
      let isShaped =
        text.hasPrefix(prefix) && text.utf8.count == 34
        && StreamIdentity.isHexadecimal(text.dropFirst(2))
      return isShaped ? text : prefix + StreamIdentity.digits(of: text)
    }
    var start = start
    start.callSID = shaped("CA", start.callSID ?? "call of \(start.streamSID ?? "")")
    start.streamSID = shaped("MZ", start.streamSID ?? "stream of \(start.callSID ?? "")")
    start.accountSID = shaped("AC", start.accountSID ?? "sidetone")
    start.legSID = nil
    for (name, number) in [("from", start.from), ("to", start.to)] {
      if let number, start.parameter(name) == nil { start.customParameters[name] = number }
    }
    return start
  }

  /// Reads `media`, `mark` and `clear`.
  public func decode(_ message: RawSpan) -> BotCommand { Self.words.read(message, stream: stream) }

  /// Appends `{"event":"connected",...}`.
  public mutating func encodeGreeting(into message: inout MessageBuffer) -> Bool {
    message.append("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}")
    return true
  }

  /// Appends `{"event":"start",...}`; counters start over.
  public mutating func encodeStart(
    _ start: StreamStart, format: WireFormat, into message: inout MessageBuffer
  ) {
    stream = start.streamSID.map { Array($0.utf8) }
    identity = Array("\"streamSid\":\(JSONText.quoted(start.streamSID ?? ""))".utf8)
    callSID = start.callSID ?? ""
    accountSID = start.accountSID ?? ""
    sequence = 0
    chunk = 0
    begin("start", &message)
    message.append(",\"start\":{\"accountSid\":")
    JSONText.appendQuoted(accountSID, to: &message)
    message.append(member: "streamSid", start.streamSID ?? "")
    message.append(member: "callSid", callSID)
    message.append(",\"tracks\":[\"inbound\"],\"mediaFormat\":{\"encoding\":\"")
    message.append(utf8: format.encoding == .linear16 ? "audio/l16" : "audio/x-\(format.encoding)")
    message.append("\",\"sampleRate\":")
    message.append(decimal: format.rate.hertz)
    message.append(",\"channels\":1},\"customParameters\":")
    message.append(object: start.customParameters)
    message.append("},")
    end(&message)
  }

  /// Appends `{"event":"media",...,"payload":"`.
  public mutating func beginMedia(at time: Duration, into message: inout MessageBuffer) {
    begin("media", &message)
    chunk += 1
    message.append(",\"media\":{\"track\":\"inbound\",\"chunk\":\"")
    message.append(decimal: chunk)
    message.append("\",\"timestamp\":\"")
    message.append(decimal: time.wholeMilliseconds)
    message.append("\",\"payload\":\"")
  }

  /// Appends what follows the payload, the stream's identifier last.
  public mutating func endMedia(into message: inout MessageBuffer) {
    message.append("\"},")
    end(&message)
  }

  /// Appends `{"event":"dtmf",...}`, which tells neither time nor length.
  public mutating func encodeKey(
    _ key: DTMF, at time: Duration, into message: inout MessageBuffer
  ) {
    sequence += 1
    message.append("{\"event\":\"dtmf\",")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append(",\"sequenceNumber\":\"")
    message.append(decimal: sequence)
    message.append("\",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":")
    JSONText.appendQuoted(key.text, to: &message)
    message.append("}}")
  }

  /// Appends `{"event":"mark",...}`.
  public mutating func encodeMark(_ name: String, into message: inout MessageBuffer) {
    begin("mark", &message)
    message.append(",")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append(",\"mark\":{\"name\":")
    JSONText.appendQuoted(name, to: &message)
    message.append("}}")
  }

  /// Nothing: the marks that come back tell of a clear.
  public mutating func encodeCleared(into message: inout MessageBuffer) -> Bool { false }

  /// Appends `{"event":"stop",...}`, which gives no reason.
  public mutating func encodeStop(_ stop: StreamStop, into message: inout MessageBuffer) -> Bool {
    begin("stop", &message)
    message.append(",")
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append(",\"stop\":{\"accountSid\":")
    JSONText.appendQuoted(accountSID, to: &message)
    message.append(member: "callSid", callSID)
    message.append("}}")
    return true
  }

  private mutating func begin(_ event: StaticString, _ message: inout MessageBuffer) {
    sequence += 1
    message.append("{\"event\":\"")
    message.append(event)
    message.append("\",\"sequenceNumber\":\"")
    message.append(decimal: sequence)
    message.append("\"")
  }

  private func end(_ message: inout MessageBuffer) {
    unsafe message.append(contentsOf: identity.span.bytes)
    message.append("}")
  }
}
