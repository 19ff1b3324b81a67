import Foundation
import Glibc

/// A program that a test runs, with its output in files. It is killed when the test forgets it.
///
/// Foundation's `Process` would do, but it leaks under the address sanitizer.
package final class Subprocess: @unchecked Sendable {
  // Unchecked: one test uses it, from one task at a time.

  /// What a program left behind.
  package struct Result: Sendable {
    /// Its exit status; 128 and the signal's number where a signal ended it.
    package let status: Int32
    package let output: String
    package let errors: String
  }

  package struct SpawnError: Error {
    package let code: Int32
  }

  private let process: pid_t
  private let scratch: Scratch
  private var hasEnded = false

  /// Starts `executable`, an absolute path.
  package init(
    _ executable: String, _ arguments: [String], environment: [String] = ["LANG=C"]
  ) throws {
    scratch = try Scratch()
    process = try Self.spawn(
      [executable] + arguments, environment, output: scratch.file("out").path,
      errors: scratch.file("err").path)
  }

  deinit {
    guard !hasEnded else { return }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }

  /// The first line of its output; empty where none came within `limit` or before its end.
  package func firstLine(within limit: Duration = .seconds(30)) async throws -> String {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      let output = try scratch.text(of: "out")
      if let end = output.firstIndex(of: "\n") { return String(output[..<end]) }
      if hasEnded { break }
      try await Task.sleep(for: .milliseconds(5))
    }
    return ""
  }

  /// What it has printed so far.
  package func output() throws -> String { try scratch.text(of: "out") }

  /// Sends it a signal; SIGINT is what Ctrl-C does.
  package func signal(_ number: Int32) {
    if !hasEnded { kill(process, number) }
  }

  /// The descriptors that it has open and its resident memory in bytes, from `/proc`.
  package func usage() throws -> (descriptors: Int, memory: Int) {
    let folder = "/proc/\(process)"
    let open = try FileManager.default.contentsOfDirectory(atPath: folder + "/fd").count
    let statistics = try String(contentsOfFile: folder + "/statm", encoding: .utf8)
    let pages = statistics.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (open, pages * Int(getpagesize()))
  }

  /// The nice values of its threads whose names begin so, from `/proc`.
  package func priorities(ofThreads name: String) throws -> [Int] {
    let folder = "/proc/\(process)/task"
    return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { thread in
      let text = try String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)
      let parts = text.split(separator: ")")
      guard parts.count == 2, parts[0].contains("(" + name) else { return nil }
      // The 19th field, the 17th behind the name.
      return parts[1].split(separator: " ").dropFirst(16).first.flatMap { Int($0) }
    }
  }

  /// Waits for its end; after `limit`, or when the test is cancelled, it is killed.
  package func end(within limit: Duration = .seconds(30)) async throws -> Result {
    var waitStatus: Int32 = 0
    let deadline = ContinuousClock.now + limit
    while unsafe waitpid(process, &waitStatus, WNOHANG) == 0 {
      if ContinuousClock.now > deadline || Task.isCancelled { kill(process, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(5))
    }
    hasEnded = true
    let signal = waitStatus & 0x7F
    return Result(
      status: signal == 0 ? (waitStatus >> 8) & 0xFF : 128 + signal,
      output: try scratch.text(of: "out"), errors: try scratch.text(of: "err"))
  }

  private static func spawn(
    _ words: [String], _ environment: [String], output: String, errors: String
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      unsafe posix_spawn_file_actions_addopen(
        &actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let result = unsafe posix_spawn(&process, words[0], &actions, nil, &argv, &envp)
    guard result == 0 else { throw SpawnError(code: result) }
    return process
  }
}
