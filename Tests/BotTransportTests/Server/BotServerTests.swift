import AudioEngine
import BotTransport
import Ground
import Telephony
import Testing

/// The server against an independent platform on real sockets.
@Suite(.serialized, .timeLimit(.minutes(1))) struct BotServerTests {
  private static let echo: BotServer.Bot = { call in
    for await frame in call.audio { try await call.send(frame) }
  }

  /// An echo whose bytes are compared must not take a slow host for the end of the caller's speech.
  private static var patient: ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.call.idleFinish = .milliseconds(2_500)
    return configuration
  }

  private func isLegal(_ sizes: [Int]) -> Bool {
    sizes.allSatisfy { $0 >= 3_200 && $0 <= 100_000 && $0 % 320 == 0 }
  }

  @Test("gives every caller their voice back, byte for byte", arguments: [8_000, 16_000, 24_000])
  func echoes(rate: Int) async throws {
    let server = try await RunningServer(Self.patient, bot: Self.echo)
    let report = try await server.platform("echo", "\(rate)", "1.537")
    #expect(report.isSame)
    #expect(isLegal(report.sizes))
    #expect(report.code == 1000)
    try await server.stop()
  }

  @Test("takes the subprotocol that a platform wants ahead of the client's own order")
  func subprotocol() async throws {
    let wanted = PlatformRegistry.standard.entries.flatMap(\.subprotocols)
    #expect(!wanted.isEmpty)
    let server = try await RunningServer(bot: Self.echo)
    for name in wanted {
      let client = try await WebSocketClient.connect(
        "ws://127.0.0.1:\(server.port)/", subprotocols: ["x.y", name])
      #expect(client.subprotocol == name)
      await client.close()
    }
    try await server.stop()
  }

  @Test("carries twenty calls at once as it carries one")
  func twenty() async throws {
    let server = try await RunningServer(Self.patient, bot: Self.echo)
    let reports = try await server.platforms("several", "20")
    #expect(reports.count == 20)
    for report in reports {
      #expect(report.isSame)
      #expect(isLegal(report.sizes))
      #expect(report.code == 1000)
    }
    try await server.stop()
  }

  @Test("resamples for the bot and back, losing nothing", arguments: [16_000, 24_000])
  func otherBotRate(rate: Int) async throws {
    var configuration = ServerConfiguration()
    configuration.call.botRate = SampleRate(hertz: rate)
    let rates = Locked<Set<Int>>([])
    let server = try await RunningServer(configuration) { call in
      for await frame in call.audio {
        rates.withLock { _ = $0.insert(frame.rate.hertz) }
        try await call.send(frame)
      }
    }
    let report = try await server.platform("echo", "8000", "1.0")
    #expect(rates.withLock { $0 } == [rate])
    // Two resamplers hold back what their filters need until the stream ends.
    #expect(report.heard >= 16_000)
    #expect(isLegal(report.sizes))
    try await server.stop()
  }

  @Test("survives wrong input, counts it by kind, and goes on")
  func wrongInput() async throws {
    let counts = Locked<[RefusedInput: Int]>([:])
    let odd = Locked(0)
    let server = try await RunningServer(Self.patient) { call in
      for await frame in call.audio { try await call.send(frame) }
      let refused = await call.refused
      let statistics = await call.statistics
      counts.withLock { $0 = refused }
      odd.withLock { $0 = statistics.inbound.oddPayloads }
    }
    let report = try await server.platform("wrong")
    #expect(report.isSame)
    #expect(report.code == 1000)
    try await server.stop()
    #expect(odd.withLock { $0 } == 2)
    #expect(
      counts.withLock { $0 } == [
        .mediaBeforeStart: 1, .emptyMessage: 1, .repeatedStart: 1, .unknownEvent: 1,
        .malformed(.notJSON): 1, .malformed(.notAnObject): 1, .malformed(.missingStart): 1,
        .malformed(.missingEvent): 1,
        .malformed(.missingPayload): 1, .malformed(.truncated): 1, .invalidBase64: 1,
        .emptyPayload: 1, .binary: 2,
      ])
  }

  @Test("closes a socket that never starts with 1008")
  func silentSocket() async throws {
    var configuration = ServerConfiguration()
    configuration.call.startTimeout = .milliseconds(300)
    let server = try await RunningServer(configuration, bot: Self.echo)
    let report = try await server.platform("silent")
    #expect(report.code == 1008)
    #expect(report.number("seconds") >= 0.29)
    try await server.stop()
  }

  @Test("plays a goodbye to its end before it hangs up")
  func goodbye() async throws {
    let outcome = Locked<UtteranceOutcome?>(nil)
    let server = try await RunningServer { call in
      let utterance = try await call.say()
      try await utterance.write([Int16](repeating: 1_000, count: 12_345))
      try await utterance.finish()
      let ended = await utterance.outcome
      outcome.withLock { $0 = ended }
    }
    let report = try await server.platform("listen")
    #expect(report.heard >= 24_690)
    #expect(report.code == 1000)
    #expect(outcome.withLock { $0 } == .played)
    try await server.stop()
  }

  @Test("a bot that says more than its queue holds is woken whenever there is room")
  func smallQueue() async throws {
    var configuration = ServerConfiguration()
    configuration.call.outboundCapacity = .milliseconds(250)
    configuration.call.lead = .fixed(.seconds(3))
    let outcomes = Locked<[Bool]>([])
    let server = try await RunningServer(configuration) { call in
      for _ in 0..<10 {
        let frame = AudioFrame(samples: [Int16](repeating: 7, count: 1_600), rate: .hz8000)
        try await call.send(frame)
      }
      let isHeard = await call.drain()
      outcomes.withLock { $0.append(isHeard) }
    }
    let report = try await server.platform("listen")
    #expect(report.heard >= 32_000)
    #expect(outcomes.withLock { $0 } == [true])
    try await server.stop()
  }

  @Test("interrupts at once: clear first, nothing stale after it")
  func interrupts() async throws {
    let results = Locked<[InterruptResult]>([])
    let server = try await RunningServer { call in
      let utterance = try await call.say()
      try await utterance.write([Int16](repeating: 1_000, count: 80_000))
      for await case .key in call.events {
        let result = await call.interrupt()
        results.withLock { $0.append(result) }
        await #expect(throws: SpeechError.interrupted) { try await utterance.write([1]) }
      }
    }
    let report = try await server.platform("interrupt")
    #expect(report.clears == 1)
    #expect(report.number("after") == 0)
    #expect(report.code == 1000)
    guard case .interrupted(let interruption)? = results.withLock({ $0.first }) else {
      Issue.record("not interrupted")
      return
    }
    #expect(interruption.discarded > .seconds(8))
    try await server.stop()
  }

  @Test("a bot that fails closes its call with 1011 and disturbs no other")
  func failingBot() async throws {
    struct Failure: Error {}
    let server = try await RunningServer { call in
      if await call.start.streamSID == "S" { throw Failure() }
    }
    let report = try await server.platform("listen")
    #expect(report.code == 1011)
    try await server.stop()
  }

  @Test("a caller that vanishes ends the bot's audio")
  func vanishingCaller() async throws {
    let (ends, continuation) = AsyncStream.makeStream(of: UInt16?.self)
    let server = try await RunningServer { call in
      for await _ in call.audio {}
      await call.ended()
      continuation.yield(await call.closeCode)
    }
    _ = try await server.platform("vanish")
    for await code in ends {
      #expect(code == nil)
      break
    }
    try await server.stop()
  }

  @Test("a server that stops closes its calls with 1001")
  func stopping() async throws {
    let (starts, continuation) = AsyncStream.makeStream(of: Void.self)
    let server = try await RunningServer { call in
      continuation.yield()
      for await _ in call.audio {}
    }
    async let report = server.platform("listen")
    for await _ in starts { break }
    try await server.stop()
    #expect(try await report.code == 1001)
  }
}
