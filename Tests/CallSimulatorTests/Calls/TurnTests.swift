import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Synchronization
import TestSupport
import Testing

/// Turns as the server has them, beside what a simulated caller sees from outside.
@Suite("turns", .timeLimit(.minutes(2))) struct TurnTests {
  /// A voice of the golden vectors: a word of it.
  private static func word() throws -> WaveFile {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../TestVectors/signals/speech-8000.wav")
    let voice = try WaveFile(bytes: Data(contentsOf: file).span)
    return WaveFile(rate: voice.rate, samples: Array(voice.samples.prefix(6_400)))
  }

  /// What a server told of its turns.
  private final class Told: Sendable {
    let turns = Mutex<[Turn]>([])
  }

  /// What a server told of calls that are over.
  private final class Kept: CallSpans {
    let calls = Mutex<[FinishedCall]>([])
    func take(_ call: FinishedCall) { calls.withLock { $0.append(call) } }
    var counts: SpanCounts { SpanCounts() }
  }

  @Test(
    "the server's response times are those that its caller hears", .inRealTime,
    arguments: ["exotel", "plivo", "twilio"], ["level", "voice"])
  func agrees(platform: String, detector: String) async throws {
    let word = try Self.word()
    let pause = [Int16](repeating: 0, count: 20_000)
    let said = WaveFile(
      rate: .hz8000, samples: pause + word.samples + pause + word.samples + pause)
    var configuration = ServerConfiguration()
    configuration.limits.lateness = nil
    configuration.call.bargeInDetector = {
      if detector == "level" { return LevelGate() }
      return VoiceDetector()
    }
    let kept = Kept()
    configuration.spans = kept
    let told = Told()
    let server = RunningBot(configuration) { call in
      let greeting = try await call.say()
      try await greeting.write(word.samples)
      try await greeting.finish()
      for await event in call.events {
        switch event {
        case .callerSpeech(let speech) where speech.edge == .ended:
          await call.note(.recognised)
          try await Task.sleep(for: .milliseconds(120))
          await call.note(.modelBegan)
          let answer = try await call.say()
          try await answer.write(word.samples)
          try await answer.finish()
        case .turn(let turn): told.turns.withLock { $0.append(turn) }
        default: break
        }
      }
    }
    let loop = try TestLoop()
    var script = try #require(
      CallerScript(saying: said, as: platform == "exotel" ? .linear16 : .mulaw))
    script.tail = .milliseconds(900)
    let caller: any SimulatedPlatform =
      switch platform {
      case "plivo": PlivoPlatform(script: script)
      case "twilio": TwilioPlatform(script: script)
      default: ExotelPlatform(script: script)
      }
    let address = try BotAddress("ws://127.0.0.1:\(try await server.port())/\(platform)")
    let report = await SimulatedCall(to: address, as: caller, on: loop.loop).run().report
    server.stop()
    let outside = report.turns.compactMap(\.responseMs)
    #expect(outside.count == 2, "\(report.turns)")
    let inside = told.turns.withLock { $0 }
    #expect(inside.count == outside.count)
    // The call that is over has the same ones, by the clock of days.
    #expect(await eventually { !kept.calls.withLock { $0.isEmpty } })
    let over = try #require(kept.calls.withLock { $0.first })
    #expect(over.turns.map(\.turn) == inside)
    let start = try #require(over.record.startedAt)
    let end = try #require(over.record.endedAt)
    #expect(over.turns.allSatisfy { (start...end).contains($0.speechEnd) })
    for (turn, seen) in zip(inside, outside) {
      let response = turn.response / .milliseconds(1)
      #expect(abs(response - seen) <= 40, "\(turn) for \(seen) ms")
      #expect(turn[.model] ?? .zero >= .milliseconds(120))
      #expect(turn[.thinking] ?? .zero >= turn[.model] ?? .zero)
    }
  }
}
