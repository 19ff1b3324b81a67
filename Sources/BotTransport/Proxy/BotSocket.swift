import AudioEngine
import Sockets

/// Hands what happens on a bot's socket to its call's proxy. All three live on the loop's thread.
final class BotSocket: WebSocketDelegate, Sendable {
  private let proxied: ProxiedCall
  /// Which attempt this is: what an older one still says is not heard.
  private let attempt: Int

  init(_ proxied: ProxiedCall, attempt: Int) {
    self.proxied = proxied
    self.attempt = attempt
  }

  func socketDidOpen(_ socket: WebSocket) {
    proxied.call.assumeIsolated { proxied.opened(socket, attempt, on: $0) }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    proxied.call.assumeIsolated { proxied.received(message, attempt, on: $0) }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    proxied.call.assumeIsolated { proxied.receivedBinary(attempt, on: $0) }
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    proxied.call.assumeIsolated { proxied.write(into: &buffer, attempt, on: $0) }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    let words = socket.failure?.description ?? reason
    proxied.call.assumeIsolated { proxied.closed(code, words, attempt, on: $0) }
  }
}
