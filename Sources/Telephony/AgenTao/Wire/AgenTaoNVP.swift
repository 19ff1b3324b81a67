public import AudioEngine

/// NVP/1, a neutral wire of our own for what the platform's public one cannot say: grants by absolute
/// position, interruptions by epoch, states as events. Not the vendor's, and never to be called so.
///
/// See ``AgenTaoWire`` for the contract.
public struct AgenTaoNVP: AgenTaoWire {
  /// Bytes before the samples of a binary message.
  public static let headerByteCount = 16
  static let helloID = "hello"
  private static let deliveryID = "delivery"

  /// Makes the codec.
  public init() {}

  /// `nvp1`.
  public var name: String { "nvp1" }
  /// The vendor's, since the profile names none: the subprotocol tells the two apart.
  public var controlPath: String { AgenTaoW1().controlPath }
  /// `nvp1.control`.
  public var controlSubprotocols: [String] { ["nvp1.control"] }
  /// `nvp1.media.bin`.
  public var mediaSubprotocols: [String] { ["nvp1.media.bin"] }
  /// None: the first message says who we are.
  public func headers(client: String) -> [(name: String, value: String)] { [] }
  /// `X-Api-Key` and `X-Connector-Id`.
  public func headers(apiKey: Secret, connectorID: String) -> [(name: String, value: String)] {
    [("x-api-key", apiKey.revealed), ("x-connector-id", connectorID)]
  }
  /// A bearer token.
  public func mediaHeaders(token: Secret?, client: String) -> [(name: String, value: String)] {
    token.map { [("authorization", "Bearer \($0.revealed)")] } ?? []
  }
  /// Always: offers are held until then.
  public var startsDelivery: Bool { true }
  /// With `media.ready`.
  public var announcesMedia: Bool { true }
  /// Yes.
  public var interruptsByEpoch: Bool { true }
  /// `c-1` and so on.
  public func commandID(number: Int) -> String { "c-\(number)" }

  /// Appends the message's JSON.
  public func encode(_ message: AgenTaoControlOutput, into buffer: inout MessageBuffer) {
    switch message {
    case .hello(let rate, let client):
      let data =
        #"{"profile":"nvp/1","client":\#(JSONText.quoted(client)),"sampleRate":\#(rate.hertz),"#
        + #""tracks":"mixed","mediaEncoding":"bin"}"#
      request(Self.helloID, "hello", data: data, timeout: .seconds(10), into: &buffer)
    case .startDelivery:
      request(
        Self.deliveryID, "delivery.start", data: "{}", timeout: .seconds(10), into: &buffer)
    case .claim, .sessionReady:
      // The media link's upgrade is the claim.
      preconditionFailure("NVP/1 has no sessions to claim: its codec announces none")
    }
  }

  /// Appends the command's JSON.
  public func encode(_ command: AgenTaoCommandMessage, into buffer: inout MessageBuffer) {
    let (verb, data): (String, String) =
      switch command.command {
      case .answer: ("call.answer", "{}")
      case .connect(let seconds): ("call.connect", #"{"ringTimeSeconds":\#(seconds)}"#)
      case .mode(let mode): ("agent.mode", #"{"mode":"\#(mode.rawValue)"}"#)
      case .disconnect: ("call.disconnect", "{}")
      case .close: ("call.close", "{}")
      case .interrupt: ("agent.interrupt", #"{"epoch":\#(command.epoch)}"#)
      }
    request(
      command.id, verb, data: data, timeout: command.command.serverDeadline, into: &buffer)
  }

  private func request(
    _ id: String, _ name: String, data: String, timeout: Duration, into buffer: inout MessageBuffer
  ) {
    buffer.append(
      utf8: #"{"type":"request","id":"\#(id)","name":"\#(name)","data":\#(data),"#
        + #""timeoutMs":\#(timeout.components.seconds * 1_000)}"#)
  }

  /// The header's version must be 1, the samples whole and at least one.
  public func decodeAudio(_ message: RawSpan) -> AgenTaoAudioFrame? {
    let count = message.byteCount
    guard count > Self.headerByteCount, count % 2 == 0, Self.byte(message, 0) == 1 else {
      return nil
    }
    var number = 0
    for offset in 4..<8 { number = number << 8 | Int(Self.byte(message, offset)) }
    return AgenTaoAudioFrame(
      track: Self.byte(message, 1), payloadStart: Self.headerByteCount, number: number)
  }

  private static func byte(_ message: RawSpan, _ offset: Int) -> UInt8 {
    unsafe message.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// Version, track, flags, epoch, number and sample index, the last two big-endian.
  public func beginAudio(_ header: AgenTaoAudioHeader, into buffer: inout MessageBuffer) {
    buffer.append(byte: 1)
    buffer.append(byte: 0)
    buffer.append(byte: header.endsUtterance ? 2 : 0)
    buffer.append(byte: UInt8(truncatingIfNeeded: header.epoch))
    for shift in stride(from: 24, through: 0, by: -8) {
      buffer.append(byte: UInt8(truncatingIfNeeded: header.number >> shift))
    }
    for shift in stride(from: 56, through: 0, by: -8) {
      buffer.append(byte: UInt8(truncatingIfNeeded: header.sampleIndex >> shift))
    }
  }
}
