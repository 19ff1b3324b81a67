/// Why a client is not connected: the control link could not be made, or was refused for good.
public enum AgenTaoConnectionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No server answered, or the connection broke before the server had accepted it.
  case unreachable(reason: String)
  /// The server took the connection and then did not complete the setup in time.
  case handshakeTimedOut
  /// The server refused the connection: an HTTP status, or a close code from 4000 on.
  case rejected(status: Int, message: String)
  /// The server does not serve this version of the client: HTTP 426.
  case versionUnsupported(message: String)
  /// Who we are was not accepted. Trying again with the same credentials helps nobody.
  case authentication(AgenTaoAuthenticationFailure)
  /// A configuration that cannot work; said before anything is sent.
  case configuration(String)
  /// The client was told to disconnect.
  case closed

  /// One line for people, without credentials.
  public var description: String {
    switch self {
    case .unreachable(let reason): "the server cannot be reached: \(reason)"
    case .handshakeTimedOut: "the server did not complete the setup in time"
    case .rejected(let status, let message):
      "the server refused the connection with \(status)" + (message.isEmpty ? "" : ": \(message)")
    case .versionUnsupported(let message):
      "the server does not serve this client's version"
        + (message.isEmpty ? ", an upgrade is required" : ": \(message)")
    case .authentication(let failure): failure.description
    case .configuration(let sentence): sentence
    case .closed: "the client has disconnected"
    }
  }

  /// Whether another attempt may succeed without anybody changing anything.
  var isTransient: Bool {
    switch self {
    case .unreachable, .handshakeTimedOut: true
    // 408 timeout, 425 too early, 429 too many; 4408 heartbeat missed, 4429 too many, 4503 draining.
    case .rejected(let status, _):
      status >= 500 && status < 4_000 || [408, 425, 429, 4_408, 4_429, 4_503].contains(status)
    case .versionUnsupported, .authentication, .configuration, .closed: false
    }
  }
}

/// Why credentials were not accepted.
public enum AgenTaoAuthenticationFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The server refused the API key, the token or the certificate: HTTP 401 or 403, or a close code
  /// that says the same.
  case credentialsRejected(status: Int)
  /// The TLS handshake failed: one of the two certificates is missing, wrong or expired.
  case tls(reason: String)

  /// One line for people, without credentials.
  public var description: String {
    switch self {
    case .credentialsRejected(let status): "the server refused the credentials with \(status)"
    case .tls(let reason): "the TLS handshake failed: \(reason)"
    }
  }
}

/// How a link came to its end, as the transport saw it.
public enum AgenTaoLinkLoss: Hashable, Sendable {
  /// The upgrade was answered with an HTTP status other than 101.
  case refused(status: Int, message: String)
  /// The TLS handshake failed.
  case tls(reason: String)
  /// The connection could not be made, or broke without a close frame.
  case broken(reason: String)
  /// A close frame came, or ours was answered; the code as in RFC 6455, 7.4.
  case closed(code: UInt16, reason: String)

  /// What it means for a control link.
  var connectionError: AgenTaoConnectionError {
    switch self {
    case .refused(401, _), .closed(4_401, _): .authentication(.credentialsRejected(status: 401))
    case .refused(403, _), .closed(4_403, _): .authentication(.credentialsRejected(status: 403))
    case .refused(426, let message): .versionUnsupported(message: ASCII.prefix(message, 256))
    case .refused(let status, let message):
      .rejected(status: status, message: ASCII.prefix(message, 256))
    case .tls(let reason): .authentication(.tls(reason: ASCII.prefix(reason, 256)))
    case .broken(let reason): .unreachable(reason: ASCII.prefix(reason, 256))
    case .closed(let code, let reason) where code >= 4_000:
      .rejected(status: Int(code), message: ASCII.prefix(reason, 256))
    case .closed(let code, let reason):
      .unreachable(
        reason: "closed with \(code)" + (reason.isEmpty ? "" : ": \(ASCII.prefix(reason, 256))"))
    }
  }
}
