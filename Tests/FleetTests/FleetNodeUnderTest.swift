import BotTransport
import Console
import Ground
import TestSupport
import Testing

@testable import Fleet

/// A bot server among others, on a port of its own; its bot hands Exotel's calls over at once.
final class FleetNodeUnderTest: Sendable {
  let registry: FleetRegistry
  let port: Int
  /// What it told of its registry.
  let told = Locked<[String]>([])
  /// How many backlogs its calls have heard of.
  let backlogs = Locked(0)
  private let task: Task<Void, any Error>

  /// Starts one whose registry is at `redis`.
  init(_ name: String, _ redis: RedisAddress, drain: Duration = .zero) async throws {
    let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
    port = socket.port
    let address = try #require(PublicAddress("ws://127.0.0.1:\(port)"))
    var part = FleetConfiguration(
      registry: redis, node: name, address: address, lease: .seconds(2))
    part.hasConsole = true
    registry = FleetRegistry(part)
    var page = ConsoleConfiguration(bot: "{server}/{provider}", isLocal: true)
    page.hasWindow = true
    page.peers = registry
    let console = WebConsole(page)
    var configuration = ServerConfiguration()
    configuration.sockets = [socket]
    configuration.limits = ServerLimits(calls: 100, lateness: nil)
    configuration.peers = registry
    configuration.drainTimeout = drain
    configuration.log = { [told] event in
      if event.module == .fleet { told.withLock { $0.append(event.message) } }
    }
    configuration.otherSockets = { console.upgrade($0, on: $1) }
    for service in PlatformService.all { service.add(to: &configuration) }
    let chosen = configuration
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    task = Task { [backlogs] in
      defer { continuation.finish() }
      try await BotServer(configuration: chosen).run(onListening: { continuation.yield($0) }) {
        call in
        if await call.platform == .exotel { return try await call.handOff(to: .second) }
        await withTaskGroup { group in
          group.addTask { for await _ in call.audio {} }
          for await event in call.events {
            if case .backlog = event { backlogs.withLock { $0 += 1 } }
          }
        }
      }
    }
    for await _ in ports { break }
  }

  /// Where a lookup sends a new call: the port.
  var assigned: Int? {
    PublicAddress("ws://127.0.0.1:\(port)").map { registry.address(for: $0, hint: nil) }
      .flatMap { $0.description.split(separator: ":").last }.flatMap { Int($0) }
  }

  /// Stops it and waits for it.
  func stop() async throws {
    task.cancel()
    try await task.value
  }
}
