import AudioEngine
import BotTransport

/// What a delegate was told, as values.
enum SocketEvent: Equatable, Sendable {
  case opened
  case text(String)
  case binary([UInt8])
  case closed(code: UInt16?, reason: String)
}

/// A delegate that reports what it hears and sends what it is given; an actor of its loop.
actor SocketProbe: WebSocketDelegate {
  nonisolated let events: AsyncStream<SocketEvent>
  private nonisolated let report: AsyncStream<SocketEvent>.Continuation
  private let loop: EventLoop
  private let echoes: Bool
  private var outgoing: [(isText: Bool, bytes: [UInt8])] = []
  private var socket: WebSocket?
  /// How often it was asked for a message.
  private(set) var asked = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, echoes: Bool = false) {
    self.loop = loop
    self.echoes = echoes
    (events, report) = AsyncStream.makeStream()
  }

  func send(_ text: String) { send(isText: true, Array(text.utf8)) }
  func send(_ bytes: [UInt8]) { send(isText: false, bytes) }

  private func send(isText: Bool, _ bytes: [UInt8]) {
    outgoing.append((isText, bytes))
    socket?.requestWrite()
  }

  /// Asks to send `count` messages, and tells how often it was asked for one before the loop came round.
  func sentInOneTurn(of count: Int) async -> Int {
    for number in 0..<count { send("\(number)") }
    return await withCheckedContinuation { continuation in
      loop.perform { self.assumeIsolated { continuation.resume(returning: $0.asked) } }
    }
  }

  func withSocket<Value: Sendable>(_ body: @Sendable (WebSocket) -> Value) -> Value? {
    socket.map(body)
  }

  nonisolated func socketDidOpen(_ socket: WebSocket) {
    assumeIsolated { probe in
      probe.socket = socket
      if !probe.outgoing.isEmpty { socket.requestWrite() }
    }
    report.yield(.opened)
  }

  nonisolated func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    let bytes = Array(message)
    report.yield(.text(String(decoding: bytes, as: UTF8.self)))
    assumeIsolated { if $0.echoes { $0.send(isText: true, bytes) } }
  }

  nonisolated func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    let bytes = Array(message)
    report.yield(.binary(bytes))
    assumeIsolated { if $0.echoes { $0.send(isText: false, bytes) } }
  }

  nonisolated func socketCanWrite(
    _ socket: WebSocket, buffer: inout MessageBuffer
  ) -> WriteStep {
    assumeIsolated { probe in
      probe.asked += 1
      guard !probe.outgoing.isEmpty else { return .nothing }
      let (isText, bytes) = probe.outgoing.removeFirst()
      unsafe buffer.append(contentsOf: bytes.span.bytes)
      if !probe.outgoing.isEmpty { socket.requestWrite() }
      return isText ? .text : .binary
    }
  }

  nonisolated func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    assumeIsolated { $0.socket = nil }
    report.yield(.closed(code: code, reason: reason))
  }

  /// Ends the events, so that what has not come by now is seen not to come.
  func finish() { report.finish() }

  /// Waits for `count` events, and gives them; fewer when the events have ended.
  nonisolated func next(_ count: Int) async throws -> [SocketEvent] {
    try await within { [events] in
      var seen: [SocketEvent] = []
      for await event in events {
        seen.append(event)
        if seen.count == count { break }
      }
      return seen
    }
  }
}

extension Array where Element == UInt8 {
  /// A copy of the bytes.
  init(_ span: RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
