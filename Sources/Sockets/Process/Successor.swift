import CLibWebSockets
import Dispatch
import Glibc

/// A second instance of this program that takes a server's sockets over.
public enum Successor {
  /// Why there is none.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// The server listens on nothing, or has handed that over already.
    case nothingToHandOver
    /// The program could not be started.
    case notStarted(code: Int32)
    /// It ended before it was ready, or was not ready in time.
    case notReady

    /// One line for people.
    public var description: String {
      switch self {
      case .nothingToHandOver: "this instance has no socket to hand over"
      case .notStarted(let code): "the program cannot be started: \(systemMessage(code))"
      case .notReady: "the new instance ended or hung before it was ready; its own words say why"
      }
    }
  }

  /// Starts `words` with `sockets` and waits until it says that calls may come.
  ///
  /// It gets this process's environment and its standard streams, the sockets from descriptor 3 on, and
  /// nothing else; its priority is that of the calling thread.
  ///
  /// - Parameters:
  ///   - words: the program, looked up on the path where it has no slash, and its arguments.
  ///   - sockets: what it listens on.
  ///   - limit: how long it may take, in whole seconds; then it is killed.
  /// - Returns: its process.
  /// - Throws: ``Failure``; then nothing has changed for this process.
  public static func start(
    _ words: [String], _ sockets: [ListeningSocket], within limit: Duration = .seconds(30)
  ) async throws(Failure) -> Int32 {
    guard !sockets.isEmpty else { throw .nothingToHandOver }
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw .notStarted(code: errno) }
    let (reader, writer) = (ends[0], ends[1])
    _ = fcntl(reader, F_SETFD, FD_CLOEXEC)
    _ = fcntl(writer, F_SETFD, FD_CLOEXEC)
    defer { close(reader) }
    let started = spawn(words, sockets.map(\.descriptor), writer)
    // The pipe then ends with the successor.
    close(writer)
    let process = try started.get()
    for socket in sockets { socket.share() }
    let milliseconds = Int32(clamping: limit.components.seconds * 1_000)
    let isReady = await withCheckedContinuation { continuation in
      // On a thread of its own: Swift's have other work.
      DispatchQueue(label: "sidetone.successor").async {
        continuation.resume(returning: hears(reader, within: milliseconds))
      }
    }
    guard isReady else {
      kill(process, SIGKILL)
      var status: Int32 = 0
      unsafe waitpid(process, &status, 0)
      throw .notReady
    }
    return process
  }

  /// Whether a byte comes in time.
  private static func hears(_ reader: Int32, within milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    var byte: UInt8 = 0
    return unsafe poll(&waiting, 1, milliseconds) == 1 && read(reader, &byte, 1) == 1
  }

  private static func spawn(
    _ words: [String], _ descriptors: [Int32], _ ready: Int32
  ) -> Result<pid_t, Failure> {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // First out of the way of the places they go to.
    let all = descriptors + [ready]
    let floor = 3 + Int32(all.count)
    let copies = all.map { fcntl($0, F_DUPFD_CLOEXEC, floor) }
    defer { for copy in copies where copy >= 0 { close(copy) } }
    guard copies.allSatisfy({ $0 >= 0 }) else { return .failure(.notStarted(code: errno)) }
    for (index, copy) in copies.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, copy, 3 + Int32(index))
    }
    unsafe sidetone_spawn_close_from(&actions, floor)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // Whatever thread this is, it blocks no signal for the new program.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    let added = "\(Inheritance.variable)=\(descriptors.count)"
    var envp = unsafe environment().map { unsafe strdup($0) } + [strdup(added), nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let result = unsafe posix_spawnp(&process, words[0], &actions, &attributes, &argv, &envp)
    return result == 0 ? .success(process) : .failure(.notStarted(code: result))
  }

  private static func environment() -> [String] {
    var lines: [String] = []
    var next = unsafe sidetone_environment()
    while let line = unsafe next?.pointee {
      unsafe lines.append(String(cString: line))
      unsafe next = unsafe next?.advanced(by: 1)
    }
    return lines
  }
}
