import AudioEngine
import Testing

@testable import CallSimulator

@Suite("Simulation") struct SimulationTests {
  private func platform(seconds: Double = 0.5) throws -> ExotelPlatform {
    ExotelPlatform(script: try Sounds.script(seconds: seconds))
  }

  @Test("carries messages in order, each as late as the link makes it")
  func ordered() throws {
    let bot = ReactiveBot.performing([
      (.zero, Wire.media(Sounds.bytes(3_200))), (.zero, Wire.mark("a")), (.zero, Wire.mark("b")),
    ])
    let link = SimulatedLink { direction, index in
      direction == .toPlatform ? .milliseconds(index == 0 ? 90 : 10) : .milliseconds(15)
    }
    var arrivals: [(Int64, BotAction)] = []
    var call = Simulation(platform: try platform(), bot: bot, link: link)
    call.observe = { now, arrival in
      if case .atPlatform(let action) = arrival {
        arrivals.append((now.nanoseconds / 1_000_000, action))
      }
    }
    let report = call.run()
    #expect(arrivals.prefix(3).map(\.0) == [105, 105, 105])
    #expect(arrivals.prefix(3).map(\.1).last == Wire.mark("b"))
    #expect(report.firstAudioMs == 120)
    #expect(report.verdict == .pass)
  }

  @Test("breaks the connection when told")
  func breaks() throws {
    let link = SimulatedLink(breaksAt: MonotonicTime(nanoseconds: 250_000_000))
    var call = Simulation(platform: try platform(), bot: ReactiveBot.performing([]), link: link)
    let report = call.run()
    #expect(report.closeCode == 1006)
    #expect(report.durationMs == 250)
    #expect(report.sentMessages == 2)
    #expect(report.problemCounts == ["close": 1])
  }

  @Test("ends at its limit, with the report as it stands")
  func limit() throws {
    var call = Simulation(platform: try platform(), bot: ReactiveBot.performing([]))
    let report = call.run(until: MonotonicTime(nanoseconds: 150_000_000))
    #expect(report.sentMessages == 1)
    #expect(report.closeCode == nil)
    #expect(call.now < MonotonicTime(nanoseconds: 150_000_001))
  }

  @Test("gives up where both sides answer each other without end")
  func endless() throws {
    let bot = ReactiveBot { event, _ in
      guard case .text = event else { return [] }
      return [(.zero, Wire.mark("again"))]
    }
    var call = Simulation(platform: try platform(), bot: bot)
    #expect(call.run().problemCounts["connection"] == 1)
  }

  @Test("gives the same call from the same inputs")
  func deterministic() throws {
    func report() throws -> CallReport {
      let link = SimulatedLink { _, index in .milliseconds((index * 7_919) % 61) }
      let reactions = (0..<20).map { index in
        (after: Duration.milliseconds(index * 190), action: Wire.media(Sounds.bytes(3_200)))
      }
      var call = Simulation(
        platform: try platform(seconds: 2), bot: ReactiveBot.performing(reactions), link: link)
      return call.run()
    }
    #expect(try report() == report())
  }
}
