import Foundation
import Glibc
import Sockets
package import Testing

/// A Redis server of one test, on loopback, which keeps nothing. It ends when the test forgets it.
package final class RedisServer: @unchecked Sendable {
  // Unchecked: one test uses it, from one task at a time.
  private static let program = "/usr/bin/redis-server"

  /// For tests that need one.
  package static let isInstalled = ConditionTrait.enabled(
    if: FileManager.default.isExecutableFile(atPath: program),
    "Debian's redis-server is not installed")

  /// The port that it has, also while it is down.
  package let port: Int
  private let password: String?
  private var process: Subprocess?

  /// Starts one.
  package init(password: String? = nil) async throws {
    self.password = password
    port = try Self.freePort()
    try await start()
  }

  /// Starts it again, empty.
  package func start() async throws {
    var words = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    if let password { words += ["--requirepass", password] }
    let process = try Subprocess(Self.program, words)
    self.process = process
    let deadline = ContinuousClock.now + .seconds(30)
    while !(try process.output()).contains("Ready to accept connections") {
      let said = try process.output()
      try #require(ContinuousClock.now < deadline, "redis-server: \(said)")
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Ends it, with all that it knew.
  package func cut() async throws {
    process?.signal(SIGKILL)
    _ = try await process?.end()
    process = nil
  }

  /// A port that nobody has at the moment.
  private static func freePort() throws -> Int {
    let listening = try ListeningSocket(host: "127.0.0.1", port: 0)
    return listening.port
  }
}
