import Foundation
import TestSupport
import Testing

@Suite("sidetone agentao-server", .timeLimit(.minutes(2))) struct AgenTaoServerCommandTests {
  /// Starts the command on a free port.
  private func start(_ words: String...) async throws -> (server: RunningSidetone, port: String) {
    let server = try RunningSidetone(["agentao-server", "--port", "0"] + words)
    let line = try await server.firstLine()
    let port = try #require(line.wholeMatch(of: /listening on ws:\/\/127\.0\.0\.1:(\d+)/)?.output.1)
    return (server, String(port))
  }

  private func client(_ words: String...) async throws -> [String: Any] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let script = tests.appending(path: "CallSimulatorTests/Peers/agentao_w1_client.py").path
    let process = try Subprocess("/usr/bin/python3", [script] + words)
    let result = try await process.end(within: .seconds(60))
    #expect(result.errors.isEmpty, "\(result.errors)")
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
  }

  @Test("carries a client's call and tells of it at Ctrl-C")
  func serves() async throws {
    let (server, port) = try await start("--api-key", "k", "--connector", "c", "--rate", "16000")
    let seen = try await client(port, "k", "c", "3200")
    #expect(seen["sent"] as? Int == 3_200)
    server.interrupt()
    let ended = try await server.end()
    #expect(ended.status == 0)
    #expect(ended.errors.isEmpty)
    let lines = ended.output.split(separator: "\n")
    #expect(
      lines.dropFirst().first
        == "call-1: ended by agent; answer ok, close ok; caller heard 3200 bytes")
  }

  @Test("takes any connector with the right key where none was named, and only that one else")
  func connectors() async throws {
    for (words, key, connector, isLetIn) in [
      ([], "k", "the-client's-own", true), ([], "other", "the-client's-own", false),
      (["--connector", "c"], "k", "c", true), (["--connector", "c"], "k", "another", false),
    ] {
      let server = try RunningSidetone(
        ["agentao-server", "--port", "0", "--api-key", "k", "--rate", "16000"] + words)
      let port = try await server.firstLine().split(separator: ":").last.map(String.init)
      let seen = try await client(try #require(port), key, connector, isLetIn ? "3200" : "0")
      #expect(seen["status"] as? Int == (isLetIn ? nil : 401), "\(words) \(key) \(connector)")
      #expect(seen["sent"] as? Int == (isLetIn ? 3_200 : nil), "\(words) \(key) \(connector)")
      server.interrupt()
      _ = try await server.end()
    }
  }

  @Test("puts a client into a scenario")
  func scenario() async throws {
    let (server, port) = try await start("--scenario", "wrong-key")
    #expect(try await client(port, "k", "c", "0")["status"] as? Int == 401)
    server.interrupt()
    let ended = try await server.end()
    #expect(ended.output.contains("refused with 401: 1"))
  }

  @Test("lists its scenarios, and helps")
  func list() async throws {
    let list = try await Sidetone("agentao-server", "--list")
    #expect(list.status == 0)
    let lines = list.output.split(separator: "\n")
    #expect(lines.count > 20 && lines.allSatisfy { $0.count <= 100 })
    #expect(lines.contains { $0.hasPrefix("slow-reader ") })
    let help = try await Sidetone("agentao-server", "--help")
    #expect(help.status == 0)
    #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("says what is wrong with its options")
  func usage() async throws {
    for (words, text) in [
      (["--scenario", "media-lots"], "did you mean 'media-lost'?"),
      (["--profile", "w2"], "--profile w2 is unknown"), (["--rate", "44100"], "--rate 44100"),
      (["--port", "-1"], "--port -1"), (["--tls-cert", "a.pem"], "go together"),
      (["--client-ca", "a.pem"], "goes with --tls-cert"),
      (["--tls-cert", "/none.pem", "--tls-key", "/none.key"], "/none"),
    ] {
      let run = try await Sidetone(["agentao-server"] + words)
      #expect(run.status == 2)
      #expect(run.errors.contains(text), "\(run.errors)")
    }
  }
}
