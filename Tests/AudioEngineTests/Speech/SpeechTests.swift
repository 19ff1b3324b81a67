import SeededRandom
import Testing

@testable import AudioEngine

@Suite struct SpeechTests {
  private static let wire = WireFormat(.linear16, .hz8000)

  private func speech(
    _ whenFull: FullQueuePolicy = .wait, capacity: Duration = .seconds(1)
  ) -> Speech {
    let policy = ChunkPolicy(minimumBytes: 320, maximumBytes: 3_200, multipleBytes: 320)
    return Speech(
      SessionConfiguration(
        wire: Self.wire, botRate: .hz8000, playback: PlaybackPolicy(chunk: policy),
        outboundCapacity: capacity, whenFull: whenFull))
  }

  @Test(
    "written is sent and discarded and what waits, whatever happens in whatever order",
    arguments: [FullQueuePolicy.wait, .refuse, .dropOldest], 0..<8)
  func accounts(whenFull: FullQueuePolicy, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var speech = speech(whenFull, capacity: .milliseconds(300))
    var figures = SessionStatistics.Outbound()
    let rates: [SampleRate] = [.hz8000, .hz16000, .hz24000]
    var openBytes = 0
    for step in 0..<400 {
      let now = MonotonicTime(nanoseconds: Int64(step) * 10_000_000)
      switch Int.random(in: 0..<12, using: &random) {
      case 0:
        _ = speech.finish(&figures)
        _ = try speech.begin(UtteranceOptions(rate: rates.randomElement(using: &random)), &figures)
      case 1: _ = speech.finish(&figures)
      case 2 where step % 5 == 0: _ = speech.drop(&figures)
      case 3:
        let position = speech.sent - Int.random(in: 0...800, using: &random) * 2
        let before = speech.sent
        let resumed = speech.takeBack(from: position, certain: position, &figures)
        #expect(resumed >= speech.queue.start && resumed <= before && speech.sent == resumed)
      case 4: speech.release(upTo: speech.sent - Int.random(in: 0...400, using: &random) * 2)
      case 5..<8:
        guard let next = speech.next(isDry: false, room: nil) else { continue }
        let before = speech.sent
        let chunk = speech.leave(next, at: now.nanoseconds, &figures)
        #expect(chunk.position == before && chunk.audioEnd == speech.sent)
      default:
        guard let epoch = speech.openEpoch else { continue }
        let samples = SessionDriver.noise(Int.random(in: 1...900, using: &random))
        _ = try? speech.write(samples.span, to: epoch, at: now, &figures)
      }
      openBytes =
        speech.openEpoch == nil ? 0 : speech.utterance(at: .max)?.byteCount(upTo: .max) ?? 0
      #expect(
        figures.writtenBytes + openBytes
          == figures.sentBytes + figures.discardedBytes + speech.waiting)
      #expect(speech.sent >= speech.queue.start && speech.sent <= speech.queue.end)
      #expect(speech.queued >= 0 && speech.waiting >= 0)
    }
    #expect(figures.messages > 20)
  }

  @Test("who may write to what, and why not")
  func epochs() throws {
    var speech = speech()
    var figures = SessionStatistics.Outbound()
    let samples = SessionDriver.noise(160)
    func write(_ epoch: Epoch, _ speech: inout Speech) -> SpeechError? {
      do {
        _ = try speech.write(samples.span, to: epoch, at: .zero, &figures)
        return nil
      } catch {
        return error
      }
    }
    #expect(write(Epoch(number: 1), &speech) == .unknownEpoch)
    let first = try speech.begin(UtteranceOptions(), &figures)
    #expect(write(first, &speech) == nil && speech.openEpoch == first)
    _ = speech.finish(&figures)
    let second = try speech.begin(UtteranceOptions(isInterruptible: false), &figures)
    #expect(write(first, &speech) == .finished && speech.protectedEpoch == second)
    #expect(speech.drop(&figures).count == 2)
    #expect(write(first, &speech) == .interrupted && write(second, &speech) == .interrupted)
    #expect(write(Epoch(number: 3), &speech) == .unknownEpoch)
    #expect(figures.refusedWrites == 5 && speech.isDrained)
  }

  @Test("an utterance that nobody named ends when nothing has been written for long enough")
  func idle() throws {
    var speech = speech()
    var figures = SessionStatistics.Outbound()
    let epoch = try speech.begin(UtteranceOptions(), &figures)
    #expect(speech.idleDeadline == nil)
    speech.endWhenIdle(since: MonotonicTime(nanoseconds: 5))
    #expect(speech.idleDeadline == 200_000_005)
    _ = try speech.write(
      SessionDriver.noise(80).span, to: epoch, at: MonotonicTime(nanoseconds: 9), &figures)
    #expect(speech.idleDeadline == 200_000_009)
    _ = speech.finish(&figures)
    #expect(speech.idleDeadline == nil)
  }
}
