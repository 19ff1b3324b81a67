import AudioEngine

/// What a load showed. Durations are in milliseconds where their names say so.
public struct LoadReport: Hashable, Sendable {
  /// The time in which all calls were up.
  public struct Window: Hashable, Sendable {
    var began = MonotonicTime.zero
    /// How long it was.
    public var length: Duration = .zero
    /// Messages both ways.
    public var messages = 0
    /// Processor time that the server took; nil where it was not asked for.
    public var processor: Duration?
    /// Resident memory for each call beyond what the server had without any; nil where not asked for.
    public var memoryPerCall: Int?
  }

  /// Calls that were placed.
  public var calls = 0
  /// Calls that came up and stayed to their end.
  public var completed = 0
  /// Why others did not, and how many.
  public var failures: [String: Int] = [:]
  /// Close codes and how many.
  public var closeCodes: [UInt16: Int] = [:]
  /// The time in which all calls were up.
  public var window = Window()
  /// Media messages sent.
  public var sent = 0
  /// Media messages received.
  public var received = 0
  /// How late the bot's messages came: each measured from the earliest of its call, for its place.
  public var lateness = LatenessTable()
  /// How late the load itself was.
  public var ownLateness = LatenessTable()
  /// From the opening of the socket to the first audio.
  public var firstAudio = LatenessTable()
  /// How often callers spoke over the bot.
  public var interruptions = 0
  /// From the first message of each interruption to the clear, where one came.
  public var reaction = LatenessTable()
  /// Media messages after a clear.
  public var stale = 0
  /// Times that a caller's ear ran dry in the middle of speech.
  public var gaps = 0
  /// Silence that callers heard there.
  public var silence: Duration = .zero
  /// Audio that an echo did not give back.
  public var lost: Duration = .zero
  /// Messages that some other call should have heard.
  public var foreign = 0
  /// Which chunk sizes counted as legal.
  public var policy = JudgeRules.Policy.documented
  /// Why the verdict is what it is, a sentence a kind; empty where nothing was wrong.
  public var problems: [String] = []
  /// How often what a single call is judged for went wrong, by ``Problem``'s names.
  public var problemCounts: [String: Int] = [:]
  /// What is worth knowing but not wrong, a sentence each.
  public var remarks: [String] = []
  /// Audio that came to the caller who got least of it, whether it was heard or cleared.
  public var leastHeard: Duration = .zero

  init(_ plan: LoadPlan, _ all: [LoadCall], _ window: Window) {
    self.window = window
    calls = plan.calls
    let wire = plan.dialect.wire
    var found = LoadProblems()
    var lostBytes = 0
    for call in all {
      switch call.end {
      case .closed(let code):
        closeCodes[code, default: 0] += 1
        completed += 1
      case .failed(let reason): failures[reason.isEmpty ? "broken" : reason, default: 0] += 1
      case nil: failures["did not end", default: 0] += 1
      }
      sent += call.sentMessages
      received += call.ear.messages
      lateness.add(call.ear.lateness())
      ownLateness.add(call.ownLateness)
      if let first = call.firstAudio { firstAudio.add(first) }
      interruptions += call.interruptions.made
      for reaction in call.interruptions.reactions { self.reaction.add(reaction) }
      stale += call.interruptions.stale
      foreign += call.foreign
      gaps += call.judge.holes
      silence += call.judge.silence
      found.add(call.judge)
      if plan.bot == .echoes { lostBytes += max(call.expectedBytes - call.ear.bytes, 0) }
    }
    if all.count < plan.calls {
      failures["never placed", default: 0] += plan.calls - all.count
    }
    leastHeard = .nanoseconds(
      wire.nanoseconds(byteCount: all.reduce(nil) { min($0 ?? .max, $1.ear.bytes) } ?? 0))
    lost = .nanoseconds(wire.nanoseconds(byteCount: lostBytes))
    policy = plan.policy
    problemCounts = Dictionary(
      uniqueKeysWithValues: found.counts.map { ($0.key.rawValue, $0.value) })
    problems = reasons(plan) + found.sentences(of: calls)
    remarks = [plan.rules.policyRemark].compactMap(\.self) + found.remarks(of: calls)
    if ownLateness.maximum > PlayoutLine.slice {
      let late = Int(ownLateness.maximum.inMilliseconds.rounded()).grouped
      remarks.append("this machine was up to \(late) ms late itself; gaps may be its doing")
    }
  }

  /// What is wrong with the calls together.
  private func reasons(_ plan: LoadPlan) -> [String] {
    var reasons: [String] = []
    if completed < calls {
      let most = failures.max { ($0.value, $1.key) < ($1.value, $0.key) }
      let why = most.map { ": \($0.key)" } ?? ""
      reasons.append("\(calls - completed) of \(calls) calls did not last to their end\(why)")
    }
    if lost > .zero {
      let length = Int(lost.inMilliseconds.rounded(.up)).grouped
      let hint = received == 0 ? "; a bot that is no echo is judged with --bot-speaks" : ""
      reasons.append("\(length) ms of what the callers said did not come back\(hint)")
    }
    if foreign > 0 { reasons.append("\(foreign.grouped) messages had another call's audio") }
    if stale > 0 { reasons.append("\(stale.grouped) media messages came after a clear") }
    let unanswered = interruptions - reaction.count
    if unanswered > 0 {
      reasons.append(
        "callers spoke over the bot, and no clear came: \(unanswered) of \(interruptions) times")
    }
    return reasons
  }

  /// Whether every call lasted, heard all of its audio without a gap, and got nothing that a single
  /// call would be failed for.
  public var isClean: Bool { problems.isEmpty }

  /// Server processor time for each message, both ways counted.
  public var processorPerMessage: Duration? {
    guard let processor = window.processor, window.messages > 0 else { return nil }
    return .nanoseconds(processor.wholeNanoseconds / Int64(window.messages))
  }
}
