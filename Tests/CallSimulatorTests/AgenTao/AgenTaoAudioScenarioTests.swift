import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import TestSupport
import Testing

/// The reference's scenarios of audio and flow, over sockets.
@Suite("AgenTao scenarios: audio", .timeLimit(.minutes(2)))
struct AgenTaoAudioScenarioTests {
  private static func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  /// Speech without a zero, since the server leaves silence out of its record.
  private static func speech(_ count: Int) -> [Int16] {
    (0..<count).map { Int16($0 % 9_000 + 1) }
  }

  /// Whether the caller heard exactly this, padding aside. Arrays this long are no use in a report.
  private static func hears(_ record: AgenTaoCallRecord?, _ expected: [UInt8]) -> Bool {
    guard let heard = record?.heardByCaller, heard.count < expected.count + 640 else {
      return false
    }
    return heard.prefix(expected.count).elementsEqual(expected)
      && heard.dropFirst(expected.count).allSatisfy { $0 == 0 }
  }

  private static func echoes(_ call: AgenTaoCall) -> Task<Int, any Error> {
    Task {
      var heard = 0
      for await frame in call.audio {
        heard += frame.samples.count
        try await call.send(frame)
      }
      return heard
    }
  }

  @Test(
    "17: no request for audio while the bot is silent is no error",
    arguments: AgenTaoServer.Profile.allCases)
  func noGrants(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.grantsStallFor = .seconds(600)
    var plan = AgenTaoPlan()
    plan.caller = .silence
    let bench = try AgenTaoBench(profile, plans: [plan], faults: faults)
    let call = try await bench.answered()
    let speech = Self.speech(4_000)
    try await call.send(AudioFrame(samples: speech, rate: .hz16000))
    try await Task.sleep(for: .milliseconds(400))
    let record = await bench.server.record(of: call.id)
    #expect(record?.receivedBytes == 0)
    let queued = await call.queuedByteCount
    #expect(queued == 8_000)
    let outcome = try await within { try await call.close() }
    #expect(outcome == .callEnded)
    try await bench.stop()
  }

  @Test(
    "18: a request for more than there is, and more than the queue holds",
    arguments: AgenTaoServer.Profile.allCases)
  func burst(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.grantBurst = 4 << 20
    var plan = AgenTaoPlan()
    plan.caller = .silence
    var carried = AgenTaoCallConfiguration(rate: .hz16000)
    carried.outboundCapacityBytes = 4_096
    let bench = try AgenTaoBench(profile, plans: [plan], faults: faults, call: carried)
    let call = try await bench.answered()
    let speech = Self.speech(16_000)
    let utterance = try await call.say()
    try await within { try await utterance.write(speech) }
    try await utterance.finish()
    let record = await bench.server.record(of: call.id) { $0.heardByCaller.count >= 32_000 }
    #expect(Self.hears(record, Self.bytes(speech)))
    try await bench.stop()
  }

  @Test("24: chunks of odd sizes keep their samples", arguments: AgenTaoServer.Profile.allCases)
  func odd(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.inboundChunkBytes = [1, 3, 641, 2, 959, 5]
    var plan = AgenTaoPlan()
    plan.caller = .tagged(-321)
    plan.hangsUpAfter = .milliseconds(1_500)
    let bench = try AgenTaoBench(profile, plans: [plan], faults: faults)
    let call = try await bench.call()
    let reader = Task {
      var heard: [Int16] = []
      for await frame in call.audio { heard += frame.samples }
      return heard
    }
    try await within { try await call.answer() }
    let heard = try await within { await reader.value }
    #expect(heard.count > 8_000)
    let pairs = stride(from: 0, to: heard.count - 1, by: 2)
    let isWhole = pairs.allSatisfy {
      heard[$0] == -321 && heard[$0 + 1] == Int16($0 / 2 % 32_768)
    }
    #expect(isWhole)
    try await bench.stop()
  }

  @Test(
    "25: unknown messages and broken ones do not stop a call",
    arguments: AgenTaoServer.Profile.allCases)
  func noise(profile: AgenTaoServer.Profile) async throws {
    var faults = AgenTaoFaults()
    faults.corruptsJSON = true
    faults.sendsUnknownFrames = true
    var plan = AgenTaoPlan()
    plan.caller = .tagged(4)
    let bench = try AgenTaoBench(profile, plans: [plan], faults: faults)
    let call = try await bench.answered()
    let echo = Self.echoes(call)
    let record = await bench.server.record(of: call.id) { $0.heardByCaller.count > 16_000 }
    #expect((record?.heardByCaller.count ?? 0) > 16_000)
    let refused = await call.refused
    #expect((refused[.malformedText] ?? 0) > 0)
    #expect((refused[.unknownMessage] ?? 0) + (refused[.badFrame] ?? 0) > 0)
    try await within { _ = try await call.close() }
    _ = try? await within { try await echo.value }
    try await bench.stop()
  }

  @Test("a queue that refuses says how full it is, and one that drops goes on")
  func fullQueue() async throws {
    var faults = AgenTaoFaults()
    faults.grantsStallFor = .seconds(600)
    var carried = AgenTaoCallConfiguration(rate: .hz16000)
    carried.outboundCapacityBytes = 4_096
    carried.whenFull = .refuse
    let bench = try AgenTaoBench(plans: [AgenTaoPlan()], faults: faults, call: carried)
    let call = try await bench.answered()
    try await call.enqueue([Int16](repeating: 1, count: 2_048))
    let queued = await call.queuedByteCount
    #expect(queued == 4_096)
    let full = AgenTaoSendError.bufferFull(capacityBytes: 4_096, queuedBytes: 4_096)
    let enqueued = await failure { () async throws(AgenTaoSendError) in try await call.enqueue([1])
    }
    #expect(enqueued == full)
    let sent = await failure { () async throws(AgenTaoSendError) in
      try await call.send(AudioFrame(samples: [1], rate: .hz16000))
    }
    #expect(sent == full)
    let none = await failure { () async throws(AgenTaoSendError) in try await call.enqueue([]) }
    #expect(none == nil)
    let dropped = try await within { try await call.clearAudio() }
    #expect(dropped == 4_096)
    try await call.enqueue([1])
    try await bench.stop()
  }
}
