import AudioEngine
import Sockets

/// Hands what happens on the socket to its call, which is pinned to the same loop.
final class CallSocket: WebSocketDelegate, Sendable {
  private let call: SimulatedCall

  init(call: SimulatedCall) {
    self.call = call
  }

  func socketDidOpen(_ socket: WebSocket) {
    call.assumeIsolated { $0.opened() }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    var text: [UInt8] = []
    text.reserveCapacity(message.byteCount)
    unsafe message.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    call.assumeIsolated { $0.received(.text(text)) }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    let byteCount = message.byteCount
    call.assumeIsolated { $0.received(.binary(byteCount: byteCount)) }
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    switch call.assumeIsolated({ $0.nextAction() }) {
    case nil:
      return .nothing
    case .close(let code):
      return .close(CloseCode(rawValue: UInt16(clamping: code)), reason: "")
    case .send(let text):
      unsafe buffer.append(contentsOf: text.span.bytes)
      return .text
    }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    call.assumeIsolated { $0.closed(code: code.map(Int.init) ?? 1006, reason: reason) }
  }
}
