public import AudioEngine

/// What happens on a socket. Every call comes on the thread of the socket's loop, so an actor pinned
/// to that loop may answer with `assumeIsolated`.
public protocol WebSocketDelegate: AnyObject {
  /// The handshake is done; messages follow.
  func socketDidOpen(_ socket: WebSocket)

  /// A whole text message, valid UTF-8, arrived. `message` is good for the duration of the call; it
  /// lies in the receive buffer itself when it arrived in one read, and is reassembled otherwise.
  func socket(_ socket: WebSocket, didReceiveText message: RawSpan)

  /// A whole binary message arrived; the rest as for text.
  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan)

  /// The socket takes one message now: write it into `buffer`, which is empty, and say what it is.
  ///
  /// Called after ``WebSocket/requestWrite()``, and never while earlier bytes wait for the peer: what
  /// to send is decided at the last moment. Ask again for the next message. No allocation, no lock
  /// once `buffer`, which all sockets of a loop share, has grown to the largest message.
  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep

  /// The socket is gone; nothing follows. Called once for every socket, also when the handshake
  /// failed or the connection could not be made; then ``socketDidOpen(_:)`` never was.
  ///
  /// - Parameters:
  ///   - socket: the socket that was.
  ///   - code: of the close frame that began the closing (RFC 6455, 7.4), the peer's or ours; 1005
  ///     where the peer's had none; nil without any close frame, which other interfaces call 1006.
  ///     libwebsockets 4.1 takes 1012 to 1014 from a peer for errors, and they arrive as 1002.
  ///   - reason: the close frame's, or what went wrong, for the log. From the peer: trust nothing.
  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String)
}

/// What a delegate did with its turn to write.
public enum WriteStep: Sendable, Equatable {
  /// It had nothing to say.
  case nothing
  /// The buffer holds a text message.
  case text
  /// The buffer holds a binary message.
  case binary
  /// Send a close frame now; the buffer is ignored.
  case close(CloseCode, reason: String)
}

/// A status code of a close frame (RFC 6455, 7.4).
///
/// A structure, so that codes of one's own (4000 to 4999) need no new cases.
public struct CloseCode: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// The number on the wire.
  public let rawValue: UInt16

  /// The purpose of the connection is fulfilled.
  public static let normal: CloseCode = 1000
  /// The endpoint goes away: a server that stops.
  public static let goingAway: CloseCode = 1001
  /// The peer broke the protocol.
  public static let protocolError: CloseCode = 1002
  /// The peer sent a kind of data that is not accepted.
  public static let unsupportedData: CloseCode = 1003
  /// Text was not UTF-8.
  public static let invalidText: CloseCode = 1007
  /// The peer broke a rule of the service.
  public static let policyViolation: CloseCode = 1008
  /// A message was too big.
  public static let messageTooBig: CloseCode = 1009
  /// Something unexpected went wrong here.
  public static let internalError: CloseCode = 1011

  /// Makes a code, whether or not it may be sent.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// Makes a code from a literal.
  public init(integerLiteral value: UInt16) { self.rawValue = value }

  /// Whether an endpoint may put the code on the wire: 1000 to 1003, 1007 to 1014, 3000 to 4999.
  public var isSendable: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
