import AudioEngine
import Sockets

/// One WebSocket of a client, either link: frames out in order, whatever came in handed on.
///
/// Confined to the loop's thread, as every delegate is.
class AgenTaoServerLink: WebSocketDelegate {
  /// A client that leaves more than this unread loses audio, or the link where it is not audio.
  static let mostWaitingFrames = 4_096

  private(set) var socket: WebSocket?
  private var waiting: [AgenTaoFrame] = []
  private var head = 0
  private var breather: LoopTimer?
  /// Audio frames that found no room.
  private(set) var droppedFrames = 0

  /// Whether frames can be sent.
  var isOpen: Bool { socket?.isOpen ?? false }

  func send(_ frame: AgenTaoFrame?) {
    guard let frame, let socket, socket.isOpen else { return }
    guard waiting.count - head < Self.mostWaitingFrames else {
      if case .binary = frame { droppedFrames += 1 } else { socket.abort(reason: "unread") }
      return
    }
    waiting.append(frame)
    socket.requestWrite()
  }

  /// Cuts the connection without a close frame.
  func cut() { socket?.abort(reason: "cut by the scenario") }

  /// Pings the client every `interval`, and cuts the link when one is not answered by the next.
  func ping(every interval: Duration) { socket?.setPingInterval(interval) }

  /// Reads for 20 ms in every `interval` alone from now on.
  func readOnly(every interval: Duration) {
    guard let loop = socket?.loop else { return }
    var isReading = true
    breather = LoopTimer(loop: loop) { [weak self] in
      isReading.toggle()
      self?.socket?.setReading(isReading)
      self?.breather?.arm(at: EventLoop.now + (isReading ? .milliseconds(20) : interval))
    }
    breather?.arm(at: EventLoop.now)
  }

  func opened() {}
  func received(text: RawSpan) {}
  func received(binary: [UInt8]) {}
  func closed(code: UInt16?) {}

  func socketDidOpen(_ socket: WebSocket) {
    self.socket = socket
    opened()
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) { received(text: message) }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    received(binary: unsafe message.withUnsafeBytes { unsafe Array($0) })
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    guard head < waiting.count else { return .nothing }
    let frame = waiting[head]
    head += 1
    if head == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      head = 0
    } else {
      socket.requestWrite()
    }
    switch frame {
    case .text(let bytes):
      unsafe buffer.append(contentsOf: bytes.span.bytes)
      return .text
    case .binary(let bytes):
      unsafe buffer.append(contentsOf: bytes.span.bytes)
      return .binary
    case .close(let code):
      return .close(CloseCode(rawValue: code), reason: "")
    }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    breather?.cancel()
    breather = nil
    self.socket = nil
    closed(code: code)
  }
}

/// The link on which calls are announced.
final class AgenTaoServerControl: AgenTaoServerLink {
  let id: String
  /// What its media URLs begin with: scheme, host and port.
  let base: String
  var wire: any AgenTaoServerWire
  /// What the client asked for; nil before its first frame.
  var hello: AgenTaoHello?
  /// Calls may be announced.
  var isReady = false
  // Its list of links lets go of this one when the socket has closed.
  private let exchange: AgenTaoExchange

  init(id: String, base: String, wire: any AgenTaoServerWire, exchange: AgenTaoExchange) {
    self.id = id
    self.base = base
    self.wire = wire
    self.exchange = exchange
  }

  func tell(_ output: AgenTaoControlOutput) {
    send(wire.frame(output))
  }

  override func opened() { exchange.opened(self) }
  override func received(text: RawSpan) { exchange.received(wire.controlInput(text), from: self) }
  override func received(binary: [UInt8]) { exchange.received(.unknown, from: self) }
  override func closed(code: UInt16?) { exchange.closed(self) }
}

/// The link of one call.
final class AgenTaoServerMedia: AgenTaoServerLink {
  var wire: any AgenTaoServerWire
  private let line: AgenTaoLine

  init(line: AgenTaoLine, wire: any AgenTaoServerWire) {
    self.line = line
    self.wire = wire
  }

  func tell(_ output: AgenTaoMediaOutput) {
    send(wire.frame(output))
  }

  override func opened() { line.opened(self) }
  override func received(text: RawSpan) { line.received(wire.mediaInput(text: text)) }
  override func received(binary: [UInt8]) { line.received(wire.mediaInput(binary: binary)) }
  override func closed(code: UInt16?) { line.mediaClosed() }
}
