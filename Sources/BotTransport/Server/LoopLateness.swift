import Ground

/// How late the loops of a server are, as of the time before: they are asked, and not waited for. Any thread.
final class LoopLateness: Sendable {
  /// What of them makes the server refuse calls; zero where nothing does.
  let budget: Duration
  private let loops: [EventLoop]
  /// By loop: how late it was, and since when it owes an answer.
  private let answers: Locked<[(late: Duration, askedAt: MonotonicTime?)]>

  init(_ loops: [EventLoop], budget: Duration?) {
    self.loops = loops
    self.budget = budget ?? .zero
    answers = Locked(loops.map { _ in (.zero, nil) })
  }

  /// The latest of them: the budget where it refuses calls, half of it where it is near, else 0.
  func latest(at now: MonotonicTime = EventLoop.now) -> Duration {
    var unasked: [Int] = []
    let late = answers.withLock { answers in
      var late = Duration.zero
      for index in answers.indices {
        // A loop that owes an answer for so long is busy with something else.
        let isHeld = answers[index].askedAt.map { now - $0 >= budget } ?? false
        late = max(late, isHeld ? budget : answers[index].late)
        if answers[index].askedAt == nil {
          answers[index].askedAt = now
          unasked.append(index)
        }
      }
      return late
    }
    for index in unasked {
      let loop = loops[index]
      loop.perform { [answers, budget] in
        let late = loop.isLate ? budget : loop.isNearlyLate ? budget / 2 : .zero
        answers.withLock { $0[index] = (late, nil) }
      }
    }
    return late
  }

  /// The same in a word.
  func words(at now: MonotonicTime = EventLoop.now) -> String {
    let late = latest(at: now)
    return late == .zero ? "on time" : late < budget ? "nearly late" : "late"
  }
}
