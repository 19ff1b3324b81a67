import AudioEngine
import Telephony

/// Hands what happens on a control link's socket to the client. Both live on the loop's thread.
final class AgenTaoControlSocket: WebSocketDelegate, Sendable {
  private let client: AgenTaoClient
  /// Which attempt of the client's this is: what an older one still says is not heard.
  private let attempt: Int

  init(client: AgenTaoClient, attempt: Int) {
    self.client = client
    self.attempt = attempt
  }

  func socketDidOpen(_ socket: WebSocket) {
    client.assumeIsolated { $0.opened(attempt) }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    client.assumeIsolated { $0.received(text: message, attempt) }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {}

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    client.assumeIsolated { $0.write(into: &buffer, attempt) }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    var loss = AgenTaoLinkLoss(of: socket, code: code, reason: reason)
    // A server that refuses a certificate in TLS 1.3 does so after the client's handshake, and its end
    // of the connection may overtake its alert.
    if case .certificate = client.configuration.credentials, socket.failure == WebSocket.hungUp {
      loss = .tls(reason: "the server hung up on the certificate, or before it answered")
    }
    client.assumeIsolated { $0.closed(loss, attempt, loopEnds: socket.loop.isEnding) }
  }
}

/// Hands what happens on a media link's socket to its call. Both live on the loop's thread.
final class AgenTaoMediaSocket: WebSocketDelegate, Sendable {
  private let call: AgenTaoCall

  init(call: AgenTaoCall) {
    self.call = call
  }

  func socketDidOpen(_ socket: WebSocket) {
    call.assumeIsolated { $0.opened(socket) }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    call.assumeIsolated { $0.received(text: message) }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    call.assumeIsolated { $0.received(binary: message) }
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    call.assumeIsolated { $0.write(into: &buffer) }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    let loss = AgenTaoLinkLoss(of: socket, code: code, reason: reason)
    call.assumeIsolated { $0.closed(loss) }
  }
}

extension AgenTaoLinkLoss {
  /// How `socket` came to its end.
  init(of socket: WebSocket, code: UInt16?, reason: String) {
    if let code {
      self = .closed(code: code, reason: reason)
      return
    }
    switch socket.failure {
    case .refused(let status, let message): self = .refused(status: status, message: message)
    case .tls(let reason): self = .tls(reason: reason)
    case .unreachable(let reason): self = .broken(reason: reason)
    case .timedOut: self = .broken(reason: "no answer in time")
    case nil: self = .broken(reason: reason)
    }
  }
}
