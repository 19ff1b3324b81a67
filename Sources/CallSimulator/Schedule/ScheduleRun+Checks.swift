import AudioEngine
import Telephony

/// The promises, checked against what the far end knows.
extension ScheduleRun {
  private var wire: WireFormat { schedule.setup.wire }

  private func bytes(_ duration: Duration) -> Int {
    wire.byteCount(nanoseconds: duration.wholeNanoseconds)
  }

  mutating func takeEvents() {
    var events: [SessionEvent] = []
    while let event = session.media?.nextEvent() { events.append(event) }
    var interruptions = events.compactMap(\.interruption)
    var isNoted = false
    for event in events {
      trace("event \(event)")
      // What an interruption cuts off is told before it.
      if event.isCutOff || event.interruption != nil, !isNoted, !interruptions.isEmpty {
        bargedIn(interruptions.removeFirst())
        isNoted = true
      }
      switch event {
      case .roomAvailable, .callerSpeech, .turnEnded, .turnEndAsked, .beep, .keyTone, .turn,
        .interruptionSettled:
        break
      case .bargedIn: isNoted = false
      case .bargeInHeld, .bargeInAsked, .bargeInDismissed: noteHold(event)
      case .markEnded(let name, let epoch, let outcome): markEnded(name, epoch, outcome)
      case .utteranceEnded(let epoch, let outcome): utteranceEnded(epoch, outcome)
      }
    }
  }

  /// Where speech goes on after a pause is an estimate: it may leave out what the link was late by.
  private func slack(_ utterance: SaidUtterance) -> Int {
    utterance.wasHeld ? bytes(.milliseconds(400)) : 0
  }

  private mutating func markEnded(_ name: String, _ epoch: Epoch, _ result: MarkOutcome) {
    guard let index = speech.index(of: epoch),
      let place = speech.said[index].marks.firstIndex(where: { $0.name == name })
    else { return outcome.note(.ends, "a mark ended that was never placed", at: now) }
    let utterance = speech.said[index]
    if utterance.marks[place].hasEnded {
      outcome.note(.ends, "mark \(name) of utterance \(epoch) ended twice", at: now)
    }
    utterance.marks[place].hasEnded = true
    let isCleared = utterance.isFlushed && session.isLive
    switch result {
    case .played:
      if utterance.isFlushed {
        outcome.note(.flushIsFinal, "a cleared mark ended as played", at: now)
      }
      let heard = farEnd.heardBytes(of: index, at: now)
      if !speech.mayStepForward, heard + slack(utterance) < utterance.marks[place].place {
        outcome.note(
          .neverOverReport,
          "mark \(name) of utterance \(epoch) ended as played with \(heard) of "
            + "\(utterance.marks[place].place) bytes heard", at: now)
      }
    case .cleared:
      if !isCleared {
        outcome.note(.ends, "mark \(name) was cleared without an interruption", at: now)
      }
    case .closed:
      if session.isLive { outcome.note(.ends, "mark \(name) was closed in a live call", at: now) }
    }
  }

  private mutating func utteranceEnded(_ epoch: Epoch, _ result: UtteranceOutcome) {
    guard let index = speech.index(of: epoch), !speech.said[index].hasEnded else {
      return outcome.note(.ends, "utterance \(epoch) ended twice or never began", at: now)
    }
    let utterance = speech.said[index]
    utterance.hasEnded = true
    let heard = farEnd.heardBytes(of: index, at: now)
    switch result {
    case .played:
      utterance.finish()
      if utterance.isFlushed {
        outcome.note(.flushIsFinal, "utterance \(epoch) was cleared and ended as played", at: now)
      }
      if !speech.mayStepForward, heard + slack(utterance) < utterance.expected.count {
        outcome.note(
          .neverOverReport,
          "utterance \(epoch) ended as played with \(heard) of \(utterance.expected.count) bytes heard",
          at: now)
      }
    case .interrupted(let played), .closed(let played):
      checkPlayed(played, of: index, "utterance \(epoch) ended with")
    }
  }

  mutating func check(_ interruption: Interruption) {
    guard let index = speech.index(of: interruption.epoch) else { return }
    checkPlayed(interruption.played, of: index, "an interruption reported")
    let heard = farEnd.heardBytes(of: index, at: now)
    if !speech.mayStepForward, bytes(interruption.played + interruption.uncertainty) < heard {
      outcome.note(
        .neverOverReport, "an interruption's bounds leave out what was heard: \(heard) bytes",
        at: now)
    }
    for span in interruption.heard
    where !speech.mayStepForward && bytes(span.end) > heard {
      outcome.note(.neverOverReport, "text was reported as heard that was not", at: now)
    }
  }

