import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import Testing

/// The conformance scenarios of audio, by their names in the reference, on both wires.
@Suite("AgenTao conformance: audio", .timeLimit(.minutes(2)))
struct ConformanceAudioTests {
  @Test("1. Answer, echo, hang-up", arguments: AgenTaoServer.Profile.allCases)
  func echo(profile: AgenTaoServer.Profile) async throws {
    var plan = AgenTaoPlan()
    plan.caller = .tagged(4_711)
    // A bot on a busy machine may be seconds behind; here it must hear everything.
    let patient = AgenTaoCallConfiguration(rate: .hz16000, inboundCapacity: .seconds(60))
    try await ConformanceStage.run(
      profile, plan, AgenTaoFaults(), patient
    ) { [caller = plan.caller] stage in
      try await stage.call.answer()
      async let hangup: Void = {
        // On a busy machine the bot may begin late.
        _ = await stage.server.record(of: stage.call.id, within: .seconds(30)) {
          $0.bytesHeardByCaller > 48_000
        }
        await stage.server.hangUp(stage.call.id)
      }()
      var heard: [Int16] = []
      for await frame in stage.call.audio {
        heard += frame.samples
        try? await stage.call.send(frame)
      }
      await hangup
      let events = await stage.events.value
      #expect(events.first == .answered && events.count == 2)
      guard case .terminated(let reason)? = events.last else {
        Issue.record("\(events)")
        return
      }
      #expect(reason == (profile == .w1 ? .unspecified : .remoteHangup))
      do throws(AgenTaoSendError) {
        try await stage.call.send(ConformanceStage.speech(160, 1))
        Issue.record("a call that is over takes speech")
      } catch {
        #expect(error == .callClosed(reason))
      }
      // The bot heard all that was said, and the caller his own words from the first on.
      let record = try await stage.record
      #expect(heard.count * 2 == record.spokenBytes)
      let isTrue = heard == (0..<heard.count).map { caller.sample(at: $0, rate: .hz16000) }
      #expect(isTrue)
      let back = ConformanceStage.samples(record.heardByCaller)
      #expect(back.count > 16_000)
      let isEcho = back == Array(heard.prefix(back.count))
      #expect(isEcho)
      #expect(record.excessBytes == 0)
    }
  }

