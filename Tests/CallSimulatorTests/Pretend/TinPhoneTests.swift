import AudioEngine
import BotTransport
import CallLog
import Telephony
import TestSupport
import Testing

@testable import CallSimulator

/// A platform is one folder and a line in each registry: one that exists in this target alone is served,
/// found, guarded, told of and simulated like those that ship.
@Suite("A pretend platform") struct TinPhoneTests {
  private struct Seen {
    let report: CallReport
    let records: [CallRecord]
    let metrics: String
    let answer: String
  }

  /// Places one call to an echo that knows the platform beside the others.
  private func call(_ path: String, secrets: [String] = [], knot: String? = nil) async throws
    -> Seen
  {
    let log = MemoryCallLog()
    var configuration = ServerConfiguration()
    configuration.limits.lateness = nil
    configuration.call.platforms.entries.append(.tinPhone)
    configuration.callLog = CallLogWriter(log)
    for service in PlatformService.all + [.tinPhone] {
      service.add(
        to: &configuration,
        on: PlatformService.Terms(signingSecrets: service.platform == .tinPhone ? secrets : []))
    }
    let server = RunningBot(configuration) { call in
      for await frame in call.audio { try await call.send(frame) }
    }
    let loop = try TestLoop()
    let port = try await server.port()
    var choices = CallChoices()
    choices.expectsEcho = true
    choices.signingToken = knot
    var script = try #require(CallerScript(saying: Sounds.tone(seconds: 1.2), as: .mulaw))
    script.tail = .milliseconds(300)
    let platform = try #require(
      SimulatedProvider.tinPhone.platform(script: script, choices: choices))
    let outcome = await SimulatedCall(
      to: try BotAddress("ws://127.0.0.1:\(port)\(path)"), as: platform, on: loop.loop
    ).run()
    func get(_ path: String) async throws -> String {
      try await Subprocess(
        "/usr/bin/curl", ["--silent", "--max-time", "5", "http://127.0.0.1:\(port)\(path)"]
      ).end(within: .seconds(20)).output
    }
    let answer = try await get("/tinphone/answer")
    try await within(.seconds(20)) {
      while await log.records.isEmpty, outcome.report.stopped {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
    let metrics = try await get("/metrics")
    server.stop()
    return Seen(
      report: outcome.report, records: await log.records, metrics: metrics, answer: answer)
  }

  @Test(
    "is found by its path and by its first message, echoed, counted and written down",
    arguments: ["/tinphone", "/TinPhone/deeper", "/elsewhere"])
  func served(path: String) async throws {
    let seen = try await call(path)
    // Whether a busy machine made a gap is not this test's question.
    #expect(seen.report.problemCounts.filter { $0.key != "gap" } == [:], "\(seen.report.problems)")
    #expect(seen.report.echo?.isExact == true && seen.report.closeCode == 1000)
    #expect(seen.report.marks > 0 && seen.report.marks == seen.report.marksEchoed)
    #expect(seen.metrics.contains(#"sidetone_calls_started_total{platform="tinphone"} 1"#))
    #expect(seen.records.map(\.platform) == [.tinPhone])
    #expect(seen.records.first?.callSID == "tin-4711")
    #expect(seen.answer == "tied\n")
    var registry = PlatformRegistry.standard
    registry.entries.append(.tinPhone)
    var evidence = StreamEvidence(hasStarted: true)
    evidence.stop = StreamStop(reason: .stopped)
    #expect(registry.diagnosis(of: evidence, on: .tinPhone).cause.hasPrefix("Tin Phone stopped"))
  }

  @Test("its own proof opens its door, and its first message does not go round it")
  func guarded() async throws {
    let secrets = ["reef"]
    let right = try await call("/tinphone", secrets: secrets, knot: "reef")
    #expect(right.report.closeCode == 1000 && right.records.count == 1)
    for (path, knot) in [("/tinphone", nil), ("/tinphone", "granny"), ("/else", "reef")] {
      let seen = try await call(path, secrets: secrets, knot: knot)
      #expect(seen.report.verdict == .fail && seen.records.isEmpty, "\(path)")
      #expect(!seen.metrics.contains(#"sidetone_calls_started_total{platform="tinphone"}"#))
    }
  }

  @Test("the schedules and the ladder of stalls play as it does")
  func schedules() throws {
    let wire = WireFormat(.mulaw, .hz8000)
    let model = try #require(SimulatedProvider.tinPhone.playout?(wire, .dropped))
    var schedule = CallSchedule.random(seed: 11)
    schedule.setup.wire = wire
    schedule.setup.platform = model
    #expect(schedule.check().violation == nil)
    let rungs = StallLadder(platform: model, wire: wire).climb([.milliseconds(60)])
    #expect(rungs[0].violation == nil && rungs[0].inserted == .zero)
  }
}