  private mutating func checkPlayed(_ played: Duration, of index: Int, _ who: String) {
    let heard = farEnd.heardBytes(of: index, at: now)
    guard bytes(played) > heard else { return }
    outcome.note(
      .neverOverReport, "\(who) \(bytes(played)) bytes as played, \(heard) were heard", at: now)
  }

  /// What holds whenever nothing more is to do at an instant.
  mutating func checkRest() {
    guard session.isLive, let position = session.media?.position(at: now) else { return }
    if owesClear { outcome.note(.flushIsFinal, "the clear does not leave at once", at: now) }
    if let epoch = position.epoch, let index = speech.index(of: epoch) {
      checkPlayed(position.played, of: index, "the position gives")
      let heard = farEnd.heardBytes(of: index, at: now)
      if !speech.mayStepForward, bytes(position.limit) < heard {
        outcome.note(
          .neverOverReport,
          "the position's limit is \(bytes(position.limit)) bytes, \(heard) were heard", at: now)
      }
    }
    if let deadline = session.nextDeadline(at: now), deadline <= now {
      outcome.note(.ends, "the session wants to be called at once and then does nothing", at: now)
    }
    checkQueue()
  }

  mutating func checkQueue() {
    guard let media = session.media?.queuedDuration else { return }
    let policy = schedule.setup.platform.policy
    let chunk = wire.nanoseconds(byteCount: policy.chunk.preferredBytes)
    let least = Duration.nanoseconds(chunk) + policy.prime + .milliseconds(20)
    var most = max(schedule.setup.capacity, least) + .milliseconds(20)
    // What a pause takes back from the platform waits as well.
    if schedule.steps.contains(where: { $0.action == .pause })
      || schedule.setup.bargeIn?.manner == .confirmed
    {
      most += policy.platformBuffer + policy.latencyBound
    }
    if media > most { outcome.note(.bounded, "\(media) wait in the queue", at: now) }
  }

  /// What must be true at the end.
  mutating func checkAccounts() {
    guard outcome.violation == nil else { return }
    if session.media == nil { return }
    outcome.statistics = session.media?.statistics ?? SessionStatistics()
    outcome.gaps = farEnd.line.gaps
    let figures = outcome.statistics.outbound
    func equal(_ left: Int, _ right: Int, _ what: String) {
      guard left != right else { return }
      outcome.note(.nothingLost, "\(what): \(left) and \(right)", at: now)
    }
    equal(figures.writtenBytes, speech.writtenBytes, "bytes written, by the engine and by the bot")
    equal(figures.writtenBytes, figures.sentBytes + figures.discardedBytes, "written and accounted")
    equal(figures.sentBytes + figures.resentBytes, speech.sentBytes, "bytes sent")
    equal(figures.paddingBytes, speech.paddingBytes, "bytes of padding")
    for utterance in speech.said {
      if !utterance.hasEnded {
        outcome.note(.ends, "utterance \(utterance.epoch) never ended", at: now)
      }
      if let mark = utterance.marks.first(where: { !$0.hasEnded }) {
        outcome.note(
          .ends, "mark \(mark.name) of utterance \(utterance.epoch) never ended", at: now)
      }
    }
    checkInbound()
  }

  private mutating func checkInbound() {
    let inbound = outcome.statistics.inbound
    if inbound.messages != caller.taken {
      outcome.note(.inbound, "\(inbound.messages) messages counted, \(caller.taken) taken", at: now)
    }
    // What waits, what was read and what was lost to a slow reader is what came.
    guard schedule.setup.botRate == wire.rate else { return }
    let size = wire.encoding.bytesPerSample
    let came =
      inbound.bytes / size
      + wire.rate.sampleCount(nanoseconds: inbound.filledSilence.wholeNanoseconds)
      - wire.rate.sampleCount(nanoseconds: inbound.overflow.wholeNanoseconds)
    let there = samplesRead + (session.media?.readableCount ?? 0)
    if abs(came - there) > inbound.gaps + 4 {
      outcome.note(.inbound, "\(came) samples came, \(there) are there", at: now)
    }
  }
}
