import AudioEngine

/// Who waits for something in a call's media, and what happened to its utterances, for those who ask late.
///
/// Of use to Sidetone's own calls alone. A task may be suspended on its way into a continuation, even from
/// the call's own actor, when it prefers another executor than the loop: what it waits for can have
/// happened by then. So whoever adds a continuation looks again.
@safe
public struct CallVoice: ~Copyable {
  /// Outcomes that are remembered.
  private static let mostOutcomes = 64

  /// What the bot writes, on its way to its utterance's rate.
  var input = SpeechInput()
  /// Who is told of everything at once, before any task.
  var follower: (any CallFollower)?
  /// Takes the call's recording; nil where it is not recorded.
  var recording: (any RecordingSink)? {
    didSet { isRecorded = recording != nil }
  }
  /// Whether there is one: asked with every message, which should copy nothing for it.
  private(set) var isRecorded = false

  /// The bot's own task while its server sees to it that a cancellation wakes the readers: it need not say
  /// so for each frame.
  var watchedTask: UInt?
  private var readers: [UnsafeContinuation<Void, Never>] = unsafe []
  private var writers: [CheckedContinuation<Void, Never>] = []
  /// How often there was room again.
  private(set) var roomCount = 0
  private var drained: [CheckedContinuation<Void, Never>] = []
  /// What happened beside the audio.
  var events = CallEventLog()
  /// The newest texts that the bot has attached to its speech, oldest first.
  var texts: [SpokenText] = []
  /// The turns so far; nil where nobody wants them.
  var turns: CallTurns?
  /// Asks whether the caller's turn is over; nil where nobody is asked.
  var turnDesk: TurnDesk?
  private var outcomes: [Epoch: UtteranceOutcome] = [:]
  /// The newest utterance whose outcome is no longer remembered.
  private var forgotten: Epoch?
  private var outcomeWaiters: [Epoch: [CheckedContinuation<UtteranceOutcome, Never>]] = [:]
  /// Whether the call's end cut an utterance off.
  private(set) var isCutOff = false

  /// Waits for audio.
  mutating func addReader(_ continuation: UnsafeContinuation<Void, Never>) {
    unsafe readers.append(continuation)
  }

  /// There is audio, or there will be none.
  mutating func wakeReaders() {
    // One by one from the end, so that the array keeps its memory.
    while let reader = unsafe readers.popLast() { unsafe reader.resume() }
  }

  /// Waits for room in the queue, unless there was some since ``roomCount`` was `seen`.
  mutating func addWriter(_ continuation: CheckedContinuation<Void, Never>, seen: Int) {
    guard roomCount == seen else { return continuation.resume() }
    writers.append(continuation)
  }

  /// There is room, or no speech is taken any more.
  mutating func wakeWriters() {
    roomCount += 1
    while let writer = writers.popLast() { writer.resume() }
  }

  /// Waits until everything was heard.
  mutating func addDrain(_ continuation: CheckedContinuation<Void, Never>) {
    drained.append(continuation)
  }

  /// Whether somebody waits until everything was heard.
  var hasDrainWaiters: Bool { !drained.isEmpty }

  /// Everything was heard, or nobody is to wait any longer.
  mutating func wakeDrained() {
    while let waiter = drained.popLast() { waiter.resume() }
  }

  /// How an utterance ended; nil where it has not, and the call has not either.
  func outcome(of epoch: Epoch, isOver: Bool) -> UtteranceOutcome? {
    if let outcome = outcomes[epoch] { return outcome }
    if isOver { return .closed(played: .zero) }
    return forgotten.map { epoch <= $0 } ?? false ? .interrupted(played: .zero) : nil
  }

  /// Waits for an utterance's end.
  mutating func add(
    _ continuation: CheckedContinuation<UtteranceOutcome, Never>, for epoch: Epoch
  ) {
    outcomeWaiters[epoch, default: []].append(continuation)
  }

  /// The stream is over: nobody waits any longer, for anything but the last event.
  mutating func release() {
    input.drop()
    turnDesk?.close()
    wakeReaders()
    wakeWriters()
    wakeDrained()
    for waiter in outcomeWaiters.values.joined() {
      waiter.resume(returning: .closed(played: .zero))
    }
    outcomeWaiters.removeAll()
  }

  /// Takes what the media tell: wakes whom it concerns, and tells the bot.
  mutating func take(_ event: SessionEvent, at now: MonotonicTime) {
    switch event {
    case .roomAvailable:
      wakeWriters()
    case .utteranceEnded(let epoch, let outcome):
      note(outcome, of: epoch)
      events.append(.utteranceEnded(epoch, outcome))
    case .markEnded(let name, let epoch, let outcome):
      events.append(.markEnded(name: name, in: epoch, outcome))
    case .callerSpeech(let boundary):
      events.append(.callerSpeech(boundary))
    case .turnEnded(let end):
      turnDesk?.turnEnded()
      events.append(.turnEnded(end))
    case .turnEndAsked(let question):
      events.append(.turnEndAsked(question: question.number, within: question.deadline - now))
    case .beep(let beep):
      events.append(.beep(beep))
    case .keyTone(let tone):
      events.append(.key(DTMF(tone)))
    case .turn(let turn):
      turns?.append(turn)
      events.append(.turn(turn))
    case .bargedIn(let interruption):
      input.drop()
      events.append(.bargedIn(interruption))
    case .bargeInHeld:
      events.append(.bargeInHeld)
    case .bargeInAsked(let deadline):
      events.append(.bargeInAsked(within: deadline - now))
    case .bargeInDismissed(let reason, let held):
      events.append(.bargeInDismissed(reason, held: held))
    case .interruptionSettled(let interruption):
      events.append(.interruptionSettled(interruption))
    }
  }

  private mutating func note(_ outcome: UtteranceOutcome, of epoch: Epoch) {
    if case .closed = outcome { isCutOff = true }
    for waiter in outcomeWaiters.removeValue(forKey: epoch) ?? [] {
      waiter.resume(returning: outcome)
    }
    outcomes[epoch] = outcome
    if outcomes.count > Self.mostOutcomes, let oldest = outcomes.keys.min() {
      outcomes.removeValue(forKey: oldest)
      forgotten = oldest
    }
  }
}
