import AudioEngine
import Ground

/// What a client and its socket share: two bounded queues, and who waits for them.
///
/// The socket's callbacks come on its loop, the client's calls on any thread, so one lock serves both. It is
/// held for a few instructions, and nobody is resumed inside.
final class ClientCore: WebSocketDelegate, @unchecked Sendable {
  // Unchecked: `socket` is set before anybody else has this; the rest is in `state`.
  typealias Message = WebSocketClient.Message
  private struct State {
    /// The handshake is done, or was.
    var hasOpened = false
    var agreed: String?
    /// How the connection ended, or nil.
    var end: WebSocketClientError?
    /// We have asked for the end.
    var closing: (code: CloseCode, reason: String)?
    var outgoing = ByteQueue<Message>()
    var incoming = ByteQueue<Message>()
    var isReading = true
    /// How often anything has changed.
    var changes: UInt64 = 0
    /// Who waits for the next change, by number.
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var waiterNumber: UInt64 = 0
  }

  /// What a waiting message costs beyond its bytes.
  private static let messageCost = 64

  private let limits: WebSocketClient.Limits
  private let state = Locked(State())
  var socket: WebSocket?

  init(_ limits: WebSocketClient.Limits) { self.limits = limits }

  var agreed: String? { state.withLock { $0.agreed } }

  /// Waits until the socket is open.
  func opened() async throws(WebSocketClientError) {
    do throws(WebSocketClientError) {
      try await wait { state throws(WebSocketClientError) -> Bool? in
        if state.hasOpened { return true }
        if let end = state.end { throw end }
        return nil
      }
    } catch {
      socket?.abort(reason: "cancelled")
      throw error
    }
  }

  func send(_ message: Message) async throws(WebSocketClientError) {
    let cost = Self.cost(message)
    try await wait { [limits] state throws(WebSocketClientError) -> Bool? in
      if let end = state.end { throw end }
      if state.closing != nil { throw .closed(code: nil, reason: "closed by this side") }
      let (sum, overflow) = state.outgoing.byteCount.addingReportingOverflow(cost)
      guard state.outgoing.isEmpty || (!overflow && sum <= limits.outgoingBytes) else { return nil }
      state.outgoing.append(message, cost)
      return true
    }
    socket?.requestWrite()
  }

  func next() async throws(WebSocketClientError) -> Message? {
    var message: Message?
    var mayRead = false
    do throws(WebSocketClientError) {
      (message, mayRead) = try await wait {
        [limits] state throws(WebSocketClientError) -> (Message?, Bool)? in
        if let first = state.incoming.popFirst() {
          let resumes = !state.isReading && state.incoming.byteCount <= limits.incomingBytes / 2
          if resumes { state.isReading = true }
          return (first, resumes)
        }
        switch state.end {
        case nil: return nil
        case .closed(1000?, _), .closed(1001?, _), .closed(1005?, _): return (nil, false)
        case let end?:
          if state.closing != nil { return (nil, false) }
          throw end
        }
      }
    } catch .cancelled {
      return nil
    }
    if mayRead { socket?.setReading(true) }
    return message
  }

  func close(_ code: CloseCode, reason: String) async {
    beginClosing(code, reason)
    do throws(WebSocketClientError) {
      try await wait { state throws(WebSocketClientError) -> Bool? in
        state.end == nil ? nil : true
      }
    } catch {
      socket?.abort(reason: "cancelled")
    }
  }

  /// Nobody has the client any more.
  func drop() { beginClosing(.goingAway, "") }

  private func beginClosing(_ code: CloseCode, _ reason: String) {
    state.withLock { state in
      if state.closing == nil { state.closing = (code, reason) }
      // A server that is not read from cannot be heard to agree.
      state.isReading = true
    }
    socket?.setReading(true)
    socket?.requestWrite()
  }

  /// Tries until `attempt` gives something: now, and whenever the state has changed.
  @discardableResult
  private func wait<Value>(
    _ attempt: (inout State) throws(WebSocketClientError) -> Value?
  ) async throws(WebSocketClientError) -> Value {
    while true {
      let (value, changes) = try state.withLock {
        state throws(WebSocketClientError) -> (Value?, UInt64) in
        (try attempt(&state), state.changes)
      }
      if let value {
        changed()
        return value
      }
      if Task.isCancelled { throw .cancelled }
      await sleep(unlessChangedSince: changes)
    }
  }

  private func sleep(unlessChangedSince changes: UInt64) async {
    let number = state.withLock { state in
      state.waiterNumber &+= 1
      return state.waiterNumber
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard state.changes == changes, !Task.isCancelled else { return false }
          state.waiters[number] = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }

  /// Has all who wait look again.
  private func changed() {
    let waiters = state.withLock { state in
      state.changes &+= 1
      defer { state.waiters.removeAll() }
      return state.waiters.values.map { $0 }
    }
    for waiter in waiters { waiter.resume() }
  }

  private static func cost(_ message: Message) -> Int {
    switch message {
    case .text(let text): text.utf8.count + messageCost
    case .binary(let bytes): bytes.count + messageCost
    }
  }

  func socketDidOpen(_ socket: WebSocket) {
    socket.setPingInterval(limits.pingInterval)
    state.withLock { state in
      state.hasOpened = true
      state.agreed = socket.subprotocol
    }
    changed()
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    let text = unsafe message.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    received(.text(text), socket)
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    received(.binary(unsafe message.withUnsafeBytes { unsafe Array($0) }), socket)
  }

  private func received(_ message: Message, _ socket: WebSocket) {
    let stops = state.withLock { [limits] state in
      // After our close nobody reads, so nothing is kept.
      guard state.closing == nil else { return false }
      state.incoming.append(message, Self.cost(message))
      guard state.isReading, state.incoming.byteCount > limits.incomingBytes else { return false }
      state.isReading = false
      return true
    }
    if stops { socket.setReading(false) }
    changed()
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    let (message, closing) = state.withLock { ($0.outgoing.popFirst(), $0.closing) }
    guard let message else {
      return closing.map { .close($0.code, reason: $0.reason) } ?? .nothing
    }
    changed()
    socket.requestWrite()
    switch message {
    case .text(let text):
      buffer.append(utf8: text)
      return .text
    case .binary(let bytes):
      unsafe buffer.append(contentsOf: bytes.span.bytes)
      return .binary
    }
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    let end: WebSocketClientError =
      socket.failure.map { .failed($0) } ?? .closed(code: code, reason: reason)
    state.withLock { state in
      state.end = end
      // Nobody sends it any more.
      state.outgoing = ByteQueue()
    }
    changed()
  }
}

/// Things in order, with what they weigh.
struct ByteQueue<Element> {
  private var elements: [(element: Element, cost: Int)?] = []
  private var next = 0
  private(set) var byteCount = 0

  var isEmpty: Bool { next == elements.count }

  mutating func append(_ element: Element, _ cost: Int) {
    elements.append((element, cost))
    byteCount += cost
  }

  mutating func popFirst() -> Element? {
    guard next < elements.count, let (element, cost) = elements[next] else { return nil }
    elements[next] = nil
    next += 1
    byteCount -= cost
    if next == elements.count || next >= 1_024 {
      elements.removeFirst(next)
      next = 0
    }
    return element
  }
}
