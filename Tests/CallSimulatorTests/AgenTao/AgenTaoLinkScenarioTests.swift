import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import TestSupport
import Testing

/// The reference's scenarios of links that fail, over sockets.
@Suite("AgenTao scenarios: links", .timeLimit(.minutes(2)))
struct AgenTaoLinkScenarioTests {
  @Test(
    "19: a media link that dies ends the call once, and commands fail at once",
    arguments: AgenTaoServer.Profile.allCases)
  func silentMediaLoss(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.neverReplies = [.connect]
    let bench = try AgenTaoBench(profile, plans: [AgenTaoPlan()], faults: faults)
    let call = try await bench.answered()
    let reader = Task { for await _ in call.audio {} }
    async let connecting = failure { () async throws(AgenTaoCallError) in
      try await call.connect(ringTime: .seconds(120))
    }
    let isPending = await eventually { await call.pendingCommandCount == 1 }
    #expect(isPending)
    let start = ContinuousClock.now
    await bench.server.dropMedia(of: call.id)
    let error = await connecting
    #expect(error == .closed(.mediaLost))
    // The command's own deadline is 125 s.
    #expect(ContinuousClock.now - start < .seconds(20))
    try await within { await reader.value }
    var events: [AgenTaoCallEvent] = []
    for await case .platform(let event as AgenTaoCallEvent) in call.events { events.append(event) }
    #expect(events == [.answered, .terminated(.mediaLost)])
    let pending = await call.pendingCommandCount
    #expect(pending == 0)
    let isGone = await eventually { await bench.client.callCount == 0 }
    #expect(isGone)
    try await bench.stop()
  }

  @Test(
    "20: a call outlives the control link, which comes back and brings new calls",
    arguments: AgenTaoServer.Profile.allCases)
  func controlLoss(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.offersAgainAfterReconnect = true
    var plan = AgenTaoPlan()
    plan.caller = .tagged(9)
    let bench = try AgenTaoBench(profile, plans: [plan], faults: faults)
    let call = try await bench.answered()
    let echo = Task {
      for await frame in call.audio { try await call.send(frame) }
    }
    _ = await bench.server.record(of: call.id) { $0.heardByCaller.count > 1_000 }
    await bench.server.dropControls()
    let control = await bench.server.record { $0.setups == 2 }
    #expect(control.setups == 2)
    let before = await bench.server.record(of: call.id)?.heardByCaller.count ?? 0
    let after = await bench.server.record(of: call.id) { $0.heardByCaller.count > before + 16_000 }
    #expect((after?.heardByCaller.count ?? 0) > before + 16_000)
    #expect(after?.mediaLinks == 1)
    let id = await bench.server.place()
    let second = try await bench.call()
    #expect(second.id == id)
    #expect(second.id != call.id)
    try await within { _ = try await call.close() }
    _ = try? await echo.value
    try await bench.stop()
  }

  @Test("21: a server that never completes the setup is tried ever more slowly, or given up on")
  func neverReady() async throws {
    var faults = AgenTaoFaults()
    faults.neverCompletesSetup = true
    let bench = try AgenTaoBench(faults: faults)
    let error = try await bench.ending(within: .seconds(30))
    #expect(error == .handshakeTimedOut)
    await bench.server.stop()
  }

  @Test(
    "22: a wrong key is an authentication error, and is not tried again",
    arguments: AgenTaoServer.Profile.allCases)
  func wrongKey(profile: AgenTaoServer.Profile) async throws {
    let bench = try AgenTaoBench(profile, apiKey: "wrong") { $0.retriesFirstConnect = true }
    let error = try await bench.ending()
    #expect(error == .authentication(.credentialsRejected(status: 401)))
    try await Task.sleep(for: .milliseconds(1_500))
    let record = await bench.server.record()
    #expect(record.refusals == [401: 1])
    await bench.server.stop()
  }

