public import AudioEngine

/// The platform's public wire, as its freely licensed client of 2025 speaks it: camelCase on the
/// control link, snake_case on media links, one byte of track number before the audio.
///
/// See ``AgenTaoWire`` for the contract.
public struct AgenTaoW1: AgenTaoWire {
  /// Which calls the server shall deliver; sent after each setup. What the connector is configured
  /// for where nil.
  public var inboundCalls: InboundCalls?

  /// Inbound calls that are wanted.
  public enum InboundCalls: String, Hashable, Sendable, CaseIterable {
    /// All.
    case all = "ALL"
    /// Those nobody else answered.
    case missedOnly = "MISSED_ONLY"
    /// None.
    case none = "NO"
  }

  /// Makes the codec.
  public init(inboundCalls: InboundCalls? = nil) {
    self.inboundCalls = inboundCalls
  }

  /// `w1`.
  public var name: String { "w1" }
  /// `/v1/agent/session-manager`.
  public var controlPath: String { "/v1/agent/session-manager" }
  /// None.
  public var controlSubprotocols: [String] { [] }
  /// None.
  public var mediaSubprotocols: [String] { [] }
  /// `x-sdk-version`, by which the server may turn a client away with 426.
  public func headers(client: String) -> [(name: String, value: String)] {
    [("x-sdk-version", client)]
  }
  /// `x-api-key` and `x-connector-uuid`.
  public func headers(apiKey: Secret, connectorID: String) -> [(name: String, value: String)] {
    [("x-api-key", apiKey.revealed), ("x-connector-uuid", connectorID)]
  }
  /// A bearer token and `x-sdk-version`.
  public func mediaHeaders(token: Secret?, client: String) -> [(name: String, value: String)] {
    headers(client: client) + (token.map { [("authorization", "Bearer \($0.revealed)")] } ?? [])
  }

  /// With ``inboundCalls`` alone there is something to say.
  public var startsDelivery: Bool { inboundCalls != nil }
  /// No: the link may be used at once.
  public var announcesMedia: Bool { false }
  /// No: requests outlive an interruption.
  public var interruptsByEpoch: Bool { false }
  /// A UUID of version 4, as the vendor's client sends them.
  public func commandID(number: Int) -> String { AgenTaoIdentifier.random() }

  /// Appends the message's JSON.
  public func encode(_ message: AgenTaoControlOutput, into buffer: inout MessageBuffer) {
    let json: String =
      switch message {
      case .hello(let rate, _):
        #"{"type":"setup","data":{"sampleRate":\#(rate.hertz),"audioMode":"mixed"}}"#
      case .startDelivery:
        #"{"type":"call_flow.setup","data":{"inboundCall":"\#((inboundCalls ?? .all).rawValue)","#
          + #""outboundCall":false,"inboundMessage":false,"outboundMessage":false},"#
          + #""reqId":"\#(AgenTaoIdentifier.random())"}"#
      case .claim(let session, let id):
        #"{"type":"session.open","sessionId":\#(JSONText.quoted(session)),"reqId":"\#(id)"}"#
      case .sessionReady(let session):
        #"{"type":"session.ready","sessionId":\#(JSONText.quoted(session))}"#
      }
    buffer.append(utf8: json)
  }

  /// Appends the command's JSON.
  public func encode(_ command: AgenTaoCommandMessage, into buffer: inout MessageBuffer) {
    buffer.append(#"{"type":"command","data":{"command_id":""#)
    buffer.append(utf8: command.id)
    buffer.append(#"","command":""#)
    buffer.append(utf8: Self.verb(command.command))
    buffer.append(#"","timeout_ms":"#)
    buffer.append(decimal: Int(command.command.serverDeadline.components.seconds) * 1_000)
    if case .connect(let seconds) = command.command {
      buffer.append(#","data":{"ringTimeSeconds":"#)
      buffer.append(decimal: seconds)
      buffer.append("}")
    }
    buffer.append("}}")
  }

  private static func verb(_ command: AgenTaoCommand) -> String {
    switch command {
    case .answer: "call.answer"
    case .connect: "call.connect"
    case .disconnect: "call.disconnect"
    case .close: "call.close"
    case .mode(let mode): "agent.\(mode.rawValue)"
    case .interrupt: "agent.interrupt"
    }
  }

  /// One byte of track number, then samples; two bytes are the least.
  public func decodeAudio(_ message: RawSpan) -> AgenTaoAudioFrame? {
    guard message.byteCount >= 2 else { return nil }
    let track = unsafe message.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    return AgenTaoAudioFrame(track: track, payloadStart: 1)
  }

  /// Track 0.
  public func beginAudio(_ header: AgenTaoAudioHeader, into buffer: inout MessageBuffer) {
    buffer.append(byte: 0)
  }
}

/// Identifiers nobody has used before.
enum AgenTaoIdentifier {
  /// A UUID of version 4 (RFC 9562, 5.4), in lower case.
  static func random() -> String {
    let high = UInt64.random(in: .min ... .max) & ~0xF000 | 0x4000
    let low = UInt64.random(in: .min ... .max) >> 2 | 1 << 63
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for index in 0..<32 {
      if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
      let word = index < 16 ? high : low
      text.append(digits[Int(word >> UInt64(60 - index % 16 * 4) & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
