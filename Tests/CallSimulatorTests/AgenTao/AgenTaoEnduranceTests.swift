import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Synchronization
import Telephony
import TestSupport
import Testing

/// Many calls, many reconnects, and what must not be left behind or let out.
@Suite("AgenTao scenarios: endurance", .serialized, .timeLimit(.minutes(2)))
struct AgenTaoEnduranceTests {
  private static var descriptorCount: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  /// The callers whose words a caller heard; padding has none.
  private static func tags(of record: AgenTaoCallRecord?) -> Set<UInt16> {
    let heard = record?.heardByCaller ?? []
    return Set(
      stride(from: 0, to: heard.count - 3, by: 4).map {
        UInt16(heard[$0]) | UInt16(heard[$0 + 1]) << 8
      }
    ).subtracting([0])
  }

  @Test("the control link dies 100 times: calls keep their media, and nothing is announced twice")
  func reconnects() async throws {
    var faults = AgenTaoFaults()
    faults.offersAgainAfterReconnect = true
    faults.offersTwice = true
    let calls = 4
    let plans = (0..<calls).map { index in
      var plan = AgenTaoPlan()
      plan.caller = .tagged(Int16(index + 1))
      return plan
    }
    let bench = try AgenTaoBench(plans: plans, faults: faults) {
      $0.firstRetry = .milliseconds(5)
    }
    var carried: [AgenTaoCall] = []
    var echoes: [Task<Void, any Error>] = []
    for _ in 0..<calls {
      let call = try await bench.answered()
      carried.append(call)
      echoes.append(Task { for await frame in call.audio { try await call.send(frame) } })
    }
    var most = 0
    for round in 1...100 {
      let record = await bench.server.record { $0.setups >= round && $0.openControlLinks == 1 }
      #expect(record.setups >= round)
      // Anywhere between the setup and the claims.
      if round % 3 == 0 { try await Task.sleep(for: .microseconds(round * 97 % 3_000)) }
      await bench.server.dropControls()
      if round == 20 { most = Self.descriptorCount }
    }
    let control = await bench.server.record { $0.setups >= 101 }
    #expect(control.setups >= 101)
    for call in carried {
      let before = await bench.server.record(of: call.id)?.heardByCaller.count ?? 0
      let record = await bench.server.record(of: call.id) { $0.heardByCaller.count > before }
      #expect((record?.heardByCaller.count ?? 0) > before)
      #expect(record?.mediaLinks == 1)
      #expect(Self.tags(of: record).count == 1)
    }
    let statistics = await bench.client.statistics
    #expect(statistics.calls == calls)
    #expect(statistics.control.offers == calls)
    #expect(statistics.control.duplicates > 0)
    #expect(statistics.mediaFailures == 0)
    // Other tests of this process open some too, and close them; eighty reconnects would leave eighty.
    let allowed = most + 40
    let isBounded = await eventually { Self.descriptorCount <= allowed }
    #expect(isBounded)
    for call in carried { _ = try await within { try await call.close() } }
    for echo in echoes { _ = try? await within { try await echo.value } }
    let isEmpty = await eventually { await bench.client.callCount == 0 }
    #expect(isEmpty)
    try await bench.stop()
  }

  @Test("23: 100 calls at once, each with its own audio; a bot that never reads stays bounded")
  func manyCalls() async throws {
    // A sanitizer makes each of them several times as slow.
    let calls = Sanitizer.name == nil ? 100 : 20
    let plans = (0..<calls).map { index in
      var plan = AgenTaoPlan()
      plan.caller = .tagged(Int16(index + 1))
      return plan
    }
    var carried = AgenTaoCallConfiguration(rate: .hz8000)
    carried.inboundCapacity = .milliseconds(300)
    let bench = try AgenTaoBench(plans: plans, call: carried) { $0.mostWaitingCalls = calls }
    var open: [AgenTaoCall] = []
    for _ in 0..<calls { open.append(try await bench.call()) }
    try await withThrowingTaskGroup { group in
      for call in open { group.addTask { try await call.answer() } }
      try await group.waitForAll()
    }
    #expect(Set(open.map(\.id)).count == calls)
    // Every second call echoes, the others are never read.
    let echoes = stride(from: 0, to: calls, by: 2).map { index in
      Task { [call = open[index]] in for await frame in call.audio { try await call.send(frame) } }
    }
    var tags: [UInt16] = []
    for index in stride(from: 0, to: calls, by: 2) {
      let call = open[index]
      let record = await bench.server.record(of: call.id) { $0.heardByCaller.count > 4_000 }
      #expect((record?.heardByCaller.count ?? 0) > 4_000)
      tags.append(contentsOf: Self.tags(of: record))
    }
    #expect(tags.count == calls / 2)
    #expect(Set(tags).count == calls / 2)
    let unread = open[1]
    let overflows = await eventually { await unread.statistics.inbound.overflow > .zero }
    #expect(overflows)
    for call in open { _ = try await within { try await call.close() } }
    for echo in echoes { _ = try? await within { try await echo.value } }
    let isEmpty = await eventually { await bench.client.callCount == 0 }
    #expect(isEmpty)
    try await bench.stop()
  }

  @Test("calls that nobody takes are given up beyond a bound")
  func untaken() async throws {
    let bench = try AgenTaoBench { $0.mostWaitingCalls = 2 }
    let isUp = await eventually { await bench.client.isConnected }
    #expect(isUp)
    // One may be in the hands of the bench's reader, which nobody has asked.
    for _ in 0..<5 { await bench.server.place() }
    let isDropped = await eventually { await bench.client.statistics.dropped == 3 }
    #expect(isDropped)
    let remaining = await eventually { await bench.client.callCount == 2 }
    #expect(remaining)
    try await bench.stop()
  }

  @Test("26: neither key nor token nor number is in any line of any level, or in any description")
  func secrets() async throws {
    let lines = Mutex<[String]>([])
    TransportLog.setHandler(.info) { _, line in lines.withLock { $0.append(line) } }
    defer { TransportLog.setHandler(.error, nil) }
    var plan = AgenTaoPlan()
    plan.from = "+6581234567"
    let bench = try AgenTaoBench(plans: [plan])
    let call = try await bench.answered()
    await bench.server.dropControls()
    _ = await bench.server.record { $0.setups == 2 }
    _ = try await within { try await call.close() }
    try await bench.stop()
    var text = lines.withLock { $0 }.joined(separator: "\n")
    #expect(!text.isEmpty)
    text += "\(bench.client.configuration.credentials)"
    #expect(!text.contains(AgenTaoBench.apiKey))
    #expect(!text.contains("Bearer"))
    #expect(!text.contains("6581234567"))
  }
}
