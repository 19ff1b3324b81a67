import Foundation
import TestSupport
import Testing

/// What a server on the internet meets: every other call goes on, and nothing stays behind.
@Suite("sidetone serve, among bad peers", .serialized, .timeLimit(.minutes(5)))
struct ServeFaultTests {
  private let scratch: Scratch
  private let server: RunningSidetone

  init() async throws {
    scratch = try Scratch()
    server = try RunningSidetone(["serve", "--port", "0"])
  }

  private func port() async throws -> String {
    let line = try await server.firstLine()
    return String(try #require(line.split(separator: ":").last))
  }

  /// Ten callers for six seconds; on a busy machine an echo may have a gap, but must not lose a word.
  private func bystanders(_ port: String) async throws -> [String: Any] {
    let json = scratch.file("load.json")
    _ = try await Sidetone([
      "load", "ws://127.0.0.1:\(port)/plivo", "--calls", "10", "--ramp", "0.5", "--duration", "4",
      "--json", json.path,
    ])
    let figures = try JSONSerialization.jsonObject(with: Data(contentsOf: json))
    return try #require(figures as? [String: Any])
  }

  private func checkUntouched(_ figures: [String: Any]) {
    #expect(figures["completed"] as? Int == 10)
    #expect(figures["lostMs"] as? Double == 0)
    #expect(figures["foreignMessages"] as? Int == 0)
    #expect(figures["closeCodes"] as? [String: Int] == ["1000": 10])
  }

  private static let peers = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Peers/bad_peers.py").path

  @Test(
    "carries its calls on",
    arguments: [
      "byte_a_second", "half_open", "megabytes", "connects", "slow_headers", "killed",
    ])
  func among(scenario: String) async throws {
    let port = try await port()
    let before = try server.usage()
    let peer = try Subprocess("/usr/bin/python3", [Self.peers, "127.0.0.1", port, scenario, "4"])
    checkUntouched(try await bystanders(port))
    let ended = try await peer.end()
    #expect(ended.status == 0 && ended.output == "done\n", "\(ended.errors)")
    if ended.errors.contains("LIMIT") { Issue.record("\(ended.errors)", severity: .warning) }
    // Nothing stays behind, once the server has noticed.
    let deadline = ContinuousClock.now + .seconds(20)
    while try server.usage().descriptors > before.descriptors + 2, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
    }
    let after = try server.usage()
    #expect(after.descriptors <= before.descriptors + 2)
    // The allocator keeps what ten thousand connections had.
    let kept = (scenario == "connects" ? 128 : 64) << 20
    // A sanitizer gives nothing back.
    #expect(
      Sanitizer.name != nil || after.memory < before.memory + kept,
      "\(before.memory) to \(after.memory)")
    server.interrupt()
    let end = try await server.end()
    #expect(end.status == 0)
  }

  @Test("goes on after the machine has stopped it for two seconds", .inRealTime)
  func stopped() async throws {
    let port = try await port()
    async let calls = bystanders(port)
    try await Task.sleep(for: .seconds(2))
    server.signal(SIGSTOP)
    try await Task.sleep(for: .seconds(2))
    server.signal(SIGCONT)
    checkUntouched(try await calls)
    server.interrupt()
    let end = try await server.end()
    #expect(end.status == 0)
  }

  // FinishedCallsTests look at the memory: a sanitizer's own makes resident memory grow.
  @Test("keeps no descriptor of calls that have come and gone")
  func soak() async throws {
    let port = try await port()
    for _ in 0..<2 {
      _ = try await Sidetone([
        "load", "ws://127.0.0.1:\(port)/plivo", "--calls", "100", "--ramp", "0.5", "--duration",
        "2",
      ])
    }
    let deadline = ContinuousClock.now + .seconds(20)
    while try server.usage().descriptors >= 40, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
    }
    let descriptors = try server.usage().descriptors
    #expect(descriptors < 40)
    server.interrupt()
    _ = try await server.end()
  }
}
