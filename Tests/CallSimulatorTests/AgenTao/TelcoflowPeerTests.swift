import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Telephony
import TestSupport
import Testing

/// The vendor's public client against the server. Skipped where PyPI cannot be reached.
@Suite("AgenTao server, W1, with the package telcoflow", .timeLimit(.minutes(2)))
struct TelcoflowPeerTests {
  private static let package = ConditionTrait.enabled(
    "telcoflow cannot be installed: PyPI is not reachable"
  ) { await PythonPackages.telcoflow.python() != nil }

  private struct Outcome {
    let seen: [String: Any]
    let record: AgenTaoCallRecord

    var results: [String] {
      (seen["results"] as? [[Any]] ?? []).map { result in
        "\(result[0]) \(result[1] as? Bool == true ? "ok" : result[2])"
      }
    }
  }

  /// One call, driven by the package in a process of its own.
  private func call(
    _ mode: String, echo: Int = 0, _ plan: AgenTaoPlan = AgenTaoPlan(),
    _ faults: AgenTaoFaults = AgenTaoFaults(), _ certificates: TestCertificates? = nil
  ) async throws -> Outcome {
    let loop = try TestLoop()
    var configuration = AgenTaoServer.Configuration()
    configuration.apiKey = Secret("right-key")
    configuration.connectorID = "connector-7"
    configuration.plans = [plan]
    // The package lets handlers be set after its connection is up, and misses what comes before.
    configuration.plans[0].arrivesAfter = .milliseconds(500)
    configuration.faults = faults
    var environment = ["LANG=C"]
    if let certificates {
      configuration.apiKey = nil
      configuration.listener.tls = TLSServerConfiguration(
        certificateFile: certificates.server.certificate, keyFile: certificates.server.key,
        clientCAFile: certificates.ca)
      environment += [
        "SSL_CERT_FILE=\(certificates.ca)",
        "CLIENT_CERTIFICATE=\(certificates.client.certificate)",
        "CLIENT_KEY=\(certificates.client.key)",
      ]
    }
    let server = try AgenTaoServer(loop: loop.loop, configuration: configuration)
    let process = try Subprocess(
      try #require(await PythonPackages.telcoflow.python()),
      [PythonPackages.script("telcoflow_client.py"), "\(server.port)", "\(echo)", mode],
      environment: environment)
    let result = try await process.end(within: .seconds(60))
    #expect(result.status == 0, "\(result.errors)")
    let seen = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let record = try #require(await server.record(of: "call-1"))
    #expect(seen?["error"] == nil, "\(seen?["error"] ?? "")")
    #expect(seen?["closed"] as? String == "CALL_TERMINATED")
    #expect(seen?["terminated"] as? Int == 1)
    #expect(seen?["from"] as? String == plan.from && seen?["to"] as? String == plan.to)
    #expect(record.malformed == 0 && record.unknown == 0 && record.excessBytes == 0)
    await server.stop()
    return Outcome(seen: seen ?? [:], record: record)
  }

  @Test("echoes what the caller says, to the byte", package, arguments: [[], [1, 3, 321]])
  func echo(chunks: [Int]) async throws {
    var plan = AgenTaoPlan()
    plan.caller = .tagged(77)
    var faults = AgenTaoFaults()
    faults.inboundChunkBytes = chunks
    let outcome = try await call("echo", echo: 32_640, plan, faults)
    #expect(outcome.results == ["answer ok", "close ok"])
    let isEcho = outcome.record.heardByCaller == plan.caller.spoken(16_320, rate: .hz16000)
    #expect(isEcho)
    #expect(outcome.record.state == .ended(by: .agent))
  }

  @Test("shows its certificate, and its token alone on the media link", package)
  func mutualTLS() async throws {
    let certificates = try await TestCertificates()
    var plan = AgenTaoPlan()
    plan.caller = .tagged(78)
    let outcome = try await call("echo", echo: 3_200, plan, AgenTaoFaults(), certificates)
    #expect(outcome.results == ["answer ok", "close ok"])
    let isEcho = outcome.record.heardByCaller == plan.caller.spoken(1_600, rate: .hz16000)
    #expect(isEcho)
  }

  @Test("is told that nobody answers, rings again, and ends the call for everyone", package)
  func unanswered() async throws {
    var plan = AgenTaoPlan()
    plan.rings = [.unanswered(after: .milliseconds(300)), .answered(after: .milliseconds(300))]
    let outcome = try await call("unanswered", plan)
    #expect(
      outcome.results == [
        "answer ok", "connect CALL_UNANSWERED", "connect ok", "disconnect ok",
      ])
    #expect(!outcome.record.partiesRemain)
  }

  @Test("switches who hears it once connected, and leaves the others to each other", package)
  func modes() async throws {
    let outcome = try await call("modes")
    #expect(
      outcome.results == [
        "answer ok", "whisper INVALID_COMMAND", "connect ok", "whisper ok", "barge ok", "spy ok",
        "close ok",
      ])
    #expect(outcome.record.partiesRemain)
  }

  @Test("may answer again after a refusal", package)
  func refused() async throws {
    var faults = AgenTaoFaults()
    faults.refusals[.answer] = AgenTaoFaults.Refusal(code: "INTERNAL_ERROR")
    let outcome = try await call("refused", echo: 3_200, AgenTaoPlan(), faults)
    #expect(outcome.results == ["answer INTERNAL_ERROR", "answer ok", "close ok"])
  }

  @Test("hears of the caller's hanging up once, in the middle of noise", package)
  func hangup() async throws {
    var plan = AgenTaoPlan()
    plan.hangsUpAfter = .seconds(1)
    var faults = AgenTaoFaults()
    faults.corruptsJSON = true
    faults.sendsUnknownFrames = true
    let outcome = try await call("hangup", echo: 8_000, plan, faults)
    #expect(outcome.results == ["answer ok"])
    #expect(outcome.record.state == .ended(by: .caller))
    #expect(outcome.seen["heard"] as? Int == outcome.record.spokenBytes)
  }

  @Test("drops what was not heard yet, here and there, when it interrupts", package)
  func interrupt() async throws {
    let outcome = try await call("interrupt")
    let record = outcome.record
    #expect(outcome.seen["queued"] as? Int == 0)
    let local = try #require(outcome.seen["dropped"] as? Int)
    #expect(local + record.receivedBytes == 128_000)
    #expect(record.discardedBytes > 0)
    #expect(record.heardByCaller.count + record.discardedBytes == record.receivedBytes)
    #expect(record.commands.map(\.verb) == [.answer, .interrupt, .close])
  }
}

extension AgenTaoServer.Voice {
  /// The first `count` samples as they go over the wire.
  func spoken(_ count: Int, rate: SampleRate) -> [UInt8] {
    (0..<count).flatMap { index in
      let bits = UInt16(bitPattern: sample(at: index, rate: rate))
      return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
    }
  }
}
