import AudioEngine
import Foundation
import TestSupport
import Testing

/// Sockets that a server is given, and those that it hands on, with real processes.
@Suite("sockets from one server to the next", .serialized, .timeLimit(.minutes(3)))
struct HandOverTests {
  private static let peers = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Peers").path

  @Test(
    "SIGUSR2 replaces a server under connects: nobody is refused, and the manager is told",
    arguments: [["--loops", "1"], ["--loops", "2"]])
  func replaces(options: [String]) async throws {
    let words =
      ["\(Self.peers)/handover.py", Sidetone.executable, "2", "--drain", "1"] + options
    let run = try await Subprocess("/usr/bin/python3", words).end(within: .seconds(150))
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
      "\(run.errors)")
    #expect(found["refused"] as? [String] == [], "\(found)")
    #expect(found["opened"] as? Int ?? 0 > 50, "\(found)")
    #expect(found["status"] as? Int == 0, "\(found)")
    #expect(found["instances"] as? Int == 3 && found["listening"] as? Int == 3, "\(found)")
    #expect(found["left"] as? Int == 0, "\(found)")
    let heirs = (found["processes"] as? [Int] ?? []).dropFirst().map { "MAINPID=\($0)" }
    #expect(found["told"] as? [String] == ["READY=1"] + heirs + ["STOPPING=1"], "\(found)")
  }

  @Test("a call that is up when the server is replaced goes on to its end, unbroken")
  func keepsCalls() async throws {
    let scratch = try Scratch()
    let server = try RunningSidetone([
      "serve", "--port", "0", "--drain", "60", "--log-format", "json",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let sound = WaveFile(rate: .hz8000, samples: Array(repeating: 900, count: 8_000 * 4))
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let report = scratch.file("report.json")
    let call = try RunningSidetone([
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "1", "--report",
      report.path,
    ])
    try await Task.sleep(for: .seconds(1))
    server.signal(SIGUSR2)
    _ = try await call.end()
    let ended = try await server.end(within: .seconds(60))
    #expect(ended.status == 0)
    let heir = try #require(ended.errors.firstMatch(of: /"process":(\d+)/).flatMap { Int32($0.1) })
    defer { kill(heir, SIGTERM) }
    let told = try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any]
    #expect(told?["closeCode"] as? Int == 1000)
    #expect(told?["receivedBytes"] as? Int ?? 0 >= 64_000)
    let asked = try await Subprocess(
      "/usr/bin/curl", ["--silent", "--max-time", "5", "http://127.0.0.1:\(port)/readyz"]
    ).end()
    #expect(asked.output.hasPrefix("ready\n"))
  }

  @Test("a successor that cannot begin leaves the server as it was, and is told")
  func staysWhereItCannot() async throws {
    let scratch = try Scratch()
    let file = try scratch.write(Array("one:1\n".utf8), to: "credentials")
    let server = try RunningSidetone([
      "serve", "--port", "0", "--basic-file", file, "--log-format", "json",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    try FileManager.default.removeItem(atPath: file)
    server.signal(SIGUSR2)
    try await Task.sleep(for: .seconds(2))
    let asked = try await Subprocess(
      "/usr/bin/curl", ["--silent", "--max-time", "5", "http://127.0.0.1:\(port)/readyz"]
    ).end()
    #expect(asked.output.hasPrefix("ready\n"))
    server.interrupt()
    let ended = try await server.end()
    #expect(ended.status == 0)
    #expect(ended.errors.contains("\"message\":\"not handed over\""), "\(ended.errors)")
  }

  /// Runs `serve` with sockets as systemd gives them.
  private func given(_ hosts: String, _ options: String...) throws -> Subprocess {
    try Subprocess(
      "/usr/bin/python3",
      ["\(Self.peers)/inherited.py", hosts, Sidetone.executable, "serve"] + options
        + ["--max-lateness", "0"])
  }

  @Test("takes systemd's sockets, one for many loops or many for one", arguments: [1, 4])
  func inherits(loops: Int) async throws {
    for hosts in ["127.0.0.1", "127.0.0.1,::1"] {
      let server = try given(hosts, "--loops", "\(loops)", "--port", "1")
      let ports = try await server.firstLine().split(separator: " ")
      for (host, port) in zip(["127.0.0.1", "[::1]"], ports) {
        for _ in 0..<8 {
          let asked = try await Subprocess(
            "/usr/bin/curl",
            ["--silent", "--retry", "5", "--max-time", "10", "http://\(host):\(port)/healthz"]
          ).end()
          #expect(asked.output == "ok\n")
        }
      }
      server.signal(SIGTERM)
      let ended = try await server.end()
      #expect(ended.status == 0)
      #expect(ended.output.contains("listening on ws://127.0.0.1:\(ports[0])\n"))
    }
  }

  @Test("refuses what does not listen, and an open door in systemd's hands")
  func refusesOthers() async throws {
    for (hosts, words) in [("none", "is no TCP socket that listens"), ("0.0.0.0", "lets anybody")] {
      let server = try given(hosts)
      let ended = try await server.end()
      #expect(ended.status == 2)
      #expect(ended.errors.contains(words), "\(ended.errors)")
    }
  }
}
