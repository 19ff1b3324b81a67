import AudioEngine

/// Asks a call's ``TurnDetector`` off the loop whether the caller's turn is over: one question at a time.
/// Belongs to the call and its loop.
final class TurnDesk {
  let detector: any TurnDetector
  /// The caller's words of this turn.
  private(set) var text = ""
  private var asked: (task: Task<Void, Never>, deadline: LoopTimer)?

  /// The most of the caller's words that is kept, in bytes; the newest.
  private static let mostText = 4_096

  init(_ detector: any TurnDetector) {
    self.detector = detector
  }

  /// Whether a question is still being thought about.
  var isBusy: Bool { asked != nil }

  func ask(_ task: Task<Void, Never>, until deadline: MonotonicTime, on loop: EventLoop) {
    let alarm = LoopTimer(loop: loop) { task.cancel() }
    alarm.arm(at: deadline)
    asked = (task, alarm)
  }

  /// The detector has come back, with an answer or without.
  func answered() {
    asked?.deadline.cancel()
    asked = nil
  }

  func note(_ text: String) {
    self.text = text.utf8.count <= Self.mostText ? text : String(text.suffix(Self.mostText / 4))
  }

  /// What was said belongs to no turn to come.
  func turnEnded() {
    text = ""
    asked?.task.cancel()
  }

  func close() { turnEnded() }
}

extension MediaCall {
  /// Tells the caller's words since his turn began, all of them each time, as a recogniser has them so far:
  /// ``CallConfiguration/turnDetector`` is given them. The newest 4 KiB are kept, until the turn ends.
  public func noteCallerText(_ text: String) { voice.turnDesk?.note(text) }

  /// Answers ``CallEvent/turnEndAsked(question:within:)``.
  ///
  /// - Parameters:
  ///   - probability: that the turn is over, 0 to 1; nil where the bot does not know, so that silence alone
  ///     decides from now on.
  ///   - question: its number.
  /// - Returns: whether the answer came in time.
  @discardableResult
  public func decideTurnEnd(_ probability: Double?, of question: Int) -> Bool {
    step { $0.decideTurnEnd(probability, of: question, at: $1) } ?? false
  }

  /// Asks whoever knows; one that still thinks about an earlier pause does not know.
  func askTurnDetector(_ question: TurnQuestion) {
    guard let desk = voice.turnDesk else { return }
    let number = question.number
    guard !desk.isBusy else {
      let now = loop.now
      _ = withMedia { $0.decideTurnEnd(nil, of: number, at: now) }
      return
    }
    let evidence = withMedia { media in
      TurnEvidence(
        samples: media.recentAudio, rate: media.configuration.wire.rate, text: desk.text,
        silence: question.silence)
    }
    guard let evidence else { return }
    let detector = desk.detector
    let task = Task.detached { [weak self] in
      let probability = try? await detector.probability(evidence)
      await self?.turnDetectorAnswered(probability, number)
    }
    desk.ask(task, until: question.deadline, on: loop)
  }

  private func turnDetectorAnswered(_ probability: Double?, _ question: Int) {
    voice.turnDesk?.answered()
    decideTurnEnd(probability, of: question)
  }
}
