/// What a session tells the bot.
public enum SessionEvent: Hashable, Sendable {
  /// An utterance has ended.
  case utteranceEnded(Epoch, UtteranceOutcome)
  /// A mark of the bot's has ended.
  case markEnded(name: String, Epoch, MarkOutcome)
  /// The detector heard the caller begin or stop.
  case callerSpeech(SpeechBoundary)
  /// The caller's turn is over, as ``MediaSession/endOfTurn`` says.
  case turnEnded(TurnEnd)
  /// The caller's turn may be over: ``MediaSession/decideTurnEnd(_:of:at:)`` may say how probable that is.
  case turnEndAsked(TurnQuestion)
  /// A voice mailbox beeped: it records now.
  case beep(Beep)
  /// The caller pressed a key that was heard in the audio, and let it go.
  case keyTone(KeyTone)
  /// The caller stopped speaking and has heard the bot's answer, which is over.
  case turn(Turn)
  /// The caller spoke over the bot, whose speech was interrupted.
  case bargedIn(Interruption)
  /// The caller speaks over the bot, whose speech is held until it is known whether he means it.
  case bargeInHeld
  /// The caller has spoken over the bot for long enough: the bot may say by
  /// ``MediaSession/decideBargeIn(_:at:)`` whether that interrupts it, until then.
  case bargeInAsked(until: MonotonicTime)
  /// The caller who spoke over the bot did not interrupt it. It goes on where it was held for him, for
  /// so long.
  case bargeInDismissed(BargeInDismissal, held: Duration)
  /// The platform has acknowledged the clear of an interruption: what was heard is known more exactly
  /// than when it was interrupted. Comes at most once, and never where the platform does not
  /// acknowledge.
  case interruptionSettled(Interruption)
  /// A full queue has room again.
  case roomAvailable
}

/// How an utterance ended.
public enum UtteranceOutcome: Hashable, Sendable {
  /// The caller has heard all of it.
  case played
  /// It was interrupted; the caller has heard at least so much of it.
  case interrupted(played: Duration)
  /// The call ended first; the caller has heard at least so much of it.
  case closed(played: Duration)
}

/// How a mark ended.
public enum MarkOutcome: Hashable, Sendable {
  /// The caller has heard everything before it.
  case played
  /// Its utterance was interrupted before the platform echoed it.
  case cleared
  /// The call ended first.
  case closed
}
