import BotTransport
import Foundation
import TestSupport
import Testing

/// A bot server on a free loopback port for the length of one test.
struct RunningServer {
  let port: Int
  private let task: Task<Void, any Error>

  init(
    _ configuration: ServerConfiguration = ServerConfiguration(),
    refusesWhenLate: Bool = false, bot: @escaping BotServer.Bot
  ) async throws {
    var configuration = configuration
    // How late a machine runs that has other tests to run is not most tests' question.
    if !refusesWhenLate { configuration.limits.lateness = nil }
    let chosen = configuration
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      defer { continuation.finish() }
      try await BotServer(port: 0, configuration: chosen).run(
        onListening: { continuation.yield($0) }, bot: bot)
    }
    self.task = task
    var first: Int?
    for await port in ports {
      first = port
      break
    }
    port = try #require(first, "the server did not begin")
  }

  /// Stops the server and waits for it.
  func stop() async throws {
    task.cancel()
    try await task.value
  }

  /// Lets the Python platform play a scenario against the server.
  func platform(_ arguments: String...) async throws -> PlatformReport {
    try await platform(arguments)
  }

  /// The same.
  func platform(_ arguments: [String]) async throws -> PlatformReport {
    let words = ["ws://127.0.0.1:\(port)/exotel"] + arguments
    return try PlatformReport(try await Python.run("phone_platform.py", words))
  }

  /// Asks for a path with curl, which gives up after five seconds.
  ///
  /// - Returns: the status, 0 where none came, and the body.
  func curl(_ path: String, _ options: String...) async throws -> (status: Int, body: String) {
    try await curl(path, options[...])
  }

  /// The same.
  func curl(
    _ path: String, _ options: ArraySlice<String>
  ) async throws -> (status: Int, body: String) {
    let fixed = ["--silent", "--max-time", "5", "--globoff", "--write-out", "\n%{http_code}"]
    let result = try await Subprocess(
      "/usr/bin/curl", fixed + options + ["http://127.0.0.1:\(port)\(path)"]
    ).end(within: .seconds(20))
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
  }

  /// The same for a scenario that reports a list.
  func platforms(_ arguments: String...) async throws -> [PlatformReport] {
    let words = ["ws://127.0.0.1:\(port)/exotel"] + arguments
    let all = try JSONSerialization.jsonObject(
      with: try await Python.run("phone_platform.py", words))
    return (all as? [[String: Any]] ?? []).map { PlatformReport(fields: $0) }
  }
}

/// What the Python platform saw.
struct PlatformReport {
  let fields: [String: Any]

  init(fields: [String: Any]) {
    self.fields = fields
  }

  init(_ data: Data) throws {
    fields = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  var heard: Int { fields["heard"] as? Int ?? -1 }
  var sizes: [Int] { fields["sizes"] as? [Int] ?? [] }
  var code: Int? { fields["code"] as? Int }
  var clears: Int { fields["clears"] as? Int ?? -1 }
  var isSame: Bool { fields["same"] as? Bool ?? false }
  var events: [String] { fields["events"] as? [String] ?? [] }

  func number(_ name: String) -> Double { (fields[name] as? NSNumber)?.doubleValue ?? .nan }
}

/// Debian's Python, which has python3-websockets; whatever else is on the PATH may not.
enum Python {
  static func run(_ script: String, _ arguments: [String]) async throws -> Data {
    let peers = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Peers")
    let path = peers.appendingPathComponent(script).path
    let result = try await Subprocess("/usr/bin/python3", [path] + arguments).end(
      within: .seconds(70))
    try #require(
      result.status == 0,
      "\(script) failed; it needs Debian's python3-websockets, which scripts/setup installs: \(result.errors.suffix(500))"
    )
    return Data(result.output.utf8)
  }
}

/// The port that a server tells of when it listens.
func firstPort(of ports: AsyncStream<Int>) async throws -> Int {
  try await within {
    for await port in ports { return port }
    throw DeadlinePassed()
  }
}