  @Test("22: HTTP 403 and 426 on the upgrade say what they are", arguments: [403, 426, 503])
  func statuses(status: Int) async throws {
    var faults = AgenTaoFaults()
    faults.refusesControl = status
    let bench = try AgenTaoBench(faults: faults)
    let error = try await bench.ending()
    switch status {
    case 403: #expect(error == .authentication(.credentialsRejected(status: 403)))
    case 426:
      guard case .versionUnsupported? = error else {
        Issue.record("426 gave \(String(describing: error))")
        return
      }
    default:
      guard case .rejected(503, _)? = error else {
        Issue.record("503 gave \(String(describing: error))")
        return
      }
    }
    await bench.server.stop()
  }

  @Test("a call whose media link is refused is lost with the reason, and only that call")
  func mediaRefused() async throws {
    var faults = AgenTaoFaults()
    faults.refusesMedia = 409
    let bench = try AgenTaoBench(faults: faults)
    let connected = await eventually { await bench.client.isConnected }
    #expect(connected)
    let id = await bench.server.place()
    let lost = try await within {
      for await event in bench.client.connectionEvents {
        if case .callLost(let id, let failure) = event { return (id, failure) }
      }
      throw DeadlinePassed()
    }
    #expect(lost.0 == id)
    #expect(lost.1 == .busy)
    await bench.server.setFaults(AgenTaoFaults())
    let next = await bench.server.place()
    let call = try await bench.call()
    #expect([id, next].contains(call.id))
    try await bench.stop()
  }

  @Test("28: a handler that blocks for ever does not stop another call's audio")
  func blockedHandler() async throws {
    var plan = AgenTaoPlan()
    plan.caller = .tagged(3)
    let bench = try AgenTaoBench(plans: [plan, plan])
    let first = try await bench.answered()
    let second = try await bench.answered()
    let blocked = Task {
      for await _ in first.events { try await Task.sleep(for: .seconds(3_600)) }
    }
    let echo = Task {
      for await frame in second.audio { try await second.send(frame) }
    }
    let record = await bench.server.record(of: second.id) { $0.heardByCaller.count > 16_000 }
    #expect((record?.heardByCaller.count ?? 0) > 16_000)
    let statistics = await first.statistics
    #expect(statistics.inbound.messages > 10)
    blocked.cancel()
    try await within { _ = try await second.close() }
    _ = try? await echo.value
    try await bench.stop()
  }

  @Test("commands near the end: closing twice, after a hang-up, while a command is under way")
  func races() async throws {
    var faults = AgenTaoFaults()
    faults.hangsUp = .before(.answer)
    let bench = try AgenTaoBench(plans: [AgenTaoPlan()], faults: faults)
    let call = try await bench.call()
    let error = await failure { () async throws(AgenTaoCallError) in try await call.answer() }
    #expect(error == .closed(.unspecified))
    let outcome = try await within { try await call.close() }
    #expect(outcome == .callEnded)
    try await within { try await call.disconnect() }
    let again = await failure { () async throws(AgenTaoCallError) in try await call.answer() }
    #expect(again == .closed(.unspecified))
    let verbs = await bench.server.record(of: call.id)?.commands.map(\.verb)
    #expect(verbs == [.answer])
    try await bench.stop()
  }

  @Test("a cancelled connect comes back at once; the call can be ended")
  func cancelledConnect() async throws {
    var plan = AgenTaoPlan()
    plan.rings = [.silent]
    let bench = try AgenTaoBench(plans: [plan])
    let call = try await bench.answered()
    let connecting = Task { () async -> AgenTaoCallError? in
      await failure { () async throws(AgenTaoCallError) in
        try await call.connect(ringTime: .seconds(100))
      }
    }
    let isPending = await eventually { await call.pendingCommandCount == 1 }
    #expect(isPending)
    connecting.cancel()
    let error = try await within { await connecting.value }
    #expect(error == .cancelled(.connect(ringSeconds: 100)))
    try await within { _ = try await call.close() }
    try await bench.stop()
  }

  @Test("a plain address of a stranger is refused before anything is sent")
  func plaintext() throws {
    let loop = try TestLoop()
    for host in ["example.com", "127.evil.com", "10.0.0.1"] {
      let configuration = try AgenTaoConfiguration.sandbox(
        apiKey: "k", connectorID: "c", endpoint: "ws://\(host)")
      #expect(throws: AgenTaoConnectionError.self) {
        try AgenTaoClient(configuration: configuration, loop: loop.loop)
      }
    }
  }
}
