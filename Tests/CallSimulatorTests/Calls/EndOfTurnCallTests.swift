import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Synchronization
import TestSupport
import Testing

/// Calls whose turns somebody is asked about, on sockets.
@Suite("end of turn", .timeLimit(.minutes(3))) struct EndOfTurnCallTests {
  /// Finds a turn as probably over as it is told, or thinks about it until it is let go, whoever cancels.
  private final class Model: TurnDetector {
    let probability: Double?
    let asked = Mutex<[TurnEvidence]>([])
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(_ probability: Double?) { self.probability = probability }

    let window = Duration.milliseconds(500)

    func probability(_ evidence: TurnEvidence) async throws -> Double {
      asked.withLock { $0.append(evidence) }
      if let probability { return probability }
      await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
      return 1
    }

    func letGo() {
      for continuation in waiting.withLock({ $0 }) { continuation.resume() }
    }
  }

  /// Keeps the record of a call that is over.
  private final class Kept: CallSpans {
    let records = Mutex<[CallRecord]>([])
    func take(_ call: FinishedCall) { records.withLock { $0.append(call.record) } }
    var counts: SpanCounts { SpanCounts() }
  }

  /// A caller who says a word, is silent for so long, and begins again, until so many turns have ended.
  private func turns(
    _ count: Int, _ policy: EndOfTurnPolicy, _ model: Model, silence: Duration
  ) async throws -> (ends: [TurnEnd], record: CallRecord) {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../TestVectors/signals/speech-8000.wav")
    let voice = try WaveFile(bytes: Data(contentsOf: file).span)
    let quiet = [Int16](repeating: 0, count: Int(silence / .milliseconds(1)) * 8)
    let word = [Int16](repeating: 0, count: 2_400) + voice.samples.prefix(6_400) + quiet
    let said = WaveFile(rate: .hz8000, samples: Array(repeatElement(word, count: count).joined()))
    var configuration = ServerConfiguration()
    configuration.limits.lateness = nil
    configuration.call.endOfTurn = policy
    configuration.call.turnDetector = model
    let kept = Kept()
    configuration.spans = kept
    let ends = Mutex<[TurnEnd]>([])
    let server = RunningBot(configuration) { call in
      await call.noteCallerText("as far as I know")
      for await event in call.events {
        guard case .turnEnded(let end) = event else { continue }
        if ends.withLock({
          $0.append(end); return $0.count
        }) == count {
          return
        }
      }
    }
    let script = try #require(CallerScript(saying: said, as: .mulaw))
    let address = try BotAddress("ws://127.0.0.1:\(try await server.port())/twilio")
    let loop = try TestLoop()
    _ = await SimulatedCall(to: address, as: TwilioPlatform(script: script), on: loop.loop).run()
    server.stop()
    #expect(await eventually { !kept.records.withLock { $0.isEmpty } })
    return (ends.withLock { $0 }, try #require(kept.records.withLock { $0.first }))
  }

  @Test(
    "a model that says so ends a turn, with the caller's sound and words before it", .inRealTime)
  func answers() async throws {
    let model = Model(0.75)
    let policy = EndOfTurnPolicy(
      usual: .seconds(50), longest: .seconds(60), patience: .seconds(50))
    let (ends, record) = try await turns(1, policy, model, silence: .seconds(60))
    #expect(ends.map(\.cause) == [.detector] && ends.first?.probability == 0.75)
    let evidence = try #require(model.asked.withLock { $0.first })
    #expect(evidence.samples.count == 4_000 && evidence.rate == .hz8000)
    #expect(evidence.samples.contains { abs(Int($0)) > 1_000 })
    #expect(evidence.text == "as far as I know" && evidence.silence >= policy.minimum)
    #expect(record.statistics?["turnEndsByDetector"] == 1)
    #expect(record.statistics?["turnAnswers"] == 1)
  }

  @Test("a model that never answers is asked once, and silence ends the turns", .inRealTime)
  func never() async throws {
    let model = Model(nil)
    let policy = EndOfTurnPolicy(
      usual: .milliseconds(500), longest: .seconds(1), patience: .milliseconds(300))
    let (ends, record) = try await turns(2, policy, model, silence: .milliseconds(1_500))
    #expect(ends.map(\.cause) == [.silence, .silence])
    #expect(ends.allSatisfy { $0.probability == nil && $0.silence >= policy.minimum })
    #expect(model.asked.withLock { $0.count } == 1)
    #expect(record.statistics?["turnEndsBySilence"] == 2)
    #expect(record.statistics?["turnAnswers"] == 0)
    model.letGo()
  }
}
