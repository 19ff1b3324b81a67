/// Speech that a clear has cut off, until the platform acknowledges the clear.
///
/// The socket keeps order: a mark whose echo has come by then was played, one whose echo has not was
/// cleared with the audio before it. So the caller has heard the speech up to the first and not beyond
/// the second.
struct CutSpeech {
  /// What was said of it when it was cut.
  let interruption: Interruption
  /// What was being heard.
  let utterance: UtteranceRecord
  /// The clear's number among all that the session sends, from 1.
  let clearNumber: Int
  /// The ear cannot have passed this.
  private let limit: Int
  /// The ear has passed this.
  private var played: Int
  /// The marks whose echo was awaited, oldest first.
  private var marks: [SentMark]

  init(
    _ interruption: Interruption, of utterance: UtteranceRecord, at ear: Playout.Ear,
    clearNumber: Int, marks: [SentMark]
  ) {
    self.interruption = interruption
    self.utterance = utterance
    self.clearNumber = clearNumber
    limit = ear.limit
    played = ear.played
    self.marks = marks
  }

  /// Takes the echo of a mark that was cleared: it was on its way already, so what it marks was heard.
  /// One that comes before the ear can have reached the mark proves nothing.
  mutating func echo(_ serial: Int, at now: MonotonicTime) {
    guard
      let last = marks.lastIndex(where: { $0.serial == serial && $0.playedAt <= now.nanoseconds })
    else { return }
    for index in 0...last { marks[index].isEchoed = true }
    played = max(played, marks[last].mark.position)
  }

  /// What was heard, now that the platform has dropped the rest. The piece of `pieceBytes` that plays
  /// when the clear arrives may be played to its end, and its mark with it.
  func ear(pieceBytes: Int) -> Playout.Ear {
    let cleared = marks.first { !$0.isEchoed }.map { $0.mark.position + pieceBytes } ?? .max
    return Playout.Ear(played: played, limit: max(min(limit, cleared), played))
  }
}
