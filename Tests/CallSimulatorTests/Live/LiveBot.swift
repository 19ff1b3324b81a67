import AudioEngine
import BotTransport
import CallSimulator

/// A scripted bot on a real socket: on its loop's thread, as every delegate is.
final class LiveBot: WebSocketDelegate, @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private var bot: ReactiveBot
  private var timer: LoopTimer?
  private weak var socket: WebSocket?

  init(_ bot: ReactiveBot) {
    self.bot = bot
  }

  func socketDidOpen(_ socket: WebSocket) {
    self.socket = socket
    timer = LoopTimer(loop: socket.loop) { [weak self] in self?.advance() }
    received(.opened)
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    received(.text(unsafe message.withUnsafeBytes { unsafe Array($0) }))
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {}

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    defer { advance() }
    switch bot.poll(at: socket.loop.now) {
    case nil: return .nothing
    case .close(let code): return .close(CloseCode(rawValue: UInt16(code)), reason: "")
    case .send(.text(let text)):
      for byte in text { buffer.append(byte: byte) }
      return .text
    case .send(.binary(let byteCount)):
      for _ in 0..<byteCount { buffer.append(byte: 0) }
      return .binary
    }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    timer?.cancel()
    received(.closed)
  }

  private func received(_ event: BotEvent) {
    guard let socket else { return }
    bot.received(event, at: socket.loop.now)
    advance()
  }

  private func advance() {
    guard let socket, let due = bot.nextDeadline else { return }
    if due <= socket.loop.now { socket.requestWrite() } else { timer?.arm(at: due) }
  }
}

/// An event loop of one test, stopped with it.
final class TestLoop: Sendable {
  let loop: EventLoop

  init() throws {
    loop = try EventLoop(name: "test")
    loop.start()
  }

  deinit { loop.stop() }

  /// Listens on a free port and answers each call with its own bot.
  func listen(_ bot: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision) throws -> Int {
    try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0, onUpgrade: bot).port
  }
}
