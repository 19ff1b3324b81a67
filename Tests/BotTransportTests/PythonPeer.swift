import Foundation

/// A program in Debian's Python, the independent other side of a connection.
struct PythonPeer {
  private let process = Process()
  private let output = Pipe()

  /// Starts `program`, with `websockets` and the like imported and `port` set.
  init(port: Int, _ program: String) throws {
    let prelude = """
      import asyncio, socket, struct, sys, urllib.request, urllib.error
      import websockets
      port = \(port)
      url = f"ws://127.0.0.1:{port}"
      def say(*words): print(*words, flush=True)

      """
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", prelude + program]
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  /// The lines it prints, to its end; it is ended when it takes too long.
  func lines() async throws -> [String] {
    let process = process
    let output = output
    return try await withTaskCancellationHandler {
      try await within(.seconds(30)) {
        let lines = AsyncStream<String>.makeStream()
        let thread = Thread {
          let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
          process.waitUntilExit()
          lines.continuation.yield(text)
          lines.continuation.finish()
        }
        thread.start()
        for await text in lines.stream {
          return text.split(separator: "\n").map(String.init)
        }
        process.terminate()
        throw DeadlinePassed()
      }
    } onCancel: {
      process.terminate()
    }
  }

  /// The first line it prints, as a number: the port a server of its own listens on.
  func port() throws -> Int {
    var text = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([0x0A]) {
      guard !byte.isEmpty else { break }
      text.append(byte)
    }
    guard let port = Int(String(decoding: text, as: UTF8.self)) else { throw DeadlinePassed() }
    return port
  }
}

extension PythonPeer {
  /// Ends the program, if it runs still.
  func end() { process.terminate() }
}
