import AudioEngine
import Sockets

/// Hands what happens on the page's socket to its telephone, which is pinned to the same loop.
final class PhoneSocket: WebSocketDelegate, Sendable {
  private let phone: Phone

  init(phone: Phone) { self.phone = phone }

  func socketDidOpen(_ socket: WebSocket) {
    phone.assumeIsolated { $0.opened(socket) }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    let text = Self.copy(message)
    phone.assumeIsolated { $0.received(text: text) }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    let sound = Self.copy(message)
    phone.assumeIsolated { $0.received(sound: sound) }
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    switch phone.assumeIsolated({ $0.nextMessage() }) {
    case nil: return .nothing
    case .text(let text):
      unsafe buffer.append(contentsOf: text.span.bytes)
      return .text
    case .sound(let sound):
      unsafe buffer.append(contentsOf: sound.span.bytes)
      return .binary
    }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    phone.assumeIsolated { $0.closed() }
  }

  private static func copy(_ message: RawSpan) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(message.byteCount)
    unsafe message.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    return bytes
  }
}
