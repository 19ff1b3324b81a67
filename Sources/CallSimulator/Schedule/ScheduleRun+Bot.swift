import AudioEngine
import Telephony

/// The bot's part: what it does, what it is told, and what leaves it.
extension ScheduleRun {
  mutating func perform(_ action: CallSchedule.Action) {
    guard session.isLive else { return }
    trace("bot: \(action)")
    switch action {
    case .begin(let rate, let isInterruptible): begin(rate, isInterruptible)
    case .write(let count): write(count, to: epoch)
    case .send(let count): write(count, to: nil)
    case .writeLate(let count): writeLate(count)
    case .mark: mark()
    case .finish: finish()
    case .interrupt: interrupt()
    case .pause: pause()
    case .resume:
      session.media?.resume(at: now)
      isPaused = false
    case .hangUp:
      session.end(at: now)
      takeEvents()
      speech.flush()
    }
    takeEvents()
    checkQueue()
  }

  private mutating func begin(_ rate: SampleRate?, _ isInterruptible: Bool) {
    do {
      epoch = try session.media?.beginUtterance(
        UtteranceOptions(rate: rate, isInterruptible: isInterruptible), at: now)
    } catch {
      return outcome.note(.ends, "an utterance could not begin: \(error)", at: now)
    }
    if let epoch { noteBegin(epoch, rate: rate, isInterruptible: isInterruptible) }
  }

  private mutating func noteBegin(_ epoch: Epoch, rate: SampleRate?, isInterruptible: Bool) {
    self.epoch = epoch
    speech.begin(
      SaidUtterance(
        epoch: epoch, rate: rate ?? schedule.setup.botRate, wire: schedule.setup.wire,
        isInterruptible: isInterruptible))
  }

  /// Writes noise, of which every stretch is different; nil for an utterance without a name.
  private mutating func write(_ count: Int, to target: Epoch?) {
    // A copy of the reference, for the span's lifetime.
    let noise = Noise.samples
    let samples = noise.span
    let start = noiseUsed & Noise.mask
    let piece = samples.extracting(start..<(start + min(count, Noise.longest)))
    noiseUsed += piece.count
    let taken: Int
    do {
      if let target {
        taken = try session.media?.write(piece, to: target, at: now) ?? 0
      } else {
        defer { noteImplicitBegin() }
        taken = try session.media?.write(piece, at: now) ?? 0
      }
    } catch {
      return trace("  refused: \(error)")
    }
    guard let index = (target ?? session.media?.openEpoch).flatMap({ speech.index(of: $0) }) else {
      return outcome.note(.flushIsFinal, "speech was taken for no utterance", at: now)
    }
    let utterance = speech.said[index]
    if utterance.isFlushed || utterance.isFinished {
      outcome.note(
        .flushIsFinal, "a late write to utterance \(utterance.epoch) was taken", at: now)
    }
    let before = utterance.expected.count
    utterance.write(piece.extracting(first: taken))
    attachText(to: utterance, from: before)
  }

  /// Speech without a name may have begun an utterance of its own.
  private mutating func noteImplicitBegin() {
    guard let open = session.media?.openEpoch, speech.index(of: open) == nil else { return }
    noteBegin(open, rate: nil, isInterruptible: true)
  }

  private mutating func attachText(to utterance: SaidUtterance, from start: Int) {
    let wire = schedule.setup.wire
    let from = Duration.nanoseconds(wire.nanoseconds(byteCount: start))
    let to = Duration.nanoseconds(wire.nanoseconds(byteCount: utterance.expected.count))
    try? session.media?.attach(text: "w", from: from, to: to, in: utterance.epoch)
  }

  private mutating func writeLate(_ count: Int) {
    guard speech.said.count > 1 else { return }
    write(count, to: speech.said[speech.said.count - 2].epoch)
  }

  private mutating func mark() {
    guard let epoch, let index = speech.index(of: epoch) else { return }
    let utterance = speech.said[index]
    let name = "m\(utterance.marks.count)"
    guard (try? session.media?.mark(name, in: epoch)) != nil else { return }
    utterance.marks.append((name, utterance.expected.count, false))
  }

  private mutating func finish() {
    guard let open = session.media?.openEpoch else { return }
    try? session.media?.finish(open)
    if let index = speech.index(of: open) { speech.said[index].finish() }
  }

