import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Telephony
import TestSupport
import Testing

/// The server against a client that shares no code with it.
@Suite("AgenTao server, W1, with a client in Python", .timeLimit(.minutes(2)))
struct AgenTaoW1PeerTests {
  private let loop: TestLoop

  init() throws { loop = try TestLoop() }

  private func server(
    _ plan: AgenTaoPlan?, _ faults: AgenTaoFaults = AgenTaoFaults()
  ) throws -> AgenTaoServer {
    var configuration = AgenTaoServer.Configuration()
    configuration.apiKey = Secret("right-key")
    configuration.connectorID = "connector-7"
    configuration.plans = plan.map { [$0] } ?? []
    configuration.faults = faults
    return try AgenTaoServer(loop: loop.loop, configuration: configuration)
  }

  private func client(
    _ server: AgenTaoServer, key: String = "right-key", echo: Int = 0, mode: String = "echo"
  ) async throws -> [String: Any] {
    let script = PythonPackages.script("agentao_w1_client.py")
    let process = try Subprocess(
      "/usr/bin/python3", [script, "\(server.port)", key, "connector-7", "\(echo)", mode])
    let result = try await process.end(within: .seconds(60))
    #expect(result.errors.isEmpty, "\(result.errors)")
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
  }

  @Test("carries a call: claim, answer, echo, close")
  func echo() async throws {
    var plan = AgenTaoPlan()
    plan.caller = .tagged(1_234)
    let server = try server(plan)
    let seen = try await client(server, echo: 32_000)
    #expect(
      seen["control"] as? [String] == [
        "setup.done", "session.notify", "response", "call.in", "session.closed",
      ])
    #expect(seen["from"] as? String == plan.from)
    #expect(seen["media"] as? [String] == ["call.terminated"])
    #expect(seen["replies"] as? [String: Int] == ["call.answer": 1, "call.close": 1])
    #expect(seen["code"] as? Int == 1000)
    #expect(seen["sent"] as? Int == 32_000)
    let record = try #require(await server.record(of: "call-1"))
    #expect(record.state == .ended(by: .agent))
    #expect(record.commands.map(\.verb) == [.answer, .close])
    #expect(record.commands.map(\.outcome) == ["ok", "ok"])
    #expect(!record.partiesRemain)
    #expect(record.excessBytes == 0)
    // The caller hears its own words from their beginning, to the last sample.
    let isEcho = record.heardByCaller == plan.caller.spoken(16_000, rate: .hz16000)
    #expect(isEcho)
    #expect(record.heardByCallee.isEmpty)
    await server.stop()
  }

  @Test("asks for what it can use: 800 ms ahead and not more, however silent the client is")
  func requests() async throws {
    var plan = AgenTaoPlan()
    plan.hangsUpAfter = .milliseconds(1_500)
    let server = try server(plan)
    let seen = try await client(server, mode: "wait")
    #expect(seen["requested"] as? Int == 25_600)
    #expect(seen["media"] as? [String] == ["call.terminated"])
    #expect(seen["reason"] as? String == "CALL_TERMINATED")
    let record = try #require(await server.record(of: "call-1"))
    #expect(record.state == .ended(by: .caller))
    #expect(record.spokenBytes >= 32_000)
    await server.stop()
  }

  @Test("lets nobody in with a wrong key")
  func wrongKey() async throws {
    let server = try server(nil)
    let seen = try await client(server, key: "wrong-key")
    #expect(seen["status"] as? Int == 401)
    let record = await server.record()
    #expect(record.refusals == [401: 1])
    #expect(record.controlLinks == 0)
  }
}
