import AudioEngine

/// A plain WebSocket echo on the transport that carries calls: what conformance suites test.
///
/// Text comes back as text and binary as binary, whoever sends it.
public struct EchoServer: Sendable {
  /// The address to listen on.
  public let host: String
  /// The port to listen on; 0 for any free one.
  public let port: Int
  /// How connections are accepted.
  public let listener: ListenerOptions
  /// How much is taken on; ``ServerLimits/idleTimeout`` is for calls alone.
  public let limits: ServerLimits
  /// Whether it may listen where others than this machine reach it.
  public let admitsStrangers: Bool

  /// The largest message echoed: what conformance suites go up to.
  public static let maximumMessageSize = 16 << 20

  /// How long a stopping server waits for its peers' close frames before it cuts them.
  static let stopTimeout: Duration = .seconds(5)

  /// Makes a server; nothing is opened before ``run(onListening:)``. Its messages may be up to
  /// ``maximumMessageSize`` whatever `listener` says.
  public init(
    host: String = "127.0.0.1", port: Int = 0, listener: ListenerOptions = ListenerOptions(),
    limits: ServerLimits = ServerLimits(), admitsStrangers: Bool = false
  ) {
    self.host = host
    self.port = port
    self.limits = limits
    self.admitsStrangers = admitsStrangers
    var listener = listener
    listener.limits.maximumMessageSize = Self.maximumMessageSize
    self.listener = listener
  }

  /// Serves until the task is cancelled; then refuses new connections and closes those there are with
  /// 1001, each once what it waits for has gone out, at most 5 s later.
  ///
  /// - Parameter onListening: is told the port once connections may come.
  /// - Throws: ``ServerError``, ``EventLoopError`` or ``ListenError`` when the server cannot begin.
  public func run(onListening: @Sendable (Int) -> Void = { _ in }) async throws {
    // What is no address at all is told by the listener.
    guard admitsStrangers || SocketAddress(host: host, port: port)?.isLoopback ?? true else {
      throw ServerError.open(host: host)
    }
    let loop = try EventLoop(name: "echo")
    limits.lateness.map(loop.watchLateness)
    loop.start()
    defer { loop.stop() }
    let admission = Admission(limits)
    let sockets = EchoSockets()
    let listener = try WebSocketListener(
      loop: loop, host: host, port: port, options: listener
    ) { request in
      let refusal = admission.refusal(
        of: request.peerAddress, at: loop.now, activeCalls: sockets.count, isLate: loop.isLate)
      if let refusal { return .refuse(status: 503, body: refusal.words) }
      return .accept(EchoSocket(among: sockets))
    }
    onListening(listener.port)
    await Task.untilCancelled()
    admission.drain()
    let clock = ContinuousClock()
    let deadline = clock.now + Self.stopTimeout
    try loop.sync { sockets.leave() }
    while try loop.sync({ sockets.count }) > 0, clock.now < deadline {
      // This task has been cancelled, so Task.sleep would return at once.
      await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
  }
}

extension Task where Success == Never, Failure == Never {
  /// Sleeps until the current task is cancelled.
  static func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationHandler {
      for await _ in stream {}
    } onCancel: {
      continuation.finish()
    }
  }
}
