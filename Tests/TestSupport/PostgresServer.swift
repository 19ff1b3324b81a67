import Foundation
import Glibc
package import Testing

/// A PostgreSQL server of one test: a cluster of its own in a scratch folder, reached by a socket in it and
/// by no network. It ends when the test forgets it.
package final class PostgresServer: Sendable {
  private let scratch: Scratch

  private static let programs = "/usr/lib/postgresql"
  private static let version = (try? FileManager.default.contentsOfDirectory(atPath: programs))?
    .max { (Int($0) ?? 0) < (Int($1) ?? 0) }

  /// For tests that need one.
  package static let isInstalled = ConditionTrait.enabled(
    if: version != nil, "Debian's postgresql is not installed")

  /// Makes the cluster and starts its server.
  package init() async throws {
    scratch = try Scratch()
    // It refuses to run as root, and so needs a folder that its user may use.
    if getuid() == 0 {
      _ = try await Subprocess("/bin/chown", ["postgres", scratch.file("").path]).end()
    }
    try await run(
      "initdb", "-D", folder, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")
    try await start()
  }

  deinit {
    // At once: what is in the folder goes with it.
    if let pid = process { kill(pid, SIGQUIT) }
    for _ in 0..<200 where process != nil { usleep(20_000) }
  }

  private var folder: String { scratch.file("data").path }

  /// What its database is called by a client of its own user; TLS and password play no part here.
  package var address: String { "postgres:///postgres?host=\(folder)&user=postgres" }

  package func start() async throws {
    let options = "-k \(folder) -c listen_addresses= -c fsync=off -c logging_collector=off"
    try await run(
      "pg_ctl", "-D", folder, "-w", "-t", "60", "-l", "\(folder)/log", "-o", options, "start")
  }

  /// Ends it as a power cut would: no goodbye, no checkpoint.
  package func cut() async throws {
    try await run("pg_ctl", "-D", folder, "-w", "-t", "60", "-m", "immediate", "stop")
  }

  /// The server's own process.
  private var process: pid_t? {
    let text = try? String(contentsOfFile: folder + "/postmaster.pid", encoding: .utf8)
    return text?.split(separator: "\n").first.flatMap { pid_t($0) }
  }

  private func run(_ program: String, _ words: String...) async throws {
    let path = "\(Self.programs)/\(Self.version ?? "")/bin/\(program)"
    let all = getuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--", path] : [path]
    let result = try await Subprocess(all[0], all.dropFirst() + words).end(within: .seconds(90))
    #expect(result.status == 0, "\(program): \(result.output)\(result.errors)")
  }
}
