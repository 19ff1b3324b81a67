import AudioEngine

/// The open sockets of an echo server.
final class EchoSockets: @unchecked Sendable {
  // Unchecked: confined to the thread of the server's loop.
  private var open: [ObjectIdentifier: (socket: WebSocket, echo: EchoSocket)] = [:]
  private var isLeaving = false

  /// How many there are.
  var count: Int { open.count }

  /// Closes each with 1001, and those that still open.
  func leave() {
    isLeaving = true
    for (socket, echo) in open.values { echo.leave(socket) }
  }

  func opened(_ socket: WebSocket, _ echo: EchoSocket) {
    open[ObjectIdentifier(socket)] = (socket, echo)
    if isLeaving { echo.leave(socket) }
  }

  func closed(_ socket: WebSocket) { open[ObjectIdentifier(socket)] = nil }
}

/// Sends back what comes in, in order; confined to its socket's loop.
final class EchoSocket: WebSocketDelegate {
  /// Bytes that wait for a peer that does not read; beyond them it is hung up on.
  static let waitingLimit = 64 << 20
  /// What a message costs beyond its bytes, at most.
  private static let messageCost = 128

  /// Places of sent messages that wait to be closed up.
  private static let sentLimit = 1_024

  private let sockets: EchoSockets
  private var waiting: [(kind: WriteStep, bytes: [UInt8])] = []
  private var next = 0
  private var waitingByteCount = 0
  private var isLeaving = false

  init(among sockets: EchoSockets) {
    self.sockets = sockets
  }

  func socketDidOpen(_ socket: WebSocket) { sockets.opened(socket, self) }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    answer(message, .text, socket)
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    answer(message, .binary, socket)
  }

  /// Closes the socket after what waits.
  func leave(_ socket: WebSocket) {
    isLeaving = true
    socket.requestWrite()
  }

  private func answer(_ message: RawSpan, _ kind: WriteStep, _ socket: WebSocket) {
    guard !isLeaving else { return }
    waitingByteCount += message.byteCount + Self.messageCost
    guard waitingByteCount <= Self.waitingLimit else {
      socket.abort(reason: WebSocket.unreadReason)
      return
    }
    waiting.append((kind, unsafe message.withUnsafeBytes { unsafe Array($0) }))
    socket.requestWrite()
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    guard next < waiting.count else {
      return isLeaving ? .close(.goingAway, reason: "server stops") : .nothing
    }
    let (kind, bytes) = waiting[next]
    waiting[next].bytes = []
    next += 1
    waitingByteCount -= bytes.count + Self.messageCost
    unsafe buffer.append(contentsOf: bytes.span.bytes)
    if next == waiting.count || next == Self.sentLimit {
      waiting.removeFirst(next)
      next = 0
    }
    if next < waiting.count || isLeaving { socket.requestWrite() }
    return kind
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    waiting.removeAll()
    sockets.closed(socket)
  }
}
