import SeededRandom
import Testing

@testable import AudioEngine

/// The promises, held against random schedules: any writes, stalls, interruptions, pauses and lost
/// echoes, on any wire. A failing seed replays exactly.
@Suite struct ScheduleTests {
  @Test("every promise holds on random schedules", arguments: 0..<200)
  func promises(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let wire = WireFormat(
      Bool.random(using: &random) ? .linear16 : .mulaw,
      try #require(SampleRate.telephony.randomElement(using: &random)))
    let policy = try #require(
      [
        SessionDriver.exotel,
        ChunkPolicy(minimumBytes: 320, maximumBytes: 16_000, multipleBytes: 160),
        ChunkPolicy(minimumBytes: 1, maximumBytes: 9_999, multipleBytes: 2, preferredBytes: 640),
      ].randomElement(using: &random))
    var driver = try SessionDriver(
      wire: wire, botRate: try #require(SampleRate.telephony.randomElement(using: &random)),
      chunk: policy
    ) { configuration in
      configuration.outboundCapacity = .seconds(3)
      configuration.playback.echoesMarks = Bool.random(using: &random)
      if Bool.random(using: &random) {
        configuration.playback.lead = .adaptive(
          minimum: .milliseconds(100), maximum: .milliseconds(600))
      }
    }
    driver.platform.latency = Int64.random(in: 1_000_000...200_000_000, using: &random)
    var flushed = Epoch(number: 0)
    var dead = 0
    for _ in 0..<80 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0:
        try driver.begin(
          UtteranceOptions(isInterruptible: Int.random(in: 0..<8, using: &random) > 0))
      case 1..<6:
        let count = Int.random(in: 0...6_000, using: &random)
        let samples = SessionDriver.noise(count, seed: random.next())
        do {
          _ = try driver.session.write(samples.span, to: driver.epoch, at: driver.time)
          #expect(driver.epoch > flushed, "a late write was taken")
        } catch {
          dead += 1
        }
        let full = driver.session.queuedDuration
        #expect(full <= .seconds(3))
      case 6:
        try? driver.session.mark("m", in: driver.epoch)
      case 7:
        try? driver.session.finish(driver.epoch)
      case 8:
        let before = driver.chunks.count
        if case .interrupted(let interruption) = driver.session.interrupt(at: driver.time) {
          flushed = driver.epoch
          checkHeard(interruption, driver)
          let next = driver.session.poll(at: driver.time)
          #expect(next == nil || next == .clear)
          if next == .clear { driver.platform.clear(sentAt: driver.now) }
          driver.settle()
          #expect(driver.chunks.count == before, "stale audio left after the interruption")
        }
      case 9:
        let paused = driver.session.pause(at: driver.time)
        driver.run(.milliseconds(Int.random(in: 0...500, using: &random)))
        if paused { driver.session.resume(at: driver.time) }
      default:
        break
      }
      driver.run(
        .milliseconds(Int.random(in: 0...400, using: &random)),
        stalled: Int.random(in: 0..<6, using: &random) == 0)
      checkPosition(&driver)
    }
    try? driver.session.finish(driver.epoch)
    driver.run(.seconds(12))
    check(driver, flushed: flushed, policy: policy)
  }

  private func checkHeard(_ interruption: Interruption, _ driver: borrowing SessionDriver) {
    guard let first = driver.chunks.first(where: { $0.chunk.epoch == interruption.epoch }) else {
      return
    }
    let wire = driver.session.configuration.wire
    let start = first.chunk.position
    let played = wire.byteCount(nanoseconds: interruption.played.wholeNanoseconds)
    let heard = driver.platform.heard(of: start..<(start + played), at: driver.now)
    #expect(heard == played, "reported more than was heard")
  }

  private func checkPosition(_ driver: inout SessionDriver) {
    let position = driver.session.position(at: driver.time)
    #expect(position.played <= position.limit)
    guard let epoch = position.epoch,
      let first = driver.chunks.first(where: { $0.chunk.epoch == epoch })
    else { return }
    let wire = driver.session.configuration.wire
    let start = first.chunk.position
    let played = wire.byteCount(nanoseconds: position.played.wholeNanoseconds)
    let heard = driver.platform.heard(of: start..<(start + played), at: driver.now)
    #expect(heard == played, "the position is ahead of the ear")
  }

  private func check(
    _ driver: borrowing SessionDriver, flushed: Epoch, policy: ChunkPolicy
  ) {
    let outbound = driver.session.statistics.outbound
    #expect(driver.chunks.allSatisfy { policy.isLegal(byteCount: $0.payload.count) })
    #expect(outbound.writtenBytes == outbound.sentBytes + outbound.discardedBytes)
    let isDrained = driver.session.isDrained
    #expect(isDrained, "speech was left waiting")
    #expect(outbound.lead.maximum <= .milliseconds(600))
    var ended: [Epoch] = []
    for event in driver.events {
      if case .utteranceEnded(let epoch, _) = event { ended.append(epoch) }
    }
    #expect(ended == ended.sorted())
    #expect(Set(ended).count == outbound.utterances)
  }
}
