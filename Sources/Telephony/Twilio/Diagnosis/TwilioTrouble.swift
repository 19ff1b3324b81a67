/// What can go wrong with a stream, by the numbers of Twilio's errors, in plain words. Source:
/// https://www.twilio.com/docs/api/errors, one page a number.
///
/// None of these reach the socket: they stand in Twilio's debugger and, where a stream failed to start, in
/// the status callback's `StreamError`.
public enum TwilioTrouble: Int, Hashable, Sendable, CaseIterable {
  /// The connection took too long.
  case connectTimeout = 31_901
  /// The connection was refused.
  case connectRefused = 31_902
  /// The connection broke while it was made.
  case brokenPipe = 31_903
  /// TLS failed.
  case tls = 31_910
  /// The upgrade was answered with something but 101.
  case handshake = 31_920
  /// Our server closed the socket.
  case serverClosed = 31_921
  /// The address is not `wss://`.
  case scheme = 31_922
  /// A frame or a message that breaks the protocol.
  case protocolError = 31_924
  /// We read Twilio's audio too slowly.
  case congested = 31_930
  /// More than ten minutes of our audio waited.
  case bufferOverflow = 31_931
  /// A track that this kind of stream cannot have.
  case track = 31_941
  /// A binary message, or one that cannot be decoded.
  case undecodable = 31_950
  /// A message that is not valid.
  case invalidMessage = 31_951

  /// The first number of a text of Twilio's that is known; nil where it holds none.
  public init?(in text: String) {
    let numbers = text.utf8.prefix(512).split { !(0x30...0x39).contains($0) }
    let known = numbers.lazy.filter { $0.count == 5 }
      .compactMap { Int(String(decoding: $0, as: UTF8.self)).flatMap(Self.init(rawValue:)) }
    guard let first = known.first else { return nil }
    self = first
  }

  /// What happened, one sentence.
  public var cause: String {
    switch self {
    case .connectTimeout: "Twilio's connection took too long."
    case .connectRefused: "Twilio's connection was refused."
    case .brokenPipe: "Twilio's connection broke while it was made."
    case .tls: "The TLS handshake with Twilio failed."
    case .handshake: "Twilio's upgrade was not answered with 101."
    case .serverClosed: "The server closed the socket, as it does at the end of a two-way stream."
    case .scheme: "The stream's address does not begin with wss://."
    case .protocolError: "Something that was sent broke the protocol."
    case .congested: "The server reads the caller's audio too slowly, and Twilio dropped some."
    case .bufferOverflow: "More than ten minutes of audio waited at Twilio, and it dropped some."
    case .track: "A two-way stream asked for a track that it cannot have."
    case .undecodable: "A message was binary or could not be decoded, and Twilio ignored it."
    case .invalidMessage: "A message was not valid, and Twilio ignored it."
    }
  }

  /// Whether it ends the stream, or keeps it from beginning.
  public var isFatal: Bool {
    switch self {
    case .connectTimeout, .connectRefused, .brokenPipe, .tls, .handshake, .scheme, .protocolError,
      .track:
      true
    case .serverClosed, .congested, .bufferOverflow, .undecodable, .invalidMessage: false
    }
  }

  /// What to check, most likely first.
  public var checks: [String] {
    switch self {
    case .connectTimeout, .connectRefused, .brokenPipe:
      ["Check that the address is reached on port 443 from anywhere, and that a tunnel is up."]
    case .tls: ["Check that the certificate is valid, public and complete with its chain."]
    case .handshake:
      [
        "Check the path, and that no query stands behind it.",
        "Check the auth token and the public address that signatures are checked with.",
        "Check that the proxy passes upgrades on.",
      ]
    case .serverClosed: []
    case .scheme: ["Write wss:// in the <Stream> element."]
    case .protocolError:
      ["Send JSON in text frames, raw mu-law without a header, and nothing on a one-way stream."]
    case .congested: ["Look for a blocked event loop, a busy machine or a slow proxy."]
    case .bufferOverflow: ["Send at the speed of speech."]
    case .track: ["<Connect> takes inbound_track alone; use <Start> to hear others."]
    case .undecodable, .invalidMessage:
      ["Look for the first of them: Twilio tells of one a stream."]
    }
  }
}
