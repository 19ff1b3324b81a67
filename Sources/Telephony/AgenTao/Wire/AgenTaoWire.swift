public import AudioEngine

/// What the two links say, as values: a codec translates, and knows neither time nor state.
///
/// Core messages and what the profiles make of them are named after the original protocol's parts;
/// ``AgenTaoW1`` is the vendor's public wire, ``AgenTaoNVP`` a neutral one of our own.
public protocol AgenTaoWire: Sendable {
  /// The name people use: `w1`, `nvp1`.
  var name: String { get }
  /// Where the control link is, below the server's address; begins with a slash, or is empty.
  var controlPath: String { get }
  /// Subprotocols to offer on the control link.
  var controlSubprotocols: [String] { get }
  /// Subprotocols to offer on a media link.
  var mediaSubprotocols: [String] { get }
  /// Headers of the control link's upgrade, credentials aside.
  func headers(client: String) -> [(name: String, value: String)]
  /// The headers that carry an API key and its connector.
  func headers(apiKey: Secret, connectorID: String) -> [(name: String, value: String)]
  /// Headers of a media link's upgrade.
  func mediaHeaders(token: Secret?, client: String) -> [(name: String, value: String)]

  /// Appends one message of the control link.
  func encode(_ message: AgenTaoControlOutput, into buffer: inout MessageBuffer)
  /// Reads one text message of the control link. Never traps.
  func decodeControl(_ text: RawSpan) -> AgenTaoControlInput
  /// Whether the server must be told once that calls may come.
  var startsDelivery: Bool { get }

  /// Whether the server begins a media link with a message of its own, before which nothing may be
  /// sent.
  var announcesMedia: Bool { get }
  /// Whether an interruption counts the allowance anew, in an epoch of its own.
  var interruptsByEpoch: Bool { get }
  /// A fresh identifier of the `number`th command of a link.
  func commandID(number: Int) -> String
  /// Appends one command.
  func encode(_ command: AgenTaoCommandMessage, into buffer: inout MessageBuffer)
  /// Reads one text message of a media link. Never traps; what comes often allocates nothing.
  func decodeMedia(_ text: RawSpan) -> AgenTaoMediaInput
  /// Finds the audio in one binary message of a media link; nil where it is no such message.
  func decodeAudio(_ message: RawSpan) -> AgenTaoAudioFrame?
  /// Appends what stands before the samples of an outgoing binary message. Allocates nothing.
  func beginAudio(_ header: AgenTaoAudioHeader, into buffer: inout MessageBuffer)
}

/// One message to the server on the control link.
public enum AgenTaoControlOutput: Hashable, Sendable {
  /// The first: the rate of all audio of this connection, and who we are.
  case hello(rate: SampleRate, client: String)
  /// Calls may come. Only where ``AgenTaoWire/startsDelivery`` is set.
  case startDelivery
  /// Claims an announced session; a reply comes under `id`.
  case claim(session: String, id: String)
  /// The claimed session's call may be offered.
  case sessionReady(session: String)
}

/// One message from the server on the control link.
public enum AgenTaoControlInput: Hashable, Sendable {
  /// The setup is done.
  case ready(AgenTaoConnection)
  /// The setup was refused.
  case setupRefused(code: AgenTaoErrorCode, message: String)
  /// A session waits for somebody to claim it.
  case announced(session: String)
  /// The answer to a claim.
  case claimed(id: String, refusal: AgenTaoErrorCode?)
  /// A call is offered.
  case offered(AgenTaoOffer)
  /// A call or session is over, or was never to be had.
  case gone(callID: String?, session: String?, reason: String)
  /// Nothing that matters here.
  case ignored
  /// Not a message at all.
  case malformed(MalformedKind)
}

/// What a server says when the control link is set up.
public struct AgenTaoConnection: Hashable, Sendable {
  /// The server's name for the connection.
  public var id: String
  /// How often to ping, where the server says so.
  public var pingInterval: Duration?
  /// How long a pong may take, where the server says so.
  public var pongTimeout: Duration?

  /// Makes one.
  public init(id: String, pingInterval: Duration? = nil, pongTimeout: Duration? = nil) {
    self.id = id
    self.pingInterval = pingInterval
    self.pongTimeout = pongTimeout
  }
}

/// One command as it goes on the wire.
public struct AgenTaoCommandMessage: Hashable, Sendable {
  /// Its identifier on the link.
  public var id: String
  /// What is asked.
  public var command: AgenTaoCommand
  /// The epoch that an interruption begins, where the wire has epochs.
  public var epoch: Int
}

/// One message from the server on a media link.
public enum AgenTaoMediaInput: Hashable, Sendable {
  /// The link may be used. The rate the server will use, in hertz, where it says it.
  case ready(rate: Int?)
  /// The link would carry audio in a format that is none of ours.
  case unsupported(format: String)
  /// The answer to a command that was granted.
  case granted(id: String, AgenTaoReply)
  /// The answer to a command that was refused.
  case refused(id: String, code: AgenTaoErrorCode, message: String)
  /// The call was answered; only on wires that say so beside the reply.
  case answered
  /// It was not.
  case answerFailed
  /// The conference stands.
  case connected(AgenTaoAgentMode?)
  /// It does not.
  case connectFailed
  /// The call is over.
  case terminated(AgenTaoTermination)
  /// Trouble that does not end the call.
  case serviceError(code: AgenTaoErrorCode, message: String)
  /// So many more bytes may be sent.
  case allowMore(bytes: Int)
  /// So many bytes may have been sent in the epoch.
  case allowUpTo(bytes: Int, epoch: Int)
  /// Nothing that matters here.
  case ignored
  /// Not a message at all.
  case malformed(MalformedKind)
}

/// The audio of one binary message, as a place in it.
public struct AgenTaoAudioFrame: Hashable, Sendable {
  /// The track: 0 is the call's own.
  public var track: UInt8
  /// Byte offset of the first sample.
  public var payloadStart: Int
  /// The message's number on its track, where the wire has one.
  public var number: Int?
}

/// What stands before the samples of an outgoing message.
public struct AgenTaoAudioHeader: Hashable, Sendable {
  /// Interruptions so far.
  public var epoch: Int
  /// The message's number, from 0.
  public var number: Int
  /// Index of the first sample among all that were sent.
  public var sampleIndex: Int
  /// Whether the utterance ends with it.
  public var endsUtterance: Bool
}
