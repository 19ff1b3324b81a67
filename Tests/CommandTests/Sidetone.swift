import Foundation
import Testing

/// Runs the built command as a user does.
struct Sidetone {
  let status: Int32
  let output: String
  let errors: String

  /// The executable lies where the build put the test bundle.
  static let executable = Bundle.main.bundleURL.appendingPathComponent("sidetone")

  /// Runs the command and waits for its end, at most half a minute.
  init(_ arguments: String...) async throws {
    try await self.init(arguments)
  }

  /// Runs the command and waits for its end, at most half a minute.
  init(_ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.environment = ["LANG": "C"]
    let scratch = try Scratch()
    let streams = try ["out", "err"].map { name in
      let url = scratch.file(name)
      try Data().write(to: url)
      return (url, try FileHandle(forWritingTo: url))
    }
    process.standardOutput = streams[0].1
    process.standardError = streams[1].1
    let ended = AsyncStream<Void> { stream in
      process.terminationHandler = { _ in stream.finish() }
    }
    try process.run()
    let watchdog = Task {
      try await Task.sleep(for: .seconds(30))
      process.terminate()
    }
    for await _ in ended {}
    watchdog.cancel()
    status = process.terminationStatus
    output = try String(contentsOf: streams[0].0, encoding: .utf8)
    errors = try String(contentsOf: streams[1].0, encoding: .utf8)
    #expect(process.terminationReason == .exit, "the command was killed, or crashed")
  }
}

/// A directory of one test, removed with it.
final class Scratch: Sendable {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("sidetone-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func file(_ name: String) -> URL { directory.appendingPathComponent(name) }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: file(name))
    return file(name).path
  }
}
