import Foundation
import Glibc
import Testing

/// Runs the built command as a user does. Foundation's `Process` would do, but it leaks under the
/// address sanitizer.
struct Sidetone {
  let status: Int32
  let output: String
  let errors: String

  /// Runs the command and waits for its end, at most half a minute.
  init(_ arguments: String...) async throws {
    try await self.init(arguments)
  }

  /// Runs the command and waits for its end, at most half a minute.
  init(_ arguments: [String]) async throws {
    self = try await RunningSidetone(arguments).end()
  }

  fileprivate init(status: Int32, output: String, errors: String) {
    self.status = status
    self.output = output
    self.errors = errors
  }
}

/// The command while it runs; killed when the test forgets it.
final class RunningSidetone {
  private let process: pid_t
  private let scratch: Scratch
  private var hasEnded = false

  /// The executable lies where the build put the test bundle.
  private static let executable = Bundle.main.bundleURL.appendingPathComponent("sidetone").path

  init(_ arguments: [String]) throws {
    scratch = try Scratch()
    process = try Self.spawn(
      arguments, output: scratch.file("out").path, errors: scratch.file("err").path)
  }

  deinit {
    guard !hasEnded else { return }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }

  /// The first line of its output, at most half a minute from now.
  func firstLine() async throws -> String {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      let output = try scratch.text(of: "out")
      if let end = output.firstIndex(of: "\n") { return String(output[..<end]) }
      try await Task.sleep(for: .milliseconds(5))
    }
    return ""
  }

  /// What Ctrl-C does.
  func interrupt() {
    kill(process, SIGINT)
  }

  /// Waits for its end, at most half a minute; then it is killed.
  func end() async throws -> Sidetone {
    var waitStatus: Int32 = 0
    let deadline = ContinuousClock.now + .seconds(30)
    while unsafe waitpid(process, &waitStatus, WNOHANG) == 0 {
      if ContinuousClock.now > deadline { kill(process, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(5))
    }
    hasEnded = true
    #expect(waitStatus & 0x7F == 0, "the command was killed by signal \(waitStatus & 0x7F)")
    return Sidetone(
      status: (waitStatus >> 8) & 0xFF, output: try scratch.text(of: "out"),
      errors: try scratch.text(of: "err"))
  }

  private static func spawn(
    _ arguments: [String], output: String, errors: String
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      unsafe posix_spawn_file_actions_addopen(
        &actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("LANG=C"), nil]
    defer { unsafe free(environment[0]) }
    var process: pid_t = 0
    let result = unsafe posix_spawn(&process, executable, &actions, nil, &words, &environment)
    guard result == 0 else { throw SpawnError(code: result) }
    return process
  }
}

/// The command could not be started.
struct SpawnError: Error {
  let code: Int32
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

  func text(of name: String) throws -> String {
    let handle = try FileHandle(forReadingFrom: file(name))
    defer { try? handle.close() }
    return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
  }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: file(name))
    return file(name).path
  }
}
