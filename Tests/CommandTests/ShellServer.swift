import Foundation
import TestSupport
import Testing

/// `sidetone serve` under a shell that changes what the system lets it do, and has told its process first.
struct ShellServer {
  private let shell: Subprocess
  /// The process, as text.
  let process: String
  let port: Substring

  private static let path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

  /// Starts it: `program` and `words` come before the command; they print `$$` and run their last arguments.
  init(_ program: String, _ words: [String], _ options: [String]) async throws {
    shell = try Subprocess(
      program,
      words + [Sidetone.executable, "serve", "--port", "0", "--max-lateness", "0"] + options,
      environment: [Self.path, "LANG=C"] + Sanitizer.environment)
    process = try await shell.firstLine()
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let lines = try shell.output().split(separator: "\n")
      if lines.count > 1, let port = lines[1].split(separator: ":").last {
        self.port = port
        return
      }
      try #require(ContinuousClock.now < deadline, "the server does not begin")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Runs a program where the server has its file systems.
  func inside(_ words: [String]) async throws -> Subprocess.Result {
    try await Subprocess(
      "/usr/bin/nsenter", ["--mount", "--target", process] + words, environment: [Self.path]
    ).end()
  }

  /// Ends it as Ctrl-C does.
  func stop() async throws -> Subprocess.Result {
    shell.signal(SIGINT)
    return try await shell.end()
  }
}

/// What a server tells Prometheus.
enum ServerMetrics {
  /// A series without labels; nil where there is none of that name.
  static func series(_ name: String, _ port: Substring) async throws -> Int? {
    let page = try await Subprocess(
      "/usr/bin/curl", ["--silent", "--max-time", "10", "http://127.0.0.1:\(port)/metrics"]
    ).end().output
    return page.split(separator: "\n").first { $0.hasPrefix(name + " ") }?
      .split(separator: " ").last.flatMap { Int($0) }
  }
}
