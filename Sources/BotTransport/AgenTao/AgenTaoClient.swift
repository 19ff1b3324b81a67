public import Telephony

/// A client of AgenTao: it dials out, and calls come to it.
///
/// One control connection announces calls; each call has a media connection of its own, which is open
/// by the time the call is handed out. When the control connection is lost it is made again, and calls
/// in progress do not notice.
///
/// ```swift
/// let client = try AgenTaoClient(configuration: configuration, loop: loop)
/// async let serving: Void = client.run()
/// for await call in client.incomingCalls { Task { try await answer(call) } }
/// try await serving
/// ```
///
/// An actor on its loop's thread. Disconnect it before the loop is stopped.
public actor AgenTaoClient {
  /// What happened so far. Counts only grow.
  public struct Statistics: Hashable, Sendable {
    /// The control link's.
    public var control = AgenTaoControlLink.Statistics()
    /// Calls whose media link was opened and that were handed out.
    public var calls = 0
    /// Calls whose media link could not be opened.
    public var mediaFailures = 0
    /// Calls given up because too many waited to be taken.
    public var dropped = 0
  }

  /// The loop the client lives on.
  public nonisolated let loop: EventLoop
  /// What the client was made with.
  public nonisolated let configuration: AgenTaoConfiguration
  /// The calls that come in, each with its media link open. One task reads it; it ends with the
  /// client. At most ``AgenTaoConfiguration/mostWaitingCalls`` wait.
  public nonisolated let incomingCalls: AsyncStream<AgenTaoCall>
  /// What happens to the control connection, and calls that were lost before they could be handed out;
  /// the newest 64 wait. Ends with the client.
  public nonisolated let connectionEvents: AsyncStream<AgenTaoConnectionEvent>

  /// The loop, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let callLoops: [EventLoop]
  private var nextLoop = 0
  var link: AgenTaoControlLink
  var socket: WebSocket?
  /// Counts the sockets that were made and those that ended, so that each has a number of its own.
  var attempt = 0
  var timer: LoopTimer?
  var calls: [String: AgenTaoCall] = [:]
  var counts = Statistics()
  let announcements: AsyncStream<AgenTaoCall>.Continuation
  let notices: AsyncStream<AgenTaoConnectionEvent>.Continuation
  var connectWaiters: [CheckedContinuation<Result<Void, AgenTaoConnectionError>, Never>] = []
  var endWaiters: [CheckedContinuation<AgenTaoConnectionError, Never>] = []
  /// Why there will be no other connection, once it is so.
  var end: AgenTaoConnectionError?

  /// Makes a client that is not connected.
  ///
  /// - Parameters:
  ///   - configuration: whom to connect to, as whom.
  ///   - loop: a loop that has been started.
  ///   - callLoops: the loops that carry calls, in turn; the client's own where empty.
  /// - Throws: ``AgenTaoConnectionError/configuration(_:)`` where the address may not be used.
  public init(
    configuration: AgenTaoConfiguration, loop: EventLoop, callLoops: [EventLoop] = []
  ) throws(AgenTaoConnectionError) {
    if let problem = configuration.problem(ofAddress: configuration.controlURL) {
      throw .configuration(problem)
    }
    self.configuration = configuration
    self.loop = loop
    self.callLoops = callLoops.isEmpty ? [loop] : callLoops
    link = AgenTaoControlLink(
      wire: configuration.wire, rate: configuration.call.rate, client: configuration.clientName,
      mostCalls: configuration.mostCalls, retriesFirst: configuration.retriesFirstConnect,
      firstRetry: configuration.firstRetry)
    (incomingCalls, announcements) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(configuration.mostWaitingCalls))
    (connectionEvents, notices) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
  }

  /// Connects, and waits until calls may come.
  ///
  /// - Throws: why there is no connection, and will be none.
  public func connect() async throws(AgenTaoConnectionError) {
    if let end { throw end }
    guard !link.isReady else { return }
    begin()
    let result: Result<Void, AgenTaoConnectionError> = await withCheckedContinuation {
      continuation in
      // The task may be suspended on its way here, and it may have happened meanwhile.
      if let end {
        continuation.resume(returning: .failure(end))
      } else if link.isReady {
        continuation.resume(returning: .success(()))
      } else {
        connectWaiters.append(continuation)
      }
    }
    try result.get()
  }

  /// Connects and serves until ``disconnect()``, or until the task is cancelled, which does the same.
  ///
  /// - Throws: why there is no connection, and will be none.
  public func run() async throws(AgenTaoConnectionError) {
    begin()
    let error = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let end { continuation.resume(returning: end) } else { endWaiters.append(continuation) }
      }
    } onCancel: {
      loop.perform { [weak self] in self?.assumeIsolated { $0.stop() } }
    }
    if error != .closed { throw error }
  }

  /// Runs `body` for each call that comes in, in a task of its own, until the client ends. A call that
  /// `body` returns from is left once it has been heard to the end.
  public nonisolated func handleIncomingCalls(
    _ body: @escaping @Sendable (AgenTaoCall) async -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      for await call in incomingCalls {
        group.addTask {
          await body(call)
          await call.botReturned()
        }
      }
    }
  }

  /// Closes the control connection for good: no other calls come. Calls in progress go on until they
  /// end by themselves.
  public func disconnect() { stop() }

  /// The call with this identifier, while it goes on.
  public func call(id: String) -> AgenTaoCall? { calls[id] }

  /// What happened so far.
  public var statistics: Statistics {
    var statistics = counts
    statistics.control = link.statistics
    return statistics
  }

  /// Whether calls may come now.
  public var isConnected: Bool { link.isReady }
  /// Calls that go on.
  public var callCount: Int { calls.count }

  /// The loop for the next call.
  func takeLoop() -> EventLoop {
    defer { nextLoop = (nextLoop + 1) % callLoops.count }
    return callLoops[nextLoop]
  }
}

/// What happens to a client's control connection.
public enum AgenTaoConnectionEvent: Hashable, Sendable {
  /// Calls may come; the server's name for the connection.
  case connected(id: String)
  /// The connection is lost; another attempt comes after the wait.
  case reconnecting(after: Duration, because: AgenTaoConnectionError)
  /// A call was lost before it could be handed out.
  case callLost(id: String, AgenTaoMediaFailure)
  /// A call was given up because too many waited to be taken.
  case callDropped(id: String)
  /// There will be no other connection.
  case ended(AgenTaoConnectionError)
}
