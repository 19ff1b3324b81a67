import BotTransport
import Ground
import TestSupport
import Testing

/// Admission by lateness on a loop that is really held up.
@Suite("admission by lateness, on sockets", .timeLimit(.minutes(2)))
struct LatenessAdmissionTests {
  /// Bots that speak all the time; three of them hold up their loop for 40 ms at a time while `spins`.
  private static func speaker(_ spins: Locked<Bool>, _ spinners: Locked<Int>) -> BotServer.Bot {
    { call in
      let isSpinner = spinners.withLock { left in
        left -= 1
        return left >= 0
      }
      let utterance = try await call.say()
      let clock = ContinuousClock()
      let speaking = Task {
        while !Task.isCancelled {
          try await utterance.write([Int16](repeating: 1_000, count: 8_000))
        }
      }
      while isSpinner, spins.withLock({ $0 }) {
        let end = clock.now + .milliseconds(40)
        while clock.now < end {}
        await Task.yield()
      }
      await call.ended()
      speaking.cancel()
    }
  }

  private func upgrade(_ server: RunningServer) async throws -> (status: Int, body: String) {
    // Let in, curl waits for messages until its time is over.
    try await server.curl(
      "/exotel", "--max-time", "1", "-H", "Upgrade: websocket", "-H", "Connection: Upgrade", "-H",
      "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
  }

  /// Upgrades until one is answered with `status`.
  private func waitFor(_ status: Int, _ server: RunningServer) async throws -> String {
    try await within(.seconds(40)) {
      while true {
        let answer = try await upgrade(server)
        if answer.status == status { return answer.body }
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  /// A server whose loop is held up while `spins`, with `lateness` for a bound.
  private func server(
    _ spins: Locked<Bool>, lateness: Duration? = ServerLimits().lateness
  ) async throws -> RunningServer {
    var configuration = ServerConfiguration()
    configuration.botPlacement = .callLoop
    configuration.pingInterval = nil
    configuration.limits.lateness = lateness
    return try await RunningServer(
      configuration, refusesWhenLate: true, bot: Self.speaker(spins, Locked(3)))
  }

  @Test("refuses new calls before old ones suffer, and takes them again")
  func refuses() async throws {
    let spins = Locked(true)
    let server = try await server(spins)
    let loop = try EventLoop(name: "callers")
    loop.start()
    defer { loop.stop() }
    var callers: [SocketProbe] = []
    for _ in 0..<20 { callers.append(try await server.caller(on: loop)) }
    for caller in callers { await caller.send(ExotelCaller.start) }
    #expect(try await waitFor(503, server) == "The server has enough to do.\n")
    let metrics = try await server.curl("/metrics").body.split(separator: "\n")
    let series = #"sidetone_upgrades_refused_total{reason="lateness"} "#
    let refused = try #require(metrics.first { $0.hasPrefix(series) }?.dropFirst(series.count))
    #expect((Int(refused) ?? 0) > 0)
    // Nobody there is sent away; each still hears its bot.
    for caller in callers {
      for event in try await caller.next(2) {
        guard case .text = event else {
          Issue.record("\(event)")
          break
        }
      }
    }
    spins.withLock { $0 = false }
    // A machine with other tests to run may go on being late: with the calls its timers end as well.
    for caller in callers {
      await caller.send(ExotelCaller.stop)
    }
    _ = try await waitFor(101, server)
    try await server.stop()
  }

  @Test("takes calls however late it is when told so")
  func off() async throws {
    let spins = Locked(true)
    let server = try await server(spins, lateness: nil)
    let loop = try EventLoop(name: "callers")
    loop.start()
    defer { loop.stop() }
    var callers: [SocketProbe] = []
    for _ in 0..<20 {
      let caller = try await server.caller(on: loop)
      await caller.send(ExotelCaller.start)
      callers.append(caller)
    }
    // As much speech as takes some seconds.
    for caller in callers { _ = try await caller.next(30) }
    #expect(try await upgrade(server).status == 101)
    spins.withLock { $0 = false }
    try await server.stop()
  }
}
