import BotTransport
import CallSimulator

/// A socket to a bot's server that says what it is given and notes what comes back. Pinned to its loop.
actor TrialSocket: WebSocketDelegate {
  /// What is known of it so far.
  struct State: Sendable {
    var openedAt: MonotonicTime?
    var messages = 0
    /// How long the last ping took.
    var roundTrip: Duration?
    var end: End?
  }

  /// How it ended.
  struct End: Sendable {
    let at: MonotonicTime
    /// As in ``WebSocketDelegate/socketDidClose(_:code:reason:)``.
    let code: UInt16?
    let reason: String
    /// Why it never opened; nil for one that did, and for one that was given up.
    let failure: ConnectFailure?
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private nonisolated let loop: EventLoop
  private var outgoing: [[UInt8]] = []
  private var socket: WebSocket?
  private var known = State()

  private init(loop: EventLoop) { self.loop = loop }

  /// Begins to connect; `patience` is from the first packet to the finished upgrade.
  static func open(
    _ visit: Visit, on loop: EventLoop, within patience: Duration
  ) throws(ConnectError) -> TrialSocket {
    let trial = TrialSocket(loop: loop)
    var limits = WebSocket.Limits()
    limits.openTimeout = patience
    try WebSocketConnector.connect(
      loop: loop, url: visit.address.url, headers: visit.headers,
      subprotocols: visit.handshake.subprotocols, limits: limits, tls: visit.tls, delegate: trial)
    return trial
  }

  /// What is known now; of an open socket with the time of its last ping.
  func state() -> State {
    var state = known
    state.roundTrip = socket?.roundTrip ?? known.roundTrip
    return state
  }

  /// Looks until `isEnough`, at most for `limit`; gives what is known then.
  nonisolated func state(
    within limit: Duration, when isEnough: (State) -> Bool
  ) async -> State {
    let deadline = EventLoop.now + limit
    while true {
      let state = await state()
      if isEnough(state) || EventLoop.now >= deadline { return state }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  func send(_ texts: [[UInt8]]) {
    outgoing += texts
    socket?.requestWrite()
  }

  /// Pings at once; cut where the answer takes longer than `patience`.
  func ping(within patience: Duration) {
    socket?.setPingInterval(patience, first: .zero)
  }

  func close() { socket?.close(.normal) }

  nonisolated func socketDidOpen(_ socket: WebSocket) {
    assumeIsolated { trial in
      trial.socket = socket
      trial.known.openedAt = trial.loop.now
      if !trial.outgoing.isEmpty { socket.requestWrite() }
    }
  }

  nonisolated func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    assumeIsolated { $0.known.messages += 1 }
  }

  nonisolated func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    assumeIsolated { $0.known.messages += 1 }
  }

  nonisolated func socketCanWrite(
    _ socket: WebSocket, buffer: inout MessageBuffer
  ) -> WriteStep {
    let next = assumeIsolated { trial in
      trial.outgoing.isEmpty ? nil : (trial.outgoing.removeFirst(), !trial.outgoing.isEmpty)
    }
    guard let (text, hasMore) = next else { return .nothing }
    unsafe buffer.append(contentsOf: text.span.bytes)
    if hasMore { socket.requestWrite() }
    return .text
  }

  nonisolated func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    let (failure, roundTrip) = (socket.failure, socket.roundTrip)
    assumeIsolated { trial in
      trial.known.roundTrip = roundTrip
      trial.known.end = End(at: trial.loop.now, code: code, reason: reason, failure: failure)
      trial.socket = nil
    }
  }
}
