/// Why a client's connection, once begun, did not become a WebSocket.
public enum ConnectFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The server answered the request with something other than an upgrade; `message` is its reason
  /// phrase, or what was wrong with its upgrade. From the peer: trust nothing.
  case refused(status: Int, message: String)
  /// Either side refused the other's TLS: a certificate, a version, no TLS at all.
  case tls(reason: String)
  /// The host has no address, nobody listens there, or the connection broke.
  case unreachable(reason: String)
  /// The handshake took longer than ``WebSocket/Limits/openTimeout``.
  case timedOut

  /// One line for people.
  public var description: String {
    switch self {
    case .refused(101, let message): "the server's upgrade is faulty: \(message)"
    case .refused(let status, _): "the server answered HTTP \(status)"
    case .tls(let reason): "TLS: \(reason)"
    case .unreachable(let reason): reason
    case .timedOut: "the server did not answer in time"
    }
  }
}
