import Foundation

/// Packages from PyPI that play the other side, in a virtual environment that is made once.
package actor PythonPackages {
  /// Plivo's own stream SDK.
  package static let plivo = PythonPackages(
    "plivo-sdk", ["plivo-stream-sdk==0.1.1", "plivo==4.63.0", "uvicorn==0.54.0"],
    probe: "import plivo_stream, uvicorn, websockets")
  /// The vendor's public client of AgenTao, under the MIT licence.
  package static let telcoflow = PythonPackages(
    "telcoflow", ["telcoflow==1.0.0"], probe: "import telcoflow")

  /// Twilio's own library, for its signatures.
  package static let twilio = PythonPackages(
    "twilio-kit", ["twilio==9.13.0"], probe: "import twilio.request_validator")

  /// A browser's driver, and what compares sounds.
  package static let browser = PythonPackages(
    "browser-kit", ["selenium==4.51.0", "numpy==2.4.6"], probe: "import selenium, numpy")

  private let name: String
  private let packages: [String]
  private let probe: String
  private var interpreter: Task<String?, Never>?

  private init(_ name: String, _ packages: [String], probe: String) {
    self.name = name
    self.packages = packages
    self.probe = probe
  }

  /// Where its Python is; nil where PyPI cannot be reached.
  package func python() async -> String? {
    if let interpreter { return await interpreter.value }
    let task = Task { [name, packages, probe] in await Self.install(name, packages, probe) }
    interpreter = task
    return await task.value
  }

  private static var root: URL {
    (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
  }

  /// A script beside the tests.
  package static func script(_ name: String) -> String {
    root.appending(path: "Tests/CallSimulatorTests/Peers/\(name)").path
  }

  private static func install(
    _ name: String, _ packages: [String], _ probe: String
  ) async -> String? {
    let directory = root.appending(path: ".build/\(name)").path
    let python = directory + "/bin/python"
    if await succeeds(python, "-c", probe) { return python }
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
