import Testing

@testable import AudioEngine

@Suite struct InterruptTests {
  /// A driver in the middle of ten seconds of speech.
  private func speaking(
    for duration: Duration = .seconds(1), options: UtteranceOptions = UtteranceOptions()
  ) throws -> SessionDriver {
    var driver = try SessionDriver()
    try driver.begin(options)
    _ = try driver.session.write(
      SessionDriver.noise(80_000).span, to: driver.epoch, at: driver.time)
    driver.run(duration)
    return driver
  }

  @Test("says what was heard, never more, and drops the rest")
  func accounts() throws {
    var driver = try speaking()
    let epoch = driver.epoch
    let heard = driver.platform.heard(of: 0..<160_000, at: driver.now)
    let result = driver.session.interrupt(at: driver.time)
    guard case .interrupted(let interruption) = result else {
      Issue.record("\(result)")
      return
    }
    let wire = driver.session.configuration.wire
    func bytes(_ duration: Duration) -> Int {
      wire.byteCount(nanoseconds: duration.wholeNanoseconds)
    }
    #expect(interruption.epoch == epoch)
    #expect(bytes(interruption.played) <= heard)
    #expect(bytes(interruption.played + interruption.uncertainty) >= heard)
    #expect(interruption.played > .milliseconds(300))
    let sent = driver.session.statistics.outbound.sentBytes
    #expect(bytes(interruption.inFlight) == sent - bytes(interruption.played))
    #expect(driver.session.statistics.outbound.residue.maximum == interruption.inFlight)
    #expect(bytes(interruption.discarded) == 160_000 - sent)
    let outbound = driver.session.statistics.outbound
    #expect(outbound.writtenBytes == outbound.sentBytes + outbound.discardedBytes)
    driver.settle()
    #expect(
      driver.events.last
        == .utteranceEnded(epoch, .interrupted(played: interruption.played)))
  }

  @Test("says how long a clear waited, from the first reason for it")
  func clearDelay() throws {
    var driver = try speaking()
    let pauses = driver.session.pause(at: driver.time)
    #expect(pauses)
    driver.now += 2_000_000
    _ = driver.session.interrupt(at: driver.time)
    driver.now += 3_000_000
    driver.settle()
    let delay = driver.session.statistics.outbound.clearDelay
    #expect(delay.total == 1)
    #expect(delay.sum == .milliseconds(5))
  }

  @Test("the clear goes first and nothing of the old utterance follows it")
  func clearGoesFirst() throws {
    var driver = try speaking()
    let old = driver.epoch
    let before = driver.chunks.count
    _ = driver.session.interrupt(at: driver.time)
    let new = try driver.session.beginUtterance(at: driver.time)
    let answer = SessionDriver.noise(4_000, seed: 9)
    _ = try driver.session.write(answer.span, to: new, at: driver.time)
    try driver.session.finish(new)
    let first = driver.session.poll(at: driver.time)
    #expect(first == .clear)
    driver.run(.seconds(3))
    let after = driver.chunks.dropFirst(before)
    #expect(after.allSatisfy { $0.chunk.epoch == new })
    #expect(
      Array(after.flatMap(\.payload).prefix(8_000)) == SessionDriver.bytes(answer))
    #expect(throws: SpeechError.interrupted) {
      _ = try driver.session.write(answer.span, to: old, at: driver.time)
    }
    #expect(throws: SpeechError.interrupted) { try driver.session.finish(old) }
    #expect(throws: SpeechError.interrupted) { try driver.session.mark("x", in: old) }
  }

  @Test("marks of a cleared utterance end as cleared, whatever the platform echoes")
  func marksAreCleared() throws {
    var driver = try SessionDriver()
    let epoch = try driver.session.beginUtterance(at: driver.time)
    _ = try driver.session.write(SessionDriver.noise(1_600).span, to: epoch, at: driver.time)
    try driver.session.mark("early", in: epoch)
    _ = try driver.session.write(SessionDriver.noise(40_000).span, to: epoch, at: driver.time)
    try driver.session.mark("late", in: epoch)
    driver.settle()
    _ = driver.session.interrupt(at: driver.time)
    driver.settle()
    let ended = driver.events.compactMap { event -> String? in
      if case .markEnded(let name, _, .cleared) = event { name } else { nil }
    }
    #expect(ended.sorted() == ["early", "late"])
    for name in driver.marks { driver.session.receiveMarkEcho(name, at: driver.time) }
    driver.settle()
    #expect(driver.events.count == 3)
    #expect(driver.session.statistics.outbound.lateEchoes == driver.marks.count)
  }

  @Test("text spans are heard only when the ear has passed their end")
  func textSpans() throws {
    var driver = try SessionDriver()
    let epoch = try driver.session.beginUtterance(at: driver.time)
    for (index, word) in ["one", "two", "three", "four", "five"].enumerated() {
      let start = Duration.milliseconds(index * 500)
      try driver.session.attach(
        text: word, from: start, to: start + .milliseconds(500), in: epoch)
    }
    _ = try driver.session.write(SessionDriver.noise(20_000).span, to: epoch, at: driver.time)
    driver.run(.milliseconds(1_550))
    guard case .interrupted(let interruption) = driver.session.interrupt(at: driver.time) else {
      Issue.record("not interrupted")
      return
    }
    #expect(interruption.heard.map(\.text) == ["one", "two"])
  }

  @Test("an utterance that may not be interrupted protects itself and what follows")
  func protected() throws {
    var driver = try speaking(options: UtteranceOptions(isInterruptible: false))
    let epoch = driver.epoch
    let result = driver.session.interrupt(at: driver.time)
    #expect(result == .protected(epoch))
    driver.run(.seconds(12))
    #expect(driver.clears.isEmpty)
    #expect(driver.session.statistics.outbound.sentBytes >= 150_000)
  }

  @Test("silence is not interrupted and costs no clear")
  func idle() throws {
    var driver = try SessionDriver()
    let result = driver.session.interrupt(at: driver.time)
    #expect(result == .idle)
    driver.run(.seconds(1))
    #expect(driver.clears.isEmpty)
  }

  @Test("a pause holds speech; resuming sends what the platform dropped")
  func pauseAndResume() throws {
    var driver = try speaking()
    let epoch = driver.epoch
    try driver.session.finish(epoch)
    let paused = driver.session.pause(at: driver.time)
    #expect(paused)
    driver.run(.seconds(2))
    let held = driver.chunks.count
    #expect(driver.clears.count == 1)
    driver.session.resume(at: driver.time)
    driver.run(.seconds(12))
    #expect(driver.chunks.count > held)
    #expect(driver.events.last == .utteranceEnded(epoch, .played))
    // All of it was heard, and only what was uncertain at the pause was heard twice.
    #expect(driver.platform.heard(of: 0..<160_000, at: driver.now) >= 160_000)
    let outbound = driver.session.statistics.outbound
    #expect(outbound.sentBytes == 160_000)
    #expect(outbound.resentBytes <= 2 * 6_400)
  }

  @Test("a pause that is confirmed is an interruption of what was heard then")
  func pauseAndCommit() throws {
    var driver = try speaking()
    let position = driver.session.position(at: driver.time)
    driver.session.pause(at: driver.time)
    driver.run(.seconds(1))
    guard case .interrupted(let interruption) = driver.session.interrupt(at: driver.time) else {
      Issue.record("not interrupted")
      return
    }
    #expect(interruption.played == position.played)
    driver.run(.seconds(1))
    #expect(driver.clears.count == 1)
    let outbound = driver.session.statistics.outbound
    #expect(outbound.writtenBytes == 160_000)
    #expect(outbound.sentBytes + outbound.discardedBytes == 160_000)
  }

  /// A driver that has been interrupted in the middle of speech, whose clear the platform has lost, and
  /// that answers at once.
  private func answering(after wait: Duration) throws -> SessionDriver {
    var driver = try speaking()
    driver.platform.losesClears = true
    _ = driver.session.interrupt(at: driver.time)
    driver.settle()
    driver.platform.losesClears = false
    driver.run(wait)
    try driver.begin()
    _ = try driver.session.write(
      SessionDriver.noise(6_400, seed: 2).span, to: driver.epoch, at: driver.time)
    try driver.session.finish(driver.epoch)
    return driver
  }

  @Test(
    "speech that a lost clear left in front is counted before what follows it",
    arguments: [0, 40, 90, 160], [250, 430, 520, 610, 790, 900])
  func pauseAfterLostClear(wait: Int, spoken: Int) throws {
    var driver = try answering(after: .milliseconds(wait))
    driver.run(.milliseconds(spoken))
    let start = driver.session.speech.queue.end - 12_800
    let position = driver.session.position(at: driver.time)
    let heard = driver.platform.heard(of: start..<driver.session.speech.queue.end, at: driver.now)
    let wire = driver.session.configuration.wire
    #expect(wire.byteCount(nanoseconds: position.played.wholeNanoseconds) <= heard)
    #expect(wire.byteCount(nanoseconds: position.limit.wholeNanoseconds) >= heard)
    driver.session.pause(at: driver.time)
    driver.run(.milliseconds(300))
    driver.session.resume(at: driver.time)
    driver.run(.seconds(4))
    #expect(driver.events.last == .utteranceEnded(driver.epoch, .played))
    let whole = driver.platform.heard(of: start..<(start + 12_800), at: driver.now)
    #expect(whole == 12_800, "\(12_800 - whole) bytes were never heard")
  }

  @Test("without echoes, what a lost clear left in front is waited for")
  func outcomeAfterLostClear() throws {
    var driver = try SessionDriver {
      $0.playback.echoesMarks = false
      $0.playback.latencyBound = .milliseconds(60)
    }
    try driver.begin()
    _ = try driver.session.write(
      SessionDriver.noise(80_000).span, to: driver.epoch, at: driver.time)
    driver.run(.seconds(1))
    driver.platform.losesClears = true
    _ = driver.session.interrupt(at: driver.time)
    driver.settle()
    try driver.begin()
    let start = driver.session.speech.queue.end
    _ = try driver.session.write(
      SessionDriver.noise(1_600, seed: 2).span, to: driver.epoch, at: driver.time)
    try driver.session.finish(driver.epoch)
    while driver.events.last != .utteranceEnded(driver.epoch, .played) {
      let position = driver.session.position(at: driver.time)
      let heard = driver.platform.heard(of: start..<(start + 3_200), at: driver.now)
      let played = driver.session.configuration.wire.byteCount(
        nanoseconds: position.played.wholeNanoseconds)
      #expect(played <= heard)
      driver.run(.milliseconds(1))
      try #require(driver.now < 10_000_000_000)
    }
    #expect(driver.platform.heard(of: start..<(start + 3_200), at: driver.now) == 3_200)
  }
}
