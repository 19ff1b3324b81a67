package import AudioEngine
package import Sockets

/// What a delegate was told, as values.
package enum SocketEvent: Equatable, Sendable {
  case opened
  case text(String)
  case binary([UInt8])
  case closed(code: UInt16?, reason: String)
}

/// A delegate that reports what it hears and sends what it is given; an actor of its loop.
package actor SocketProbe: WebSocketDelegate {
  package nonisolated let events: AsyncStream<SocketEvent>
  private nonisolated let report: AsyncStream<SocketEvent>.Continuation
  private let loop: EventLoop
  private let echoes: Bool
  private var outgoing: [(isText: Bool, bytes: [UInt8])] = []
  private var socket: WebSocket?
  /// How often it was asked for a message.
  package private(set) var asked = 0

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  package init(loop: EventLoop, echoes: Bool = false) {
    self.loop = loop
    self.echoes = echoes
    (events, report) = AsyncStream.makeStream()
  }

  package func send(_ text: String) { send(isText: true, Array(text.utf8)) }
  package func send(_ bytes: [UInt8]) { send(isText: false, bytes) }

  private func send(isText: Bool, _ bytes: [UInt8]) {
    outgoing.append((isText, bytes))
    socket?.requestWrite()
  }

  /// Asks to send `count` messages, and tells how often it was asked for one before the loop came round.
  package nonisolated func sentInOneTurn(of count: Int) async -> Int {
    // An actor's job may be taken up in two turns; a closure runs in one.
    await withCheckedContinuation { continuation in
      loop.perform {
        self.assumeIsolated { for number in 0..<count { $0.send("\(number)") } }
        self.loop.perform {
          self.assumeIsolated { continuation.resume(returning: $0.asked) }
        }
      }
    }
  }

  package func withSocket<Value: Sendable>(_ body: @Sendable (WebSocket) -> Value) -> Value? {
    socket.map(body)
  }

  package nonisolated func socketDidOpen(_ socket: WebSocket) {
    assumeIsolated { probe in
      probe.socket = socket
      if !probe.outgoing.isEmpty { socket.requestWrite() }
    }
    report.yield(.opened)
  }

  package nonisolated func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    let bytes = Array(message)
    report.yield(.text(String(decoding: bytes, as: UTF8.self)))
    assumeIsolated { if $0.echoes { $0.send(isText: true, bytes) } }
  }

  package nonisolated func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    let bytes = Array(message)
    report.yield(.binary(bytes))
    assumeIsolated { if $0.echoes { $0.send(isText: false, bytes) } }
  }

  package nonisolated func socketCanWrite(
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

  package nonisolated func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    assumeIsolated { $0.socket = nil }
    report.yield(.closed(code: code, reason: reason))
  }

  /// Ends the events, so that what has not come by now is seen not to come.
  package func finish() { report.finish() }

  /// Waits for `count` events, and gives them; fewer when the events have ended.
  package nonisolated func next(_ count: Int) async throws -> [SocketEvent] {
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
  package init(_ span: RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
