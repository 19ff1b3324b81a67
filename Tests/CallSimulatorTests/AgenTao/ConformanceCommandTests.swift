import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import TestSupport
import Testing

/// The conformance scenarios of commands, by their names in the reference, on both wires.
@Suite("AgenTao conformance: commands", .timeLimit(.minutes(2)))
struct ConformanceCommandTests {
  @Test("2. Answer refused, retried", arguments: AgenTaoServer.Profile.allCases)
  func answerRefused(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.refusals[.answer] = AgenTaoFaults.Refusal(code: "INTERNAL", message: "not now")
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      let error = await ConformanceStage.error(of: stage.call.answer)
      let refusal = AgenTaoCallError.commandRejected(
        code: AgenTaoErrorCode(rawValue: "INTERNAL"), message: "not now")
      #expect(error == refusal)
      #expect(await stage.call.state == .pending)
      try await stage.call.answer()
      #expect(await stage.call.state == .answered)
      try await stage.call.close()
      #expect(
        await stage.events.value == [.answerFailed(refusal), .answered, .terminated(.agentClosed)])
    }
  }

  @Test("3. Answer never answered", arguments: AgenTaoServer.Profile.allCases)
  func answerSilent(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.neverReplies = [.answer]
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      let start = ContinuousClock.now
      let error = await ConformanceStage.error(of: stage.call.answer)
      #expect(error == .commandTimedOut(.answer))
      #expect(ContinuousClock.now - start >= .seconds(15))
      #expect(await stage.call.pendingCommandCount == 0)
      #expect(await stage.call.state == .pending)
      let commands = try await stage.commands
      #expect(commands == [.answer])
    }
  }

  @Test("4. Hang-up while answer is in flight", arguments: AgenTaoServer.Profile.allCases)
  func hangupInAnswer(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.hangsUp = .before(.answer)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      let error = await ConformanceStage.error(of: stage.call.answer)
      let events = await stage.events.value
      #expect(events.count == 1)
      guard case .closed(let reason)? = error, case .terminated(reason)? = events.first else {
        Issue.record("\(String(describing: error)), \(events)")
        return
      }
      #expect(await stage.call.pendingCommandCount == 0)
    }
  }

  @Test("5. Connect before the answer, then close", arguments: AgenTaoServer.Profile.allCases)
  func connectFirst(profile: AgenTaoServer.Profile) async throws {
    try await ConformanceStage.run(profile) { stage in
      try await stage.call.connect(ringTime: .seconds(5))
      #expect(await stage.call.state == .connected(.spy))
      #expect(try await stage.call.close() == .partiesRemain)
      #expect(await stage.call.state == .disconnected(.agentClosed))
      let record = try await stage.record
      #expect(record.partiesRemain)
      #expect(record.commands.first?.verb == .connect)
      let events = await stage.events.value
      #expect(events.last == .terminated(.agentClosed) && events.count == 2)
    }
  }

  @Test("6. Connect unanswered, then answered", arguments: AgenTaoServer.Profile.allCases)
  func unanswered(profile: AgenTaoServer.Profile) async throws {
    var plan = AgenTaoPlan()
    plan.rings = [.unanswered(after: .milliseconds(200)), .answered(after: .milliseconds(100))]
    try await ConformanceStage.run(profile, plan) { stage in
      try await stage.call.answer()
      let error = await ConformanceStage.error { () async throws(AgenTaoCallError) in
        try await stage.call.connect(ringTime: .seconds(5))
      }
      guard case .commandRejected(.callUnanswered, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.isUnanswered == true)
      #expect(await stage.call.state == .answered)
      try await stage.call.connect(ringTime: .seconds(5), mode: .barge)
      #expect(await stage.call.state == .connected(.barge))
      #expect(try await stage.record.state == .connected(.barge))
    }
  }

  @Test(
    "7. Connect times out by silence, the server's or the line's",
    arguments: AgenTaoServer.Profile.allCases, [false, true])
  func ringSilent(profile: AgenTaoServer.Profile, isServerMute: Bool) async throws {
    var plan = AgenTaoPlan()
    plan.rings = [.silent]
    var faults = AgenTaoFaults()
    if isServerMute { faults.neverReplies = [.connect] }
    try await ConformanceStage.run(profile, plan, faults) { stage in
      try await stage.call.answer()
      let start = ContinuousClock.now
      let error = await ConformanceStage.error { () async throws(AgenTaoCallError) in
        try await stage.call.connect(ringTime: .seconds(1))
      }
      #expect(error == .commandTimedOut(.connect(ringSeconds: 1)))
      #expect(ContinuousClock.now - start >= (isServerMute ? .seconds(6) : .seconds(1)))
      #expect(await stage.call.state == .answered)
      #expect(await stage.call.pendingCommandCount == 0)
      // Still a call: it can be spoken into.
      try await stage.call.send(ConformanceStage.speech(1_600, 500))
      let record = await stage.server.record(of: stage.call.id) { $0.heardByCaller.count == 3_200 }
      #expect(record?.heardByCaller.count == 3_200)
    }
  }

  @Test("8. Ring time 0 and 121", arguments: AgenTaoServer.Profile.allCases)
  func ringTimes(profile: AgenTaoServer.Profile) async throws {
    try await ConformanceStage.run(profile) { stage in
      try await stage.call.answer()
      for seconds in [0, 121, -1, .max] {
        let time = Duration.seconds(seconds)
        let error = await ConformanceStage.error { () async throws(AgenTaoCallError) in
          try await stage.call.connect(ringTime: time)
        }
        #expect(error == .invalidRingTime(time))
      }
      #expect(await stage.call.state == .answered)
      #expect(try await stage.commands == [.answer])
    }
  }

  @Test(
    "9. Whisper before connect: refused here, or there without guards",
    arguments: AgenTaoServer.Profile.allCases)
  func whisperEarly(profile: AgenTaoServer.Profile) async throws {
    try await ConformanceStage.run(profile) { stage in
      try await stage.call.answer()
      let error = await ConformanceStage.error(of: stage.call.whisper)
      #expect(error == .invalidState(.answered, attempted: .mode(.whisper)))
      #expect(try await stage.commands == [.answer])
    }
    let open = AgenTaoCallConfiguration(rate: .hz16000, guardsCommands: false)
    try await ConformanceStage.run(profile, AgenTaoPlan(), AgenTaoFaults(), open) { stage in
      try await stage.call.answer()
      let error = await ConformanceStage.error(of: stage.call.whisper)
      let code: AgenTaoErrorCode = profile == .w1 ? .invalidCommand : .invalidState
      guard case .commandRejected(code, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try await stage.commands == [.answer, .whisper])
      #expect(await stage.call.state == .answered)
    }
  }

  @Test(
    "10. Spy, whisper, spy while audio is queued, with replies that overtake each other",
    arguments: AgenTaoServer.Profile.allCases)
  func modes(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.replyDelays = [.whisper: .milliseconds(600), .spy: .milliseconds(100)]
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      try await stage.call.connect(ringTime: .seconds(5), mode: .barge)
      // Two seconds of speech, most of it still queued here when the modes change.
      try await stage.call.send(ConformanceStage.speech(32_000, 700))
      async let whisper = ConformanceStage.error(of: stage.call.whisper)
      async let spy = ConformanceStage.error(of: stage.call.spy)
      #expect(await whisper == nil)
      #expect(await spy == nil)
      #expect(await stage.call.pendingCommandCount == 0)
      // The one that was carried out last counts, at both ends.
      #expect(try await stage.record.state == .connected(.whisper))
      #expect(await stage.call.state == .connected(.whisper))
      try await stage.call.spy()
      #expect(await stage.call.state == .connected(.spy))
      let record = try await stage.record
      #expect(record.commands.allSatisfy { $0.outcome == "ok" })
      #expect(!record.heardByCallee.isEmpty)
      #expect(record.heardByCallee.count >= record.heardByCaller.count)
    }
  }

  @Test(
    "11. Disconnect refused while only answered, close instead", .inRealTime,
    arguments: AgenTaoServer.Profile.allCases)
  func disconnectRefused(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.rejectsDisconnectWhenAnswered = true
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      try await stage.call.disconnect()
      #expect(await stage.call.state.termination != nil)
      let record = try await stage.record
      #expect(record.commands.map(\.verb) == [.answer, .disconnect, .close])
      #expect(record.state == .ended(by: .agent))
      let events = await stage.events.value
      #expect(events.first == .answered && events.count == 2)
    }
  }

  @Test(
    "12. Close twice, disconnect after close", arguments: AgenTaoServer.Profile.allCases)
  func closeTwice(profile: AgenTaoServer.Profile) async throws {
    try await ConformanceStage.run(profile) { stage in
      try await stage.call.answer()
      #expect(try await stage.call.close() == .callEnded)
      #expect(try await stage.call.close() == .callEnded)
      try await stage.call.disconnect()
      #expect(try await stage.commands == [.answer, .close])
      #expect(await stage.events.value == [.answered, .terminated(.agentClosed)])
    }
  }
}
