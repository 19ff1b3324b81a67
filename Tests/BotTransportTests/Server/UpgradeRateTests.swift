import BotTransport
import TestSupport
import Testing

/// The limits of upgrades, met by real sockets.
@Suite("limits of upgrades, on sockets", .timeLimit(.minutes(2)))
struct UpgradeRateTests {
  /// Upgrades forty times as fast as it can, from some addresses in turn, and holds what it got.
  /// Prints, for each address, how many were let in, how many refused with 503, and the milliseconds
  /// that all took.
  private func storm(_ server: RunningServer, from addresses: [String]) async throws -> [[Int]] {
    let peer = try PythonPeer(
      port: server.port,
      """
      import time
      addresses = \(addresses)
      request = (f"GET /exotel HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\n"
          "Connection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n").encode()
      taken, refused, held = {a: 0 for a in addresses}, {a: 0 for a in addresses}, []
      begin = time.monotonic()
      for number in range(40):
          address = addresses[number % len(addresses)]
          s = socket.create_connection(("127.0.0.1", port), 10, (address, 0))
          s.sendall(request)
          status = s.recv(4096).split(b" ", 2)[1]
          taken[address] += status == b"101"
          refused[address] += status == b"503"
          held.append(s)
      took = int((time.monotonic() - begin) * 1000) + 1
      for address in addresses:
          say(taken[address], refused[address], took)
      """)
    return try await peer.lines().map { $0.split(separator: " ").compactMap { Int($0) } }
  }

  /// What a bucket of `rate` lets through in so many milliseconds, at most.
  private func most(_ rate: Int, in milliseconds: Int) -> Int {
    rate + (rate * milliseconds + 999) / 1_000
  }

  @Test("bounds upgrades a second, and lets a second's worth in at once")
  func rate() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.upgradesPerSecond = 5
    let server = try await RunningServer(configuration) { _ in }
    let results = try await storm(server, from: ["127.0.0.1"])
    let result = try #require(results.first)
    #expect(result.count == 3 && result[0] + result[1] == 40, "\(results)")
    #expect(result[0] >= 5 && result[0] <= most(5, in: result[2]), "\(results)")
    try await server.stop()
  }

  @Test("bounds the upgrades of each address for itself")
  func addresses() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.upgradesPerSecondAndAddress = 3
    let server = try await RunningServer(configuration) { _ in }
    let results = try await storm(server, from: ["127.0.0.1", "127.0.0.2"])
    #expect(results.count == 2)
    for result in results {
      #expect(result.count == 3 && result[0] + result[1] == 20, "\(results)")
      #expect(result[0] >= 3 && result[0] <= most(3, in: result[2]), "\(results)")
    }
    try await server.stop()
  }
}