  @Test(
    "13. Ring buffer: exact fill, one more, too much at once, nothing, wrap-around, odd capacity",
    arguments: AgenTaoServer.Profile.allCases)
  func ringBuffer(profile: AgenTaoServer.Profile) async throws {
    #expect(throws: AgenTaoConnectionError.self) {
      try AgenTaoConfiguration(
        apiKey: "k", connectorID: "c", endpoint: "ws://127.0.0.1:1",
        call: AgenTaoCallConfiguration(outboundCapacityBytes: 5_000))
    }
    let small = AgenTaoCallConfiguration(
      rate: .hz16000, outboundCapacityBytes: 4_096, whenFull: .refuse)
    var faults = AgenTaoFaults()
    faults.grantsStallFor = .seconds(600)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults, small) { stage in
      try await stage.call.answer()
      var written: [Int16] = []
      func enqueue(_ samples: [Int16]) async -> AgenTaoSendError? {
        do throws(AgenTaoSendError) {
          try await stage.call.enqueue(samples)
          written += samples
          return nil
        } catch {
          return error
        }
      }
      #expect(await enqueue(Array(repeating: 1, count: 2_049)) != nil)
      #expect(await enqueue(Array(1...2_048)) == nil)
      #expect(await stage.call.queuedByteCount == 4_096)
      let full = AgenTaoSendError.bufferFull(capacityBytes: 4_096, queuedBytes: 4_096)
      #expect(await enqueue([1]) == full)
      #expect(await enqueue([]) == nil)
      // Now the server asks; what is written into the room goes round the ring many times.
      await stage.server.setFaults(AgenTaoFaults())
      var next: Int16 = 2_049
      while written.count < 20_000 {
        let piece = Array(next..<(next + 333))
        if await enqueue(piece) == nil {
          next += 333
        } else {
          try await Task.sleep(for: .milliseconds(5))
        }
      }
      let count = written.count * 2
      let record = await stage.server.record(of: stage.call.id) {
        ConformanceStage.samples($0.heardByCaller).count { $0 != 0 } * 2 >= count
      }
      // Where nothing was written for a while an utterance ended, in silence up to a whole frame.
      let heard = ConformanceStage.samples(record?.heardByCaller ?? []).filter { $0 != 0 }
      let isComplete = heard == written
      #expect(isComplete)
    }
  }

  @Test("14. Clear with data", arguments: AgenTaoServer.Profile.allCases)
  func clear(profile: AgenTaoServer.Profile) async throws {
    try await ConformanceStage.run(profile) { stage in
      try await stage.call.answer()
      try await stage.call.send(ConformanceStage.speech(48_000, 1_000))
      // The server has what it wants ahead, and the caller hears the beginning.
      _ = await stage.server.record(of: stage.call.id) { $0.heardByCaller.count > 6_400 }
      let queued = await stage.call.queuedByteCount
      let dropped = try await stage.call.clearAudio()
      #expect(dropped > 0 && dropped <= queued)
      #expect(await stage.call.queuedByteCount == 0)
      var record = try await stage.record
      #expect(record.discardedBytes > 0)
      #expect(dropped + record.receivedBytes == 96_000)
      try await stage.call.send(ConformanceStage.speech(3_200, 2_000))
      record = try #require(
        await stage.server.record(of: stage.call.id) {
          ConformanceStage.samples($0.heardByCaller).count { $0 == 2_000 } >= 3_200
        })
      let heard = ConformanceStage.samples(record.heardByCaller)
      let new = try #require(heard.firstIndex(of: 2_000))
      #expect(heard[..<new].allSatisfy { $0 == 1_000 })
      #expect(heard[new...].count { $0 == 1_000 } == 0)
      #expect(heard.count { $0 == 2_000 } == 3_200)
      #expect(new * 2 + record.discardedBytes + record.staleBytes + dropped == 96_000)
    }
  }

  @Test(
    "15. Clear when empty, clear twice at once", arguments: AgenTaoServer.Profile.allCases)
  func clearEmpty(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.replyDelays[.interrupt] = .milliseconds(100)
    try await ConformanceStage.run(profile, AgenTaoPlan(), faults) { stage in
      try await stage.call.answer()
      #expect(try await stage.call.clearAudio() == 0)
      async let first = stage.call.clearAudio()
      async let second = stage.call.clearAudio()
      #expect(try await first == 0)
      #expect(try await second == 0)
      let record = try await stage.record
      #expect(record.commands.map(\.verb) == [.answer, .interrupt, .interrupt, .interrupt])
      #expect(record.commands.allSatisfy { $0.outcome == "ok" })
    }
  }

  @Test("16. Tail of 500 ms and 7 samples", arguments: AgenTaoServer.Profile.allCases)
  func tail(profile: AgenTaoServer.Profile) async throws {
    try await ConformanceStage.run(profile) { stage in
      try await stage.call.answer()
      let speech = (0..<8_007).map { Int16($0 % 9_000 + 1) }
      let utterance = try await stage.call.say()
      try await utterance.write(speech)
      try await utterance.finish()
      #expect(await utterance.outcome == .played)
      let record = await stage.server.record(of: stage.call.id) {
        $0.heardByCaller.count >= speech.count * 2
      }
      // Behind the tail there may be silence, up to the end of a frame.
      let heard = ConformanceStage.samples(record?.heardByCaller ?? [])
      let isWhole = Array(heard.prefix(speech.count)) == speech
      #expect(isWhole)
      #expect(heard.dropFirst(speech.count).allSatisfy { $0 == 0 })
      #expect(record?.excessBytes == 0)
    }
  }
}
