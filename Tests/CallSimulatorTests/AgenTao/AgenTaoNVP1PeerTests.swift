import AudioEngine
import CallSimulator
import Foundation
import Telephony
import TestSupport
import Testing

/// The neutral wire against a client that shares no code with the server.
@Suite("AgenTao server, NVP/1, with a client in Python", .timeLimit(.minutes(2)))
struct AgenTaoNVP1PeerTests {
  private func call(
    _ encoding: String, _ mode: String, _ plan: AgenTaoPlan = AgenTaoPlan()
  ) async throws -> (seen: [String: Any], record: AgenTaoCallRecord) {
    let loop = try TestLoop()
    var configuration = AgenTaoServer.Configuration()
    configuration.profile = .nvp1
    configuration.apiKey = Secret("right-key")
    configuration.connectorID = "connector-7"
    configuration.plans = [plan]
    let server = try AgenTaoServer(loop: loop.loop, configuration: configuration)
    let process = try Subprocess(
      "/usr/bin/python3",
      [PythonPackages.script("agentao_nvp1_client.py"), "\(server.port)", encoding, mode])
    let result = try await process.end(within: .seconds(90))
    #expect(result.status == 0, "\(result.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let seen = try #require(json)
    let record = try #require(await server.record(of: "call-1"))
    #expect(seen["problems"] as? [String] == [])
    #expect(seen["code"] as? Int == 4410)
    #expect(seen["second"] as? Int == 409)
    #expect(seen["listed"] as? Int == 1)
    #expect((seen["hello"] as? [String: Any])?["sampleRate"] as? Int == 16_000)
    #expect((seen["ready"] as? [String: Any])?["state"] as? String == "pending")
    #expect(record.malformed == 0)
    await server.stop()
    return (seen, record)
  }

  @Test("carries a call through every request, in either encoding", arguments: ["bin", "b64"])
  func talk(encoding: String) async throws {
    var plan = AgenTaoPlan()
    plan.caller = .tagged(5)
    plan.callee = .tagged(6)
    let (seen, record) = try await call(encoding, "talk", plan)
    // The end is told on both links, in either order.
    let order = try #require(seen["order"] as? [String])
    #expect(order.contains("call.ended"))
    #expect(
      order.filter { $0 != "call.ended" } == [
        "hello ok", "delivery.start ok", "call.offered", "call.list ok", "media.ready",
        "call.answered", "call.answer ok", "audio.drain ok", "agent.mode INVALID_STATE",
        "agent.interrupt ok", "agent.interrupt ok", "audio.drain ok",
        "call.connect INVALID_REQUEST", "call.connected", "call.connect ok", "agent.mode ok",
        "call.dance UNSUPPORTED", "call.terminated", "call.close ok",
      ])
    #expect(seen["drained"] as? Int == 32_014)
    #expect(seen["repeated"] as? Bool == true)
    #expect(seen["terminated"] as? String == "agent")
    let discarded = try #require(seen["discarded"] as? Int)
    #expect(discarded > 0 && discarded == record.discardedBytes)
    #expect(record.staleBytes == 640 && record.excessBytes == 0)
    #expect(record.partiesRemain)
    // All of the first, of the second what the interruption left, all of the third.
    let samples = stride(from: 0, to: record.heardByCaller.count, by: 2).map { index in
      Int(record.heardByCaller[index]) | Int(record.heardByCaller[index + 1]) << 8
    }
    #expect(samples.count == (32_014 + 12_800 - discarded + 3_200) / 2)
    #expect(samples.suffix(1_600).allSatisfy { $0 == 2_000 })
    #expect(samples.dropLast(1_600).allSatisfy { $0 == 1_000 })
    #expect((seen["tracks"] as? [String: Any])?.keys.sorted() == ["0", "1"])
    let played = try #require(seen["played"] as? [Int])
    #expect(!played.isEmpty)
  }

  @Test("drops what goes beyond the grant, and says so")
  func flood() async throws {
    var plan = AgenTaoPlan()
    plan.hangsUpAfter = .seconds(3)
    let (seen, record) = try await call("bin", "flood", plan)
    let order = try #require(seen["order"] as? [String])
    #expect(order.contains("call.error"))
    #expect(record.excessBytes > 0)
    #expect(record.heardByCaller.count + record.excessBytes == 64_000)
  }

  @Test("ends with the caller: terminated once, and 4410")
  func hangup() async throws {
    var plan = AgenTaoPlan()
    plan.hangsUpAfter = .milliseconds(500)
    let (seen, record) = try await call("bin", "wait", plan)
    let order = try #require(seen["order"] as? [String])
    #expect(order.count { $0 == "call.terminated" } == 1)
    #expect(seen["terminated"] as? String == "caller")
    #expect(seen["grants"] as? [Int] == [6_400, 12_800, 19_200, 25_600])
    #expect(record.state == .ended(by: .caller))
  }
}
