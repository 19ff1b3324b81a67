import AudioEngine
import Telephony

/// What a client says on its control link.
enum AgenTaoControlInput {
  /// The first frame; `id` is that of the request, where the wire has one.
  case hello(AgenTaoHello, id: String)
  case claim(session: String, id: String)
  case ready(session: String)
  case startDelivery(id: String)
  case list(id: String)
  /// A request that needs no more than an empty answer.
  case acknowledge(id: String)
  /// A request that this server does not know, or one that lacks something.
  case refuse(id: String, code: String, message: String)
  /// Ignored and counted.
  case unknown
  /// Not JSON, or without what every frame has.
  case malformed
}

/// What a client asks for at first.
struct AgenTaoHello {
  var rate: SampleRate?
  var isIsolated: Bool
  var isBase64: Bool
}

/// What a client says on a call's media link.
enum AgenTaoMediaInput {
  case command(AgenTaoOrder)
  /// Audio at `offset` of the message, or in `decoded` where it was text.
  case audio(track: Int, epoch: Int?, bytes: ArraySlice<UInt8>)
  case acknowledge(id: String)
  case refuse(id: String, code: String, message: String)
  case unknown
  case malformed
}

/// A command as it arrived.
struct AgenTaoOrder {
  var id: String
  var verb: AgenTaoServer.Verb
  /// The server answers, or says `TIMEOUT`, within this.
  var deadline: Duration
  /// The new epoch of an interruption; nil on a wire without epochs.
  var epoch: Int?
}

/// What the server says on a control link.
enum AgenTaoControlOutput {
  case welcome(
    id: String, connection: String, AgenTaoHello, heartbeat: Duration, offerLife: Duration)
  case announced(AgenTaoServerOffer)
  case claimed(AgenTaoServerOffer, id: String)
  case offered(AgenTaoServerOffer)
  case withdrawn(session: String, call: String, reason: String)
  case ended(session: String, call: String, reason: String)
  case listed([AgenTaoServerOffer], id: String)
  case acknowledged(id: String)
  case refused(id: String, code: String, message: String, holder: String?)
  /// The server is about to go.
  case draining(within: Duration)
  case unknownFrame
}

/// All that a wire tells of a call before it is taken.
struct AgenTaoServerOffer {
  var session: String
  var call: String
  var from: String
  var to: String
  var url: String
  var token: String
  /// Seconds since 1970.
  var createdAt: Int
}

/// What the server says on a media link.
enum AgenTaoMediaOutput {
  case ready(call: String, rate: SampleRate, isIsolated: Bool)
  case done(id: String, AgenTaoServer.Verb, AgenTaoServerReply)
  case failed(id: String, code: String, message: String)
  case acknowledged(id: String)
  case answered
  case connected(AgenTaoServer.Mode)
  case commandFailed(AgenTaoServer.Verb, code: String, message: String)
  case trouble(code: String, message: String)
  case terminated(reason: String, by: AgenTaoServer.Party)
  /// More audio is welcome: `more` bytes, so that the client may have sent `upTo` in the epoch.
  case allowance(more: Int, upTo: Int, epoch: Int, preferred: Int)
  case played(epoch: Int, bytes: Int)
  case audio(track: Int, firstSample: Int, bytes: [UInt8])
  case unknownFrame
  case shortFrame
}

/// What a reply may tell.
struct AgenTaoServerReply {
  var state = ""
  var mode: AgenTaoServer.Mode?
  var bytes: Int?
  var partiesRemain = false
}

/// A message ready for the socket.
enum AgenTaoFrame {
  case text([UInt8])
  case binary([UInt8])
  case close(UInt16)
}

/// The server's side of one wire, for one link: reads what a client says, writes what it is told.
protocol AgenTaoServerWire {
  func controlInput(_ text: RawSpan) -> AgenTaoControlInput
  func mediaInput(text: RawSpan) -> AgenTaoMediaInput
  func mediaInput(binary: [UInt8]) -> AgenTaoMediaInput
  /// nil where the wire has no word for it.
  mutating func frame(_ output: AgenTaoControlOutput) -> AgenTaoFrame?
  /// nil where the wire has no word for it.
  mutating func frame(_ output: AgenTaoMediaOutput) -> AgenTaoFrame?
}

extension JSONValue {
  /// The member whose name is exactly `name`: a client that spells otherwise is not understood.
  func member(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text of a member that is a string.
  func string(_ name: String) -> String? {
    guard case .string(let text)? = member(name) else { return nil }
    return text
  }

  /// The value of a member that is a whole number.
  func number(_ name: String) -> Int? {
    guard case .number(let text)? = member(name) else { return nil }
    return Int(text)
  }
}

extension WireText {
  /// An object from pairs.
  static func fields(_ pairs: KeyValuePairs<String, WireText>) -> WireText {
    .object(pairs.map { Member(key: $0.key, value: $0.value) })
  }

  static func number(_ value: Int) -> WireText { .bare(String(value)) }
  static func flag(_ value: Bool) -> WireText { .bare(value ? "true" : "false") }
}
