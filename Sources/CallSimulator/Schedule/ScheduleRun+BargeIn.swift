import AudioEngine
import Telephony

/// What the session does by itself when the caller speaks over the bot.
extension ScheduleRun {
  /// The bot answers; false where it owes nothing yet.
  mutating func answer() -> Bool {
    guard let due = answerDue, due <= now else { return false }
    answerDue = nil
    guard case .verdict(let verdict, _) = schedule.setup.answer else { return false }
    trace("bot: \(verdict)")
    session.media?.decideBargeIn(verdict, at: now)
    return true
  }

  /// An interruption of the session's own. What it cut off was told before it.
  mutating func bargedIn(_ interruption: Interruption) {
    if speech.said.contains(where: { !$0.isInterruptible && !$0.hasEnded && !$0.isFlushed }) {
      outcome.note(.flushIsFinal, "speech that may not be interrupted was", at: now)
    }
    check(interruption)
    if !isPaused { demandClear() }
    isPaused = false
    speech.flush()
  }

  /// The bot's speech is held, or goes on.
  mutating func noteHold(_ event: SessionEvent) {
    switch event {
    case .bargeInHeld:
      isPaused = true
      speech.pause()
      demandClear()
    case .bargeInDismissed:
      isPaused = session.media?.isPaused ?? false
    case .bargeInAsked(let until):
      if case .verdict(_, let after) = schedule.setup.answer { answerDue = now + after }
      if until < now { outcome.note(.ends, "the bot is asked for an answer of the past", at: now) }
    default: break
    }
  }
}

extension SessionEvent {
  /// The session has interrupted the bot by itself.
  var interruption: Interruption? {
    if case .bargedIn(let interruption) = self { interruption } else { nil }
  }

  /// An interruption has ended something.
  var isCutOff: Bool {
    switch self {
    case .markEnded(_, _, .cleared), .utteranceEnded(_, .interrupted): true
    default: false
    }
  }
}
