import Telephony

/// A server that carries the calls of telephony platforms to a bot.
///
/// ```swift
/// try await BotServer(port: 5001).run { call in
///   for await frame in call.audio { try await call.send(frame) }
/// }
/// ```
public struct BotServer: Sendable {
  /// What a bot is: it is called once for each call and lives as long as it likes. When it returns,
  /// what it has said is played to the end and the call is closed; when it throws, the call is closed
  /// at once with 1011.
  public typealias Bot = @Sendable (Call) async throws -> Void

  /// The address to listen on.
  public let host: String
  /// The port to listen on; 0 for any free one.
  public let port: Int
  /// How calls are treated.
  public let configuration: ServerConfiguration

  /// Makes a server; nothing is opened before ``run(onListening:bot:)``.
  public init(
    host: String = "127.0.0.1", port: Int = 5001,
    configuration: ServerConfiguration = ServerConfiguration()
  ) {
    self.host = host
    self.port = port
    self.configuration = configuration
  }

  /// Listens and serves until the task is cancelled; then every call is closed with 1001.
  ///
  /// - Parameters:
  ///   - onListening: is told the port once calls may come.
  ///   - bot: carries each call.
  /// - Throws: ``ServerError``, ``EventLoopError`` or ``ListenError`` when the server cannot begin.
  public func run(
    onListening: @Sendable (Int) -> Void = { _ in }, bot: @escaping Bot
  ) async throws {
    try checkAccess()
    let loop = try EventLoop(name: "calls")
    loop.start()
    defer { loop.stop() }
    let calls = CallTable(bot: bot, placement: configuration.botPlacement)
    let gate = Gate(policy: configuration.access)
    let listener = try WebSocketListener(
      loop: loop, host: host, port: port, options: configuration.listener,
      onHTTP: { [configuration] in configuration.routes.answer($0) }
    ) { [configuration] request in
      let judged = configuration.upgradeJudges.lazy.compactMap { $0(request) }.first
      let decision = judged ?? gate.judge(request)
      if case .refused(let status) = decision {
        return .refuse(status: status, body: Gate.words(status))
      }
      let call = Call(
        loop: loop, request: request, configuration: configuration,
        isHeld: decision == .undecided, calls: calls)
      return .accept(CallSocket(call: call))
    }
    onListening(listener.port)
    await untilCancelled()
    listener.close()
    await calls.stop(within: configuration.stopTimeout)
    await configuration.callLog?.flush(within: configuration.stopTimeout)
  }

  /// A server that lets everybody in may be for this machine alone.
  private func checkAccess() throws(ServerError) {
    guard configuration.access.admitsEverybody, !configuration.admitsStrangers else { return }
    // What is no address at all is told by the listener.
    guard SocketAddress(host: host, port: port)?.isLoopback ?? true else {
      throw .open(host: host)
    }
  }

  /// Sleeps until the task is cancelled.
  private func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationHandler {
      for await _ in stream {}
    } onCancel: {
      continuation.finish()
    }
  }
}
