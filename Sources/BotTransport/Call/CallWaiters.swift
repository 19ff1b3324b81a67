import AudioEngine

/// The tasks that wait for something in a call's media, and the outcomes of its utterances for those
/// who ask late.
///
/// A task may be suspended on its way into a continuation, even from the call's own actor, when it
/// prefers another executor than the loop: what it waits for can have happened by then. So whoever
/// adds a continuation looks again.
@safe
struct CallWaiters {
  private var reader: UnsafeContinuation<Void, Never>?
  private var room: [CheckedContinuation<Void, Never>] = []
  /// How often there was room again.
  private(set) var roomCount = 0
  private var drained: [CheckedContinuation<Void, Never>] = []
  private var outcomes: [Epoch: UtteranceOutcome] = [:]
  private var outcomeWaiters: [Epoch: [CheckedContinuation<UtteranceOutcome, Never>]] = [:]

  /// Waits for audio; one task at a time.
  mutating func addReader(_ continuation: UnsafeContinuation<Void, Never>) {
    let isAlone = unsafe reader == nil
    precondition(isAlone, "two tasks read one call's audio: only one may")
    unsafe reader = continuation
  }

  /// There is audio, or there will be none.
  mutating func wakeReader() {
    guard let waiter = unsafe reader else { return }
    unsafe reader = nil
    unsafe waiter.resume()
  }

  /// Waits for room in the queue, unless there was some since ``roomCount`` was `seen`.
  mutating func addWriter(_ continuation: CheckedContinuation<Void, Never>, seen: Int) {
    guard roomCount == seen else { return continuation.resume() }
    room.append(continuation)
  }

  /// Waits until everything was heard.
  mutating func addDrain(_ continuation: CheckedContinuation<Void, Never>) {
    drained.append(continuation)
  }

  /// Everything was heard, or nobody is to wait any longer.
  mutating func wakeDrained(if isDrained: Bool = true) {
    guard isDrained, !drained.isEmpty else { return }
    for waiter in drained { waiter.resume() }
    drained.removeAll()
  }

  /// How an utterance ended, if it has and is among the newest sixteen.
  func outcome(of epoch: Epoch) -> UtteranceOutcome? { outcomes[epoch] }

  /// Waits for an utterance's end.
  mutating func add(
    _ continuation: CheckedContinuation<UtteranceOutcome, Never>, for epoch: Epoch
  ) {
    outcomeWaiters[epoch, default: []].append(continuation)
  }

  /// Wakes whom the event concerns.
  mutating func take(_ event: SessionEvent) {
    switch event {
    case .roomAvailable:
      roomCount += 1
      let waiters = room
      room.removeAll()
      for waiter in waiters { waiter.resume() }
    case .utteranceEnded(let epoch, let outcome):
      for waiter in outcomeWaiters.removeValue(forKey: epoch) ?? [] {
        waiter.resume(returning: outcome)
      }
      outcomes[epoch] = outcome
      if outcomes.count > 16, let oldest = outcomes.keys.min() {
        outcomes.removeValue(forKey: oldest)
      }
    case .markEnded, .callerSpeech, .bargedIn, .interruptionSettled:
      break
    }
  }
}
