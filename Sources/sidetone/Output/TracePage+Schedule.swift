import AudioEngine
import CallSimulator
import Telephony

extension TracePage {
  /// A simulated call: what it broke, what was wrong with host and network, and what its bot did.
  init(_ schedule: CallSchedule, seed: UInt64, violation: Violation?, _ trace: CallTrace) {
    self.init(
      title: "Simulated call of seed \(seed)",
      verdict: (
        violation.map { "broken: \($0)" } ?? "every promise was kept", violation == nil
      ),
      story: TraceStory(trace), faults: schedule.faults.compactMap(Fault.init),
      notes: ["\(schedule.setup)"] + schedule.faults.map { "fault: \($0)" }
        + schedule.steps.prefix(40).map { "the bot at \($0.at): \($0.action)" })
  }
}

extension TracePage.Fault {
  /// nil for what has no time of its own.
  init?(_ fault: CallSchedule.Fault) {
    switch fault {
    case .stall(let at, let lasting):
      self.init(from: at, lasting: lasting, words: "the bot's host stalls")
    case .hold(let direction, let at, let lasting):
      self.init(from: at, lasting: lasting, words: "the network holds what goes \(direction)")
    case .nonsense(let at, _):
      self.init(from: at, lasting: .zero, words: "the platform sends something senseless")
    case .broken(let at): self.init(from: at, lasting: .zero, words: "the connection breaks")
    case .stop(let at): self.init(from: at, lasting: .zero, words: "the platform ends the stream")
    default: return nil
    }
  }
}
