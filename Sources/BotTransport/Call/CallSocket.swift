import AudioEngine

/// Hands what happens on a call's socket to the call. Both live on the loop's thread, so the call is
/// entered directly, without a hop.
final class CallSocket: WebSocketDelegate {
  private let call: Call

  init(call: Call) {
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
    call.assumeIsolated { $0.closed(code: code, reason: reason) }
  }
}
