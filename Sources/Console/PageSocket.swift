import AudioEngine
import Sockets

/// A message for the page.
enum PageMessage: Sendable {
  case text([UInt8])
  case sound([UInt8])
}

/// The server's end of one socket of the page, pinned to the socket's loop.
protocol PageEnd: Actor {
  func opened(_ socket: WebSocket)
  func received(text: [UInt8])
  func received(sound: [UInt8])
  func nextMessage() -> PageMessage?
  func closed()
}

/// Hands what happens on a page's socket to its end here.
final class PageSocket<End: PageEnd>: WebSocketDelegate, Sendable {
  private let end: End

  init(_ end: End) { self.end = end }

  func socketDidOpen(_ socket: WebSocket) {
    end.assumeIsolated { $0.opened(socket) }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    let text = Self.copy(message)
    end.assumeIsolated { $0.received(text: text) }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    let sound = Self.copy(message)
    end.assumeIsolated { $0.received(sound: sound) }
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    switch end.assumeIsolated({ $0.nextMessage() }) {
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
    end.assumeIsolated { $0.closed() }
  }

  private static func copy(_ message: RawSpan) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(message.byteCount)
    unsafe message.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    return bytes
  }
}
