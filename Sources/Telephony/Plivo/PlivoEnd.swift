public import AudioEngine

/// Plivo Audio Streaming as a bot meets it; see ``PlatformEnd``.
public struct PlivoEnd: PlatformEnd {
  private static let words = BotWords(
    media: "playAudio", mark: "checkpoint", clear: "clearAudio", keys: "sendDTMF")
  /// `,"streamId":"..."`.
  private var identity: [UInt8] = []
  private var stream: [UInt8]?
  /// `,"extra_headers":"..."}`, which Plivo repeats.
  private var tail: [UInt8] = Array("}".utf8)
  private var sequence = 0
  private var chunk = 0

  /// Makes the end of one stream.
  public init() {}

  /// ``Platform/plivo``.
  public var platform: Platform { .plivo }

  /// 20 ms a message; marks go with their audio; Plivo closes.
  public var habits: PlatformHabits {
    PlatformHabits(
      cadence: .milliseconds(20), marksAtClear: .dropped, buffer: .seconds(40), closesSocket: true)
  }

  /// mu-law at 8 kHz, or 16-bit audio where the caller's is finer than that.
  public func wireFormat(nearest format: WireFormat) -> WireFormat {
    guard format.encoding == .linear16, format.rate.isTelephony else {
      return WireFormat(.mulaw, .hz8000)
    }
    return format
  }

  /// Identifiers of the shape of RFC 9562.
  public func adopting(_ start: StreamStart) -> StreamStart {
    var start = start
    start.callSID = StreamIdentity.uuid(of: start.callSID ?? "call of \(start.streamSID ?? "")")
    start.streamSID = StreamIdentity.uuid(of: start.streamSID ?? "stream of \(start.callSID ?? "")")
    start.legSID = nil
    return start
  }

  /// Reads `playAudio`, `checkpoint`, `clearAudio` and `sendDTMF`. What a message says of its audio's
  /// format is not looked at.
  public func decode(_ message: RawSpan) -> BotCommand { Self.words.read(message, stream: stream) }

  /// Nothing: `start` is Plivo's first message.
  public mutating func encodeGreeting(into message: inout MessageBuffer) -> Bool { false }

  /// Appends `{"sequenceNumber":...,"event":"start",...}`; counters start over. The numbers travel in the
  /// headers, where Plivo's own `start` has none.
  public mutating func encodeStart(
    _ start: StreamStart, format: WireFormat, into message: inout MessageBuffer
  ) {
    stream = start.streamSID.map { Array($0.utf8) }
    identity = start.streamSID.map { Array(",\"streamId\":\(JSONText.quoted($0))".utf8) } ?? []
    tail = Array(",\"extra_headers\":\(JSONText.quoted(Self.headers(start)))}".utf8)
    sequence = 0
    chunk = 0
    begin("start", namesStream: false, &message)
    message.append(",\"start\":{\"callId\":")
    JSONText.appendQuoted(start.callSID ?? "", to: &message)
    message.append(member: "streamId", start.streamSID ?? "")
    message.append(member: "accountId", start.accountSID ?? "")
    message.append(",\"tracks\":[\"inbound\"],\"mediaFormat\":{\"encoding\":\"")
    message.append(utf8: PlivoContentType(encoding: format.encoding).rawValue)
    message.append("\",\"sampleRate\":")
    message.append(decimal: format.rate.hertz)
    message.append("}}")
    unsafe message.append(contentsOf: tail.span.bytes)
  }

  /// The guide's form, `a=b;c=d`, escaped so that what was put in is what is read.
  private static func headers(_ start: StreamStart) -> String {
    var pairs = start.customParameters
    pairs["from"] = pairs["from"] ?? start.from
    pairs["to"] = pairs["to"] ?? start.to
    return pairs.sorted { $0.key < $1.key }
      .map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
      .joined(separator: ";")
  }

  /// Appends `{...,"event":"media",...,"payload":"`.
  public mutating func beginMedia(at time: Duration, into message: inout MessageBuffer) {
    begin("media", &message)
    chunk += 1
    message.append(",\"media\":{\"track\":\"inbound\",\"timestamp\":\"")
    message.append(decimal: time.wholeMilliseconds)
    message.append("\",\"chunk\":")
    message.append(decimal: chunk)
    message.append(",\"payload\":\"")
  }

  /// Appends the closing quote, brace and headers.
  public mutating func endMedia(into message: inout MessageBuffer) {
    message.append("\"}")
    unsafe message.append(contentsOf: tail.span.bytes)
  }

  /// Appends `{...,"event":"dtmf",...}`.
  public mutating func encodeKey(
    _ key: DTMF, at time: Duration, into message: inout MessageBuffer
  ) {
    begin("dtmf", &message)
    message.append(",\"dtmf\":{\"track\":\"inbound\",\"digit\":")
    JSONText.appendQuoted(key.text, to: &message)
    message.append(",\"timestamp\":\"")
    message.append(decimal: time.wholeMilliseconds)
    message.append("\"}")
    unsafe message.append(contentsOf: tail.span.bytes)
  }

  /// Appends `{...,"event":"playedStream",...}`.
  public mutating func encodeMark(_ name: String, into message: inout MessageBuffer) {
    begin("playedStream", &message)
    message.append(member: "name", name)
    message.append("}")
  }

  /// Appends `{...,"event":"clearedAudio"}`.
  public mutating func encodeCleared(into message: inout MessageBuffer) -> Bool {
    begin("clearedAudio", &message)
    message.append("}")
    return true
  }

  /// Nothing: Plivo closes the socket.
  public mutating func encodeStop(_ stop: StreamStop, into message: inout MessageBuffer) -> Bool {
    false
  }

  /// Appends what every message begins with.
  private mutating func begin(
    _ event: StaticString, namesStream: Bool = true, _ message: inout MessageBuffer
  ) {
    sequence += 1
    message.append("{\"sequenceNumber\":")
    message.append(decimal: sequence)
    if namesStream { unsafe message.append(contentsOf: identity.span.bytes) }
    message.append(",\"event\":\"")
    message.append(event)
    message.append("\"")
  }
}