  private mutating func interrupt() {
    // Whatever ends by itself at this very moment ends first.
    _ = session.media?.position(at: now)
    takeEvents()
    let isProtected = speech.said.contains {
      !$0.isInterruptible && !$0.hasEnded && !$0.isFlushed
    }
    let result = session.media?.interrupt(at: now) ?? .idle
    switch result {
    case .interrupted(let interruption):
      if isProtected {
        outcome.note(.flushIsFinal, "speech that may not be interrupted was", at: now)
      }
      trace("  interrupted: played \(interruption.played), discarded \(interruption.discarded)")
      check(interruption)
      // What a pause has had cleared need not be cleared again.
      if !isPaused { demandClear() }
      isPaused = false
      speech.flush()
    case .protected:
      if !isProtected { outcome.note(.flushIsFinal, "nothing was protected", at: now) }
    case .idle: break
    }
  }

  private mutating func pause() {
    guard session.media?.pause(at: now) == true else { return }
    isPaused = true
    speech.pause()
    demandClear()
  }

  /// A clear must go first where the platform may hold speech.
  mutating func demandClear() {
    if farEnd.isPlaying(at: now), hasSpokenSinceClear { owesClear = true }
  }

  mutating func receive(_ text: [UInt8]) {
    let event = unsafe session.receive(text: text.span.bytes, at: now)
    switch event {
    case .audio:
      caller.taken += 1
      readAudio()
    case .stopped:
      takeEvents()
      speech.flush()
    case .none, .started, .dtmf, .progress, .outboundAudio: break
    }
  }

  /// Reads what has arrived, or leaves it where the bot is slow.
  private mutating func readAudio() {
    guard caller.bytesSent % 3 != 1 else { return }
    var frame: [Int16] = []
    swap(&frame, &self.frame)
    defer { swap(&frame, &self.frame) }
    var span = frame.mutableSpan
    samplesRead += session.media?.read(into: &span) ?? 0
  }

  /// Takes a message that left the bot.
  mutating func left() {
    outcome.messages += 1
    outcome.wireHash = WireHash.mix(message.bytes, at: now, into: outcome.wireHash)
    var payload: [UInt8] = []
    swap(&payload, &self.payload)
    defer { swap(&payload, &self.payload) }
    guard let sent = WireReader(message.bytes).read(into: &payload) else {
      return outcome.note(.legal, "a message that the platform cannot read", at: now)
    }
    if owesClear, sent != .clear {
      return outcome.note(.flushIsFinal, "a message left before the clear", at: now)
    }
    switch sent {
    case .clear:
      trace("bot sends clear")
      owesClear = false
      hasSpokenSinceClear = false
      sendToPlatform(.clear)
    case .mark(let name):
      trace("bot sends mark \(name)")
      sendToPlatform(.mark(name))
    case .media: media(payload)
    }
  }

  private mutating func media(_ payload: [UInt8]) {
    // Speech without a name ends by itself.
    if let last = speech.said.last, session.media?.openEpoch != last.epoch { last.finish() }
    let count = payload.count
    guard schedule.setup.platform.policy.chunk.isLegal(byteCount: count) else {
      return outcome.note(.legal, "a chunk of \(count) bytes", at: now)
    }
    guard let piece = speech.take(payload.span) else {
      let isStale = speech.said.contains { $0.isFlushed && $0.contains(payload) }
      return outcome.note(
        isStale ? .flushIsFinal : .nothingLost,
        isStale ? "speech that was interrupted left" : "a chunk that is not the speech that is due",
        at: now)
    }
    trace(
      "bot sends \(count) bytes of utterance \(speech.said[piece.utterance].epoch) "
        + "from \(piece.start) on")
    if isPaused { outcome.note(.flushIsFinal, "speech left while it was held", at: now) }
    hasSpokenSinceClear = true
    sendToPlatform(.media(piece, payload))
  }
}

extension SaidUtterance {
  /// Whether the payload's first samples are among the utterance's, to name a failure.
  func contains(_ payload: [UInt8]) -> Bool {
    let head = payload.prefix(24)
    guard head.count == 24, expected.count >= 24 else { return false }
    return (0...(expected.count - 24)).contains { expected[$0..<($0 + 24)].elementsEqual(head) }
  }
}
