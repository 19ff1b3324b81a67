import Foundation
import TestSupport

/// Plivo's own stream SDK from PyPI, in a virtual environment that is made once.
actor PlivoSDK {
  static let shared = PlivoSDK()

  private static let packages = ["plivo-stream-sdk==0.1.1", "plivo==4.63.0", "uvicorn==0.54.0"]
  private var interpreter: Task<String?, Never>?

  /// Where its Python is; nil where PyPI cannot be reached.
  func python() async -> String? {
    if let interpreter { return await interpreter.value }
    let task = Task { await Self.install() }
    interpreter = task
    return await task.value
  }

  private static var root: URL {
    (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
  }

  /// A script beside the tests.
  static func script(_ name: String) -> String {
    root.appending(path: "Tests/CallSimulatorTests/Peers/\(name)").path
  }

  private static func install() async -> String? {
    let directory = root.appending(path: ".build/plivo-sdk").path
    let python = directory + "/bin/python"
    if await succeeds(python, "-c", "import plivo_stream, uvicorn, websockets") { return python }
    guard await succeeds("/usr/bin/python3", "-m", "venv", directory) else { return nil }
    let install =
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    guard await succeeds(python, install + packages) else { return nil }
    return python
  }

  private static func succeeds(_ program: String, _ words: String...) async -> Bool {
    await succeeds(program, words)
  }

  private static func succeeds(_ program: String, _ words: [String]) async -> Bool {
    // pip asks for its index and its proxies in the environment.
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    guard let process = try? Subprocess(program, words, environment: environment) else {
      return false
    }
    return (try? await process.end(within: .seconds(180)).status) == 0
  }
}
