package import Sockets
import Synchronization

/// A loop with a listener that gives each connection a probe of its own.
package final class TestServer: Sendable {
  package let loop: EventLoop
  package let port: Int
  /// The delegates of the connections, in the order of their acceptance.
  package let probes: AsyncStream<SocketProbe>

  package init(
    echoes: Bool = true, options: ListenerOptions = ListenerOptions(),
    onHTTP: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
    onFault: (@Sendable (RequestFault) -> Void)? = nil,
    decide: (@Sendable (UpgradeRequest) -> UpgradeDecision?)? = nil
  ) throws {
    let loop = try EventLoop(name: "test-server")
    loop.start()
    self.loop = loop
    let (probes, continuation) = AsyncStream<SocketProbe>.makeStream()
    self.probes = probes
    let seen = SeenRequests()
    let listener = try WebSocketListener(
      loop: loop, host: "127.0.0.1", port: 0, options: options, onHTTP: onHTTP,
      onFault: onFault
    ) { request in
      seen.list.withLock { $0.append(request) }
      if let decision = decide?(request) { return decision }
      let probe = SocketProbe(loop: loop, echoes: echoes)
      continuation.yield(probe)
      return .accept(probe)
    }
    port = listener.port
    self.seen = seen
  }

  private let seen: SeenRequests

  /// The requests so far.
  package var upgrades: [UpgradeRequest] { seen.list.withLock { $0 } }

  /// The delegate of the next connection.
  package func nextProbe() async throws -> SocketProbe {
    try await within { [probes] in
      for await probe in probes { return probe }
      throw DeadlinePassed()
    }
  }

  deinit { loop.stop() }

  private final class SeenRequests: Sendable {
    let list = Mutex<[UpgradeRequest]>([])
  }
}
