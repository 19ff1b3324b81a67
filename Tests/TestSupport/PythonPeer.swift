import Foundation

/// A program in Debian's Python, the independent other side of a connection.
package struct PythonPeer {
  private let process: Subprocess

  /// Starts `program`, with `websockets` and the like imported and `port` set.
  package init(port: Int, _ program: String) throws {
    let prelude = """
      import asyncio, signal, socket, struct, sys, urllib.request, urllib.error
      import websockets
      # Whoever runs the tests may ignore or block it.
      signal.signal(signal.SIGTERM, signal.SIG_DFL)
      signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
      port = \(port)
      url = f"ws://127.0.0.1:{port}"
      def say(*words): print(*words, flush=True)

      """
    process = try Subprocess("/usr/bin/python3", ["-c", prelude + program])
  }

  /// The lines it prints, to its end; it is killed when it takes too long.
  package func lines() async throws -> [String] {
    try await process.end().output.split(separator: "\n").map(String.init)
  }

  /// The first line it prints.
  package func firstLine() async throws -> String { try await process.firstLine() }

  /// The first line it prints, as a number: the port a server of its own listens on.
  package func port() async throws -> Int {
    guard let port = Int(try await process.firstLine()) else { throw DeadlinePassed() }
    return port
  }

  /// Ends the program, if it runs still.
  package func end() { process.signal(SIGTERM) }
}
