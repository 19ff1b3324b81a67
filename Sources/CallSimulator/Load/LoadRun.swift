import AudioEngine
public import Sockets

/// Places the calls of a ``LoadPlan`` and measures what the callers hear.
///
/// Everything happens on one loop, which should have a processor of its own: a load that is late itself
/// says so in its report.
public final class LoadRun: @unchecked Sendable {
  // Unchecked: all but the constants is confined to the loop's thread.

  /// How far a load has come.
  public struct Progress: Hashable, Sendable {
    /// Calls that were placed.
    public var placed = 0
    /// Calls that are up.
    public var live = 0
    /// Calls that ended or failed.
    public var ended = 0
    /// Time since the first call.
    public var elapsed: Duration = .zero
  }

  private let plan: LoadPlan
  private let sounds: LoadSounds
  private let address: BotAddress?
  private let loop: EventLoop
  private let tell: @Sendable (Progress) -> Void
  private var calls: [LoadCall] = []
  private var ended = 0
  private var timer: LoopTimer?
  private var began = MonotonicTime.zero
  private var isMeasuring = false
  private var isStopping = false
  private var window = LoadReport.Window()
  private var before: (messages: Int, process: ServerProcess?) = (0, nil)
  private let memoryAtRest: Int?
  private var completion: CheckedContinuation<LoadReport, Never>?

  /// Prepares a load; nothing is placed yet.
  ///
  /// - Parameters:
  ///   - plan: what the callers do.
  ///   - address: where the bot listens; nil where each call asks.
  ///   - loop: a loop that has been started, for this load alone.
  ///   - tell: told of the progress four times a second, on the loop's thread.
  public init(
    _ plan: LoadPlan, to address: BotAddress?, on loop: EventLoop,
    progress tell: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    precondition(plan.calls > 0, "a load has one call at least")
    precondition(
      (address == nil) != (plan.lookup == nil), "a load has an address, or asks for them")
    self.plan = plan
    sounds = LoadSounds(plan)
    self.address = address
    self.loop = loop
    self.tell = tell
    memoryAtRest = plan.serverProcess.flatMap { ServerProcess($0)?.memory }
  }

  /// Places the calls and waits for the last to end; once only.
  public func run() async -> LoadReport {
    await withCheckedContinuation { continuation in
      loop.perform { [self] in
        completion = continuation
        began = loop.now
        timer = LoopTimer(loop: loop) { [weak self] in self?.timerFired() }
        timerFired()
      }
    }
  }

  private var measureFrom: MonotonicTime { began + plan.ramp + .seconds(1) }
  private var measureUntil: MonotonicTime { began + plan.ramp + plan.duration }
  private var giveUp: MonotonicTime { measureUntil + LoadPlan.tail + LoadPlan.patience }

  private func timerFired() {
    let now = loop.now
    placeCalls(upTo: now)
    if !isMeasuring, now >= measureFrom { beginMeasuring() }
    if !isStopping, now >= measureUntil { stop(at: now) }
    if now >= giveUp { for call in calls { call.cut() } }
    let live = calls.count - ended
    tell(Progress(placed: calls.count, live: live, ended: ended, elapsed: now - began))
    guard completion != nil, !finishIfDone() else { return }
    let steps = [nextCall, isMeasuring ? nil : measureFrom, isStopping ? nil : measureUntil]
    let report = now + .milliseconds(250)
    timer?.arm(at: steps.reduce(report) { min($0, $1 ?? report) })
  }

  /// When the next call is to be placed.
  private var nextCall: MonotonicTime? {
    guard calls.count < plan.calls else { return nil }
    let step = plan.ramp.wholeNanoseconds / Int64(plan.calls)
    return began + .nanoseconds(step * Int64(calls.count))
  }

  private func placeCalls(upTo now: MonotonicTime) {
    while let next = nextCall, next <= now {
      let call = LoadCall(calls.count, plan: plan, saying: sounds, on: loop) { [weak self] _ in
        self?.callEnded()
      }
      calls.append(call)
      if let after = plan.interruptAfter {
        call.interrupt(at: began + plan.ramp + after)
      }
      place(call)
    }
  }

  private func place(_ call: LoadCall) {
    if let address { return call.place(to: address) }
    guard let lookup = plan.lookup else { return }
    Task { [loop] in
      let web = CallWeb(lookup.web, about: lookup.web.call())
      let directions = await web.directions(asking: lookup.url)
      loop.perform { call.place(as: directions) }
    }
  }

  private func beginMeasuring() {
    isMeasuring = true
    before = (messages, plan.serverProcess.flatMap { ServerProcess($0) })
    window.began = loop.now
  }

  private var messages: Int {
    calls.reduce(0) { $0 + $1.sentMessages + $1.ear.messages }
  }

  private func stop(at now: MonotonicTime) {
    isStopping = true
    window.length = now - window.began
    window.messages = messages - before.messages
    if let process = plan.serverProcess.flatMap({ ServerProcess($0) }), let old = before.process {
      window.processor = process.processor - old.processor
      window.memoryPerCall = memoryAtRest.map { (process.memory - $0) / max(plan.calls, 1) }
    }
    for call in calls { call.stop(at: now) }
  }

  private func callEnded() {
    ended += 1
    // The call is still on the stack.
    loop.perform { [weak self] in _ = self?.finishIfDone() }
  }

  private func finishIfDone() -> Bool {
    guard ended == plan.calls || loop.now >= giveUp + .seconds(1), let done = completion.take()
    else { return completion == nil }
    timer?.cancel()
    timer = nil
    done.resume(returning: LoadReport(plan, calls, window))
    return true
  }
}
