import AudioEngine
import BotTransport
import Ground
import Telephony
import Testing

/// What is told of a bot that throws, and of one that does not.
@Suite("bots that throw", .serialized, .timeLimit(.minutes(1))) struct BotErrorTests {
  private struct ModelError: Error, CustomStringConvertible {
    let description = "no answer from https://user:s3cr3t@model.example.com/v1?key=s3cr3t"
  }

  /// Serves a call to `bot`; gives back the log and the metrics.
  private func told(
    by scenario: String..., of bot: @escaping BotServer.Bot
  ) async throws -> (events: [ServerEvent], metrics: String) {
    let events = Locked<[ServerEvent]>([])
    var configuration = ServerConfiguration()
    configuration.log = { event in events.withLock { $0.append(event) } }
    let server = try await RunningServer(configuration, bot: bot)
    _ = try await server.platform(scenario)
    let metrics = try await server.curl("/metrics").body
    try await server.stop()
    return (events.withLock { $0 }, metrics)
  }

  @Test("are logged with the error's type and text, without secrets, and counted by type")
  func fault() async throws {
    let told = try await told(by: "vanish") { call in
      for await _ in call.audio { throw ModelError() }
    }
    let event = try #require(told.events.first { $0.message == "bot failed" })
    #expect(event.level == .warning && event.module == .call)
    let facts = Dictionary(
      event.facts.map { ($0.name, $0.value.text) }, uniquingKeysWith: { first, _ in first })
    let type = try #require(facts["errorType"])
    #expect(type.hasSuffix("ModelError"))
    #expect(facts["error"]?.contains("no answer from https://***@model.example.com/v1") == true)
    #expect(facts["error"]?.contains("s3cr3t") == false)
    #expect(facts["callSid"] != nil)
    #expect(told.metrics.contains("\nsidetone_bot_errors_total{type=\"\(type)\"} 1\n"))
  }

  @Test("are at fault for nothing that the end of the call has thrown")
  func end() async throws {
    let told = try await told(by: "echo", "8000", "0.5") { call in
      // Until the caller is gone, and then says one thing more.
      for await _ in call.audio {}
      await call.ended()
      _ = try await call.say()
    }
    #expect(!told.events.contains { $0.message == "bot failed" })
    #expect(!told.metrics.contains("\nsidetone_bot_errors_total{"))
  }
}
