import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Telephony
import TestSupport
import Testing

/// The faults that no conformance scenario is about: that the server really commits them.
@Suite("AgenTao server: faults", .timeLimit(.minutes(2)))
struct AgenTaoFaultTests {
  private static let profiles = AgenTaoServer.Profile.allCases

  @Test("leaves the agent in barge after connect where it is told to", arguments: profiles)
  func bargeDefault(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.modeAfterConnect = .barge
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.connect(ringTime: .seconds(5), mode: .barge)
      let record = try await stage.record
      #expect(record.state == .connected(.barge))
      // On the neutral wire the reply says so, and nobody has to ask.
      #expect(record.commands.map(\.verb) == (profile == .w1 ? [.connect, .barge] : [.connect]))
    }
  }

  @Test("offers a call twice, and one is taken", arguments: profiles)
  func offersTwice(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.offersTwice = true
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      #expect(await stage.client.statistics.control.duplicates > 0)
      let record = try await stage.record
      #expect(record.mediaLinks == 1)
      #expect(await stage.server.record().refusals == [:])
    }
  }

  @Test("hangs up right behind a reply", arguments: profiles)
  func hangsUpAfter(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.hangsUp = .after(.answer)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      let events = await stage.events.value
      #expect(events.first == .answered && events.count == 2)
    }
  }

  @Test("cuts the media link in place of a reply", arguments: profiles)
  func dropsMedia(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.dropsMedia = .before(.answer)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      let error = await ConformanceStage.error(of: stage.call.answer)
      #expect(error == .closed(.mediaLost))
      #expect(await stage.events.value == [.terminated(.mediaLost)])
    }
  }

  @Test("keeps as much ahead as it is told, from one large grant on", arguments: profiles)
  func grants(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.prefetch = .milliseconds(200)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      let record = await stage.server.record(of: stage.call.id) { $0.allowedBytes > 0 }
      #expect(record?.allowedBytes == 6_400)
    }
    faults.grantBurst = 96_000
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      let record = await stage.server.record(of: stage.call.id) { $0.allowedBytes > 0 }
      #expect(record?.allowedBytes == 96_000)
    }
  }

  @Test("reads in short breaths, and loses nothing by it", arguments: profiles)
  func slowReader(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.readsEvery = .milliseconds(300)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      try await stage.call.send(ConformanceStage.speech(16_000, 900))
      let record = await stage.server.record(of: stage.call.id) {
        $0.bytesHeardByCaller >= 32_000
      }
      #expect(record?.bytesHeardByCaller == 32_000)
    }
    // With a breath in ten minutes nothing arrives at all.
    faults.readsEvery = .seconds(600)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      async let answer = ConformanceStage.error(of: stage.call.answer)
      try await Task.sleep(for: .milliseconds(300))
      #expect(await stage.call.pendingCommandCount == 1)
      let commands = try await stage.commands
      #expect(commands == [])
      await stage.server.hangUp(stage.call.id)
      guard case .closed? = await answer else {
        Issue.record("answered by a server that does not read")
        return
      }
    }
  }

  /// Runs `body` with a client and a server without calls, and ends both.
  private func run(
    _ profile: AgenTaoServer.Profile, _ faults: AgenTaoFaults,
    body: @escaping @Sendable (AgenTaoClient, AgenTaoServer) async throws -> Void
  ) async throws {
    let loop = try TestLoop()
    var options = AgenTaoServer.Configuration()
    options.profile = profile
    options.faults = faults
    let server = try AgenTaoServer(loop: loop.loop, configuration: options)
    var configuration = try AgenTaoConfiguration(
      apiKey: "k", connectorID: "simulated-connector", endpoint: "ws://127.0.0.1:\(server.port)")
    if profile == .nvp1 { configuration.wire = AgenTaoNVP() }
    let client = try AgenTaoClient(configuration: configuration, loop: loop.loop)
    let serving = Task { try? await client.run() }
    try await ConformanceStage.within(.seconds(30)) { try await body(client, server) }
    await client.disconnect()
    await server.stop()
    try await ConformanceStage.within(.seconds(10)) { await serving.value }
  }

  @Test("refuses the media link, and the call is lost", arguments: profiles)
  func refusesMedia(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.refusesMedia = 403
    try await run(profile, faults) { client, server in
      await server.place()
      let lost = await client.connectionEvents.first { event in
        if case .callLost = event { true } else { false }
      }
      #expect(lost != nil)
      #expect(await server.record().refusals == [403: 1])
      #expect(await client.callCount == 0)
    }
  }

  @Test("drains: says so, closes, and refuses to come back", arguments: profiles)
  func drains(profile: AgenTaoServer.Profile) async throws {
    try await run(profile, AgenTaoFaults()) { client, server in
      _ = await server.record { $0.setups == 1 }
      await server.drain()
      let seen = await server.record { $0.refusals[503] != nil }
      #expect(seen.refusals[503] ?? 0 > 0)
      #expect(seen.openControlLinks == 0)
    }
  }

  @Test("lets each call be taken once, however many clients there are", arguments: profiles)
  func rivals(profile: AgenTaoServer.Profile) async throws {
    try await run(profile, AgenTaoFaults()) { client, server in
      let loop = try TestLoop()
      let rival = try AgenTaoClient(configuration: client.configuration, loop: loop.loop)
      let serving = Task { try? await rival.run() }
      _ = await server.record { $0.setups == 2 }
      for _ in 0..<40 { await server.place() }
      for number in 1...40 {
        let record = await server.record(of: "call-\(number)") { $0.hasMedia }
        #expect(record?.mediaLinks == 1)
      }
      // The server knows of a link a little before the client does.
      let isAll = await eventually {
        let handed = await client.statistics.calls + rival.statistics.calls
        let live = await client.callCount + rival.callCount
        return handed == 40 && live == 40
      }
      #expect(isAll)
      await rival.disconnect()
      await serving.value
    }
  }

  @Test("withdraws a call that nobody takes in time, or whose caller gives up", arguments: profiles)
  func withdraws(profile: AgenTaoServer.Profile) async throws {
    let loop = try TestLoop()
    var options = AgenTaoServer.Configuration()
    options.profile = profile
    let server = try AgenTaoServer(loop: loop.loop, configuration: options)
    var plan = AgenTaoPlan()
    plan.givesUpAfter = .milliseconds(50)
    let call = await server.place(plan)
    let record = await server.record(of: call) { $0.state == .ended(by: .caller) }
    #expect(record?.state == .ended(by: .caller))
    #expect(record?.offers == 0)
    await server.stop()
  }

  @Test("lists and closes sessions over HTTP")
  func rest() async throws {
    let loop = try TestLoop()
    var options = AgenTaoServer.Configuration()
    options.apiKey = Secret("rest-key")
    let server = try AgenTaoServer(loop: loop.loop, configuration: options)
    await server.place()
    let base = "http://127.0.0.1:\(server.port)/public/v1/sessions"
    func curl(_ words: String...) async throws -> String {
      let process = try Subprocess("/usr/bin/curl", ["-s", "-m", "10"] + words)
      return try await process.end().output
    }
    let key = ["-H", "x-api-key: rest-key", "-H", "x-connector-uuid: simulated-connector"]
    let nobody = try await curl(base)
    #expect(nobody.contains("UNAUTHORIZED"))
    let list = try await curl(key[0], key[1], key[2], key[3], base)
    #expect(list.contains(#""id":"session-call-1""#))
    let close = "\(base)/session-call-1/close"
    let closed = try await curl(key[0], key[1], key[2], key[3], "-X", "POST", "-d", "", close)
    #expect(closed.contains("SDK_REQUEST"))
    let again = try await curl(key[0], key[1], key[2], key[3], "-X", "POST", "-d", "", close)
    #expect(again.contains("SESSION_NOT_FOUND"))
    await server.stop()
  }
}
