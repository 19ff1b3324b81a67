/// Listens to when caller and bot speak, and pairs what belongs together.
///
/// The caller's side comes from the detector, the bot's from what leaves: a chunk with a sound in it is
/// heard from when the playout clock says. Sound within ``longestPause`` of other sound belongs to it, as
/// somebody takes breath in a sentence. An answer is the first sound that begins after the caller's last
/// and before his next; a turn is told when that answer is over, was spoken into, or the call ends.
struct TurnClock {
  /// Silence that ends what the bot says.
  static let longestPause: Int64 = 500_000_000
  /// A sample beyond this is a sound: 44 dB below full scale, above what codecs make of silence.
  static let audiblePeak = 200

  /// The caller has stopped, and the bot has not been heard since.
  private struct Wait {
    let speechEnd: Int64
    let decided: Int64
    /// When the bot first wrote a sound since.
    var written: Int64?
    var steps = [3 of Int64?](repeating: nil)
  }

  private enum State {
    /// The caller speaks, or has not yet; or his turn has been told.
    case idle
    case waiting(Wait)
    /// The answer is, or was, heard up to `end`; the caller has spoken into it since a time, where he has.
    case answered(Turn, end: Int64, overlapSince: Int64?)
  }

  /// What the bot says without a longer pause, by the ear's clock.
  private struct Stretch {
    let start: Int64
    let left: Int64
    var end: Int64
  }

  /// How much later than the playout clock the ear is, as far as echoes of marks have shown.
  var latency: Int64 = 0

  init(latency: Int64) {
    self.latency = latency
  }

  private var state = State.idle
  private var stretch: Stretch?
  private var told: Turn?

  /// Whether the next sound that the bot writes is to be reported.
  var awaitsSound: Bool {
    if case .waiting(let wait) = state { wait.written == nil } else { false }
  }

  /// Whether the caller has stopped and heard nothing of the bot's since.
  var isUnanswered: Bool {
    if case .waiting = state { true } else { false }
  }

  /// Takes the turn that is over, if one is.
  mutating func take() -> Turn? {
    defer { told = nil }
    return told
  }

  /// The caller has begun to speak, as is known at `now`; what waited for an answer has none.
  mutating func callerBegan(at now: Int64) {
    switch state {
    case .idle: break
    case .waiting: state = .idle
    case .answered(let turn, let end, nil) where end > now:
      state = .answered(turn, end: end, overlapSince: now)
    case .answered: finish(at: now)
    }
  }

  /// The caller has stopped: his last sound arrived at `speechEnd`, which is known at `now`.
  mutating func callerEnded(speechEnd: Int64, at now: Int64) {
    finish(at: speechEnd)
    state = .waiting(Wait(speechEnd: speechEnd, decided: now))
    // A bot that hears better than the detector has begun before.
    if let stretch, stretch.start >= speechEnd { answer(with: stretch) }
  }

  /// The bot has written a sound.
  mutating func wroteSound(at now: Int64) {
    guard case .waiting(var wait) = state else { return }
    wait.written = now
    state = .waiting(wait)
  }

  /// The bot tells how far it is; what it tells while nobody waits for an answer is of no turn.
  mutating func note(_ step: Turn.Step, at now: Int64) {
    guard case .waiting(var wait) = state else { return }
    switch step {
    case .recognised: wait.steps[0] = now
    case .modelBegan: wait.steps[1] = now
    case .synthesised: wait.steps[2] = now
    }
    state = .waiting(wait)
  }

  /// Sound has left at `now` which is heard from `start` to `end`.
  mutating func left(at now: Int64, heard start: Int64, _ end: Int64) {
    if let known = stretch, start - known.end <= Self.longestPause {
      stretch?.end = max(known.end, end)
    } else {
      stretch = Stretch(start: start, left: now, end: end)
    }
    guard let stretch else { return }
    switch state {
    case .idle: break
    case .waiting(let wait):
      if stretch.start >= wait.speechEnd { answer(with: stretch) }
    case .answered(let turn, _, let since):
      state = .answered(turn, end: stretch.end, overlapSince: since)
    }
  }

  /// What has not been heard by `heard` is dropped.
  mutating func cleared(heard: Int64) {
    if let known = stretch { stretch?.end = min(known.end, heard) }
    guard case .answered(let turn, let end, let since) = state else { return }
    state = .answered(turn, end: min(end, heard), overlapSince: since)
    if since != nil { finish(at: heard) }
  }

  /// Time passes: an answer that has been silent for long is over.
  mutating func advance(to now: Int64) {
    guard case .answered(_, let end, _) = state, now - end > Self.longestPause else { return }
    finish(at: now)
  }

  /// The call is over.
  mutating func close(at now: Int64) {
    finish(at: now)
    state = .idle
  }

  /// Tells the turn whose answer was heard, if there is one.
  private mutating func finish(at now: Int64) {
    guard case .answered(var turn, let end, let since) = state else { return }
    turn.deliver(later: latency)
    if let since {
      turn.isInterrupted = true
      turn.overlap = .nanoseconds(max(min(now, end) - since, 0))
    }
    told = turn
    state = .idle
  }

  private mutating func answer(with stretch: Stretch) {
    guard case .waiting(let wait) = state else { return }
    var turn = Turn(speechEnd: MonotonicTime(nanoseconds: wait.speechEnd))
    // Each part begins where the one before ends, so that none counts twice and all of them add up.
    let heard = max(stretch.start, wait.speechEnd)
    let decided = min(max(wait.decided, wait.speechEnd), heard)
    let left = min(max(stretch.left, decided), heard)
    let written = min(max(wait.written ?? decided, decided), left)
    turn.set(.detection, nanoseconds: decided - wait.speechEnd)
    turn.set(.thinking, nanoseconds: written - decided)
    turn.set(.pacing, nanoseconds: left - written)
    turn.set(.delivery, nanoseconds: heard - left)
    var last = decided
    for (index, part) in [Turn.Part.recognition, .model, .synthesis].enumerated() {
      guard let step = wait.steps[index] else { continue }
      turn.set(part, nanoseconds: max(step - last, 0))
      last = max(step, last)
    }
    state = .answered(turn, end: stretch.end, overlapSince: nil)
  }
}
