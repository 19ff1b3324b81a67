import BotTransport
import CallSimulator
import Telephony
import Testing

/// Every named scenario, met by a client.
@Suite("AgenTao server: scenarios", .timeLimit(.minutes(2)))
struct AgenTaoScenarioTests {
  /// Those in which no call ever reaches the client.
  private static let callless: [AgenTaoScenario: AgenTaoConnectionError?] = [
    .wrongKey: .authentication(.credentialsRejected(status: 401)),
    .oldVersion: .versionUnsupported(message: ""), .setupSilent: nil, .mediaRefused: nil,
  ]

  @Test(
    "brings a call to the client, or does not", arguments: AgenTaoScenario.allCases,
    AgenTaoServer.Profile.allCases)
  func arrival(scenario: AgenTaoScenario, profile: AgenTaoServer.Profile) async throws {
    let loop = try TestLoop()
    var options = AgenTaoServer.Configuration()
    options.profile = profile
    options.faults = scenario.faults
    options.plans = scenario.plans
    let server = try AgenTaoServer(loop: loop.loop, configuration: options)
    var configuration = try AgenTaoConfiguration(
      apiKey: "k", connectorID: "simulated-connector", endpoint: "ws://127.0.0.1:\(server.port)")
    if profile == .nvp1 { configuration.wire = AgenTaoNVP() }
    let client = try AgenTaoClient(configuration: configuration, loop: loop.loop)
    let serving = Task { () -> AgenTaoConnectionError? in
      do throws(AgenTaoConnectionError) {
        try await client.run()
        return nil
      } catch {
        return error
      }
    }
    if let expected = Self.callless[scenario] {
      if let expected {
        let error = try await ConformanceStage.within(.seconds(10)) { await serving.value }
        if case .versionUnsupported = expected, case .versionUnsupported? = error {
        } else {
          #expect(error == expected)
        }
      } else if scenario == .mediaRefused {
        #expect(await server.record { $0.refusals[403] != nil }.refusals[403] == 1)
      } else {
        #expect(await server.record { $0.controlLinks == 1 }.controlLinks == 1)
      }
      #expect(await client.statistics.calls == 0)
    } else {
      let call = try await ConformanceStage.within(.seconds(20)) {
        await client.incomingCalls.first { _ in true }
      }
      let arrived = try #require(call)
      #expect(await server.record(of: arrived.id)?.hasMedia == true)
      // Calls that arrive together are taken in any order.
      #expect(scenario.plans.contains { $0.from == arrived.callerNumber })
    }
    await client.disconnect()
    await server.stop()
    _ = try await ConformanceStage.within(.seconds(10)) { await serving.value }
  }

  @Test("is described in one line each")
  func summaries() {
    for scenario in AgenTaoScenario.allCases {
      #expect((10...80).contains(scenario.summary.count), "\(scenario)")
      #expect(!scenario.plans.isEmpty)
    }
    #expect(Set(AgenTaoScenario.allCases.map(\.summary)).count == AgenTaoScenario.allCases.count)
  }
}
