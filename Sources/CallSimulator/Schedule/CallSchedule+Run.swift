import AudioEngine
import Telephony

extension CallSchedule {
  /// Runs the schedule and checks every promise while it runs.
  ///
  /// - Parameter tell: is given each thing that happens as a line with its time.
  /// - Returns: what it showed, the first broken promise among it.
  /// - Returns: what was sent, heard and found wrong.
  public func run(telling tell: ((String) -> Void)? = nil) -> ScheduleOutcome {
    ScheduleRun(self, tell: tell).run()
  }

  /// Runs the schedule twice: the second call must be the first one's twin to the byte, and its trace must
  /// give the same messages when it is run again.
  ///
  /// - Returns: what the first run showed.
  public func check() -> ScheduleOutcome {
    var first = run()
    let (second, trace) = traced()
    guard first.violation == nil else { return first }
    if first != second {
      first.note(.deterministic, "the second run sent other bytes", at: .zero + first.elapsed)
    } else if let difference = Self.difference(of: trace, first.messages) {
      first.note(.deterministic, "replay: \(difference)", at: .zero + first.elapsed)
    }
    return first
  }

  /// What is different when a trace of so many messages is run again; nil where nothing is.
  private static func difference(of trace: [UInt8], _ messages: Int) -> String? {
    do throws(CallTrace.Failure) {
      switch try CallTrace(trace).replayWithModels() {
      case .same(messages): return nil
      case .same(let count): return "\(count) messages of \(messages)"
      case .different(let difference): return difference.description
      case .notWhole: return "the trace has lost its beginning"
      }
    } catch {
      return "the trace \(error)"
    }
  }

  /// The shortest schedule that still breaks the same promise, found by leaving out steps and faults
  /// as long as it does.
  ///
  /// - Parameters:
  ///   - promise: the one that this schedule breaks.
  ///   - budget: runs to spend at most.
  /// - Returns: a schedule that breaks it too, at most as long as this one.
  public func shrunk(breaking promise: Promise, budget: Int = 4_000) -> CallSchedule {
    var best = self
    var runs = 0
    func fails(_ schedule: CallSchedule) -> Bool {
      runs += 1
      return runs <= budget && schedule.check().violation?.promise == promise
    }
    var size = max(steps.count / 2, 1)
    while runs < budget {
      let before = best.steps.count + best.faults.count
      for start in stride(from: best.steps.count - 1, through: 0, by: -size) {
        var shorter = best
        let from = max(start - size + 1, 0)
        guard start < shorter.steps.count else { continue }
        shorter.steps.removeSubrange(from...start)
        if fails(shorter) { best = shorter }
      }
      for index in best.faults.indices.reversed() {
        var shorter = best
        shorter.faults.remove(at: index)
        if fails(shorter) { best = shorter }
      }
      if size == 1, best.steps.count + best.faults.count == before { break }
      size = max(size / 2, 1)
    }
    var quiet = best
    quiet.setup.hasCaller = false
    quiet.setup.jitter = .zero
    return fails(quiet) ? quiet : best
  }
}
