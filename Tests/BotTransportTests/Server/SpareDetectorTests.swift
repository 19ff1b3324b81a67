import AudioEngine
import BotTransport
import Ground
import TestSupport
import Testing

/// What hears callers on a loop that nears its budget.
@Suite("spare detector", .timeLimit(.minutes(3))) struct SpareDetectorTests {
  /// What the server made, and what it said of it.
  private final class Seen: Sendable {
    let usual = Locked(0)
    let spare = Locked(0)
    let events = Locked<[ServerEvent]>([])
    let loops = Locked<[EventLoop]>([])
  }

  private func server(_ seen: Seen) async throws -> RunningServer {
    var configuration = ServerConfiguration()
    // No machine is as late as this by itself: it is told so.
    configuration.limits.lateness = .seconds(20)
    configuration.call.bargeInDetector = {
      seen.usual.withLock { $0 += 1 }
      return LevelGate()
    }
    configuration.spareDetector = {
      seen.spare.withLock { $0 += 1 }
      return LevelGate()
    }
    configuration.log = { event in seen.events.withLock { $0.append(event) } }
    return try await RunningServer(configuration, refusesWhenLate: true) { call in
      seen.loops.withLock { $0.append(call.loop) }
      await call.ended()
    }
  }

  /// Places a call, and waits until its bot has it.
  private func call(_ server: RunningServer, _ seen: Seen, on loop: EventLoop) async throws
    -> SocketProbe
  {
    let before = seen.loops.withLock { $0.count }
    let caller = try await server.caller(on: loop)
    await caller.send(ExotelCaller.start)
    #expect(await eventually { seen.loops.withLock { $0.count } > before })
    return caller
  }

  @Test("a new call on a loop near its budget is heard by it, counted and told; older ones stay")
  func falls() async throws {
    let seen = Seen()
    let server = try await server(seen)
    let callers = try EventLoop(name: "callers")
    callers.start()
    defer { callers.stop() }
    let open = Locked([try await call(server, seen, on: callers)])
    #expect(seen.usual.withLock { $0 } == 1 && seen.spare.withLock { $0 } == 0)
    let loop = try #require(seen.loops.withLock { $0.first })
    // Two half seconds of lateness within four are no stall of the machine. A machine that lets more pass
    // until the call arrives is told again.
    try await within(.seconds(60)) {
      while seen.spare.withLock({ $0 }) == 0 {
        for _ in 0..<2 {
          loop.perform { loop.noteLateness(.seconds(15), at: loop.now) }
          try await Task.sleep(for: .milliseconds(600))
        }
        let caller = try await call(server, seen, on: callers)
        open.withLock { $0.append(caller) }
      }
    }
    #expect(seen.spare.withLock { $0 } == 1)
    #expect(seen.usual.withLock { $0 } == open.withLock { $0.count } - 1)
    let metrics = try await server.curl("/metrics").body
    #expect(metrics.contains("sidetone_spare_detectors_total 1\n"))
    let told = seen.events.withLock { $0.filter { $0.message == "spare detector" } }
    #expect(told.count == 1 && told.first?.level == .warning)
    #expect(told.first?.facts.contains { $0.value == .text("lateness") } == true)
    #expect(metrics.contains(#"sidetone_upgrades_refused_total{reason="lateness"} 0"#))
    try await server.stop()
  }
}
