import Foundation
import TestSupport
import Testing

/// Runs the built command as a user does.
struct Sidetone {
  let status: Int32
  let output: String
  let errors: String

  /// The executable lies where the build put the test bundle.
  static let executable =
    Bundle.main.bundleURL.appendingPathComponent("sidetone").path

  /// Runs the command and waits for its end, at most half a minute.
  init(_ arguments: String...) async throws {
    try await self.init(arguments)
  }

  /// Runs the command and waits for its end, at most for `limit`.
  init(_ arguments: [String], within limit: Duration = .seconds(30)) async throws {
    self = try await RunningSidetone(arguments).end(within: limit)
  }

  fileprivate init(_ result: Subprocess.Result) {
    status = result.status
    output = result.output
    errors = result.errors
    #expect(status < 128, "the command was killed by signal \(status - 128)")
    // A sanitizer's finding may end in a status that a test does not look at.
    #expect(!errors.contains("Sanitizer: "), "\(errors)")
  }
}

/// The command while it runs; killed when the test forgets it.
struct RunningSidetone {
  private let process: Subprocess

  /// Starts it. A server takes calls however late this machine runs and logs nothing, unless it is told
  /// otherwise.
  init(_ arguments: [String], environment: [String] = []) throws {
    var added: [String] = []
    if arguments.first == "serve" {
      for (name, value) in [("--max-lateness", "0"), ("--log-format", "none")]
      where !arguments.contains(name) { added += [name, value] }
    }
    process = try Subprocess(
      Sidetone.executable, arguments + added,
      environment: ["LANG=C"] + Sanitizer.environment + environment)
  }

  /// Starts it with these arguments alone.
  init(exactly arguments: [String], environment: [String] = []) throws {
    process = try Subprocess(
      Sidetone.executable, arguments, environment: ["LANG=C"] + Sanitizer.environment + environment)
  }

  /// The first line of its output, at most half a minute from now.
  func firstLine() async throws -> String {
    try await process.firstLine()
  }

  /// Sends it a signal.
  func signal(_ number: Int32) {
    process.signal(number)
  }

  /// What Ctrl-C does.
  func interrupt() {
    process.signal(SIGINT)
  }

  /// The descriptors that it has open and its resident memory in bytes.
  func usage() throws -> (descriptors: Int, memory: Int) { try process.usage() }

  /// Waits for its end, at most for `limit`; then it is killed.
  func end(within limit: Duration = .seconds(30)) async throws -> Sidetone {
    Sidetone(try await process.end(within: limit))
  }
}
