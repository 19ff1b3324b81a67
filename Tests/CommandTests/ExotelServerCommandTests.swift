import BotTransport
import Foundation
import TestSupport
import Testing

/// Exotel's REST interface as it is played, asked by a client that is none of ours.
@Suite("sidetone exotel-server", .timeLimit(.minutes(2))) struct ExotelServerCommandTests {
  private func client(_ words: [String]) async throws -> [String: Any] {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Peers/exotel_client.py").path
    let result = try await Subprocess("/usr/bin/python3", [script] + words)
      .end(within: .seconds(60))
    #expect(result.errors.isEmpty, "\(result.errors)")
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
  }

  @Test("plays a leg from its making to its end, and dials the bot")
  func leg() async throws {
    let bot = try RunningSidetone(["serve", "--port", "0", "--bot", "echo"])
    let address = try await bot.firstLine().split(separator: " ").last.map(String.init) ?? ""
    let server = try RunningAccount(
      ["exotel-server", "--answer-after", "0", "--event-timeout", "20"])
    let seen = try await client(["leg", try await server.base(), address + "/exotel"])
    #expect(seen["status"] as? Int == 202)
    #expect(
      seen["events"] as? [String] == [
        "leg_connecting", "leg_ringing", "leg_answered", "say_started", "stream_initiated",
        "stream_started", "say_interrupted", "stream_stopped", "leg_terminated",
      ])
    #expect((seen["xml"] as? String)?.contains("<ActiveStreamCount>1</ActiveStreamCount>") ?? false)
    #expect(seen["pulled"] as? Int == 1)
    #expect(seen["again"] as? Int == 400)
    let ended = try await server.end()
    #expect(ended.contains("hung up by request"), "\(ended)")
  }

  @Test("refuses what Exotel refuses, in its words")
  func refusals() async throws {
    let server = try RunningAccount(["exotel-server", "--requests", "6"])
    let seen = try await client(["ask", try await server.base()])
    let missing = seen["missing"] as? [Any]
    #expect(missing?.first as? Int == 400)
    #expect((missing?.last as? String)?.contains("<RestException>") ?? false)
    #expect(seen["both"] as? Int == 400)
    #expect(seen["case"] as? Int == 404)
    #expect(seen["account"] as? Int == 404)
    #expect(seen["leg"] as? Int == 400)
    #expect(seen["unknown"] as? Int == 404)
    let throttled = seen["throttled"] as? [Any]
    #expect(throttled?.first as? Int == 429)
    #expect((throttled?.last as? String).flatMap(Int.init) ?? 0 > 0)
    _ = try await server.end()
  }

  @Test(
    "says what is wrong with its options",
    arguments: [
      (["--fault", "418"], "begins with one of 400, 401"),
      (["--fault", "429@nowhere"], "behind @ stands one of connect"),
      (["--fault", "429@leg_answered"], "an event can be slow, lost or twice"),
      (["--fault", "twice@hangup"], "only an event can be twice"),
      (["--fault", "429@hangup*0"], "how often"),
      (["--callee", "asleep"], "take answers, busy, no-answer or fails"),
      (["--callee", "busy", "--answer-after", "1"], "go with a callee that answers"),
      (["--tls-cert", "x.pem"], "go together"),
      (["--audio", "/no/such.wav"], "does not exist"),
    ])
  func usage(words: [String], message: String) async throws {
    let result = try await Sidetone(["exotel-server"] + words)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}

/// A simulated account's server while it runs.
struct RunningAccount {
  private let process: RunningSidetone

  init(_ words: [String], environment: [String] = []) throws {
    process = try RunningSidetone(words + ["--port", "0"], environment: environment)
  }

  /// Where it listens.
  func base() async throws -> String {
    try await process.firstLine().replacing("listening on ", with: "")
  }

  /// Ends it; all that it printed.
  func end() async throws -> String {
    process.interrupt()
    let ended = try await process.end()
    #expect(ended.status == 0)
    #expect(ended.errors.isEmpty, "\(ended.errors)")
    return ended.output
  }
}
