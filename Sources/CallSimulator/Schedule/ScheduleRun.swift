import AudioEngine
import SeededRandom
import Telephony

/// One schedule being run: the bot's ``CallSession``, the far end, and between them a link, all on
/// one virtual clock. What the session does is checked as it does it.
struct ScheduleRun: ~Copyable {
  let schedule: CallSchedule
  let tell: ((String) -> Void)?
  var outcome = ScheduleOutcome()
  var session: CallSession
  var speech: SpeechLedger
  var farEnd: FarEnd
  var caller: ScheduledCaller
  var faults: FaultPlan
  var now = MonotonicTime.zero
  /// The newest utterance.
  var epoch: Epoch?
  /// The next message must be a clear.
  var owesClear = false
  var hasSpokenSinceClear = false
  var isPaused = false
  var isOver = false
  /// When the bot says whether a caller interrupts it.
  var answerDue: MonotonicTime?
  /// Samples of noise that the bot has taken, for the next to be others.
  var noiseUsed = 0
  /// Caller samples that the bot has read.
  var samplesRead = 0
  var message = MessageBuffer()
  var payload: [UInt8] = []
  var frame = [Int16](repeating: 0, count: 4_800)

  private let link: SimulatedLink
  private var toBot = LinkLane<[UInt8]>(.toBot)
  private var toPlatform = LinkLane<FarEnd.Arrival>(.toPlatform)
  private var nextStep = 0
  private var hasFinishedUp = false

  /// Events at one instant; more means that someone asks to be called without end.
  private static var mostEventsAtOnce: Int { 20_000 }
  /// Nothing a schedule does takes longer.
  private static var limit: MonotonicTime { MonotonicTime(nanoseconds: 7_200_000_000_000) }

  init(
    _ schedule: CallSchedule, tracing recorder: TraceRecorder? = nil, tell: ((String) -> Void)?
  ) {
    let setup = schedule.setup
    self.schedule = schedule
    self.tell = tell
    let policy = setup.platform.policy
    var configuration = CallConfiguration(
      platforms: PlatformRegistry([ModelCodec.entry(policy: policy, wire: setup.wire)]))
    configuration.botRate = setup.botRate
    configuration.outboundCapacity = setup.capacity
    configuration.whenFull = setup.whenFull
    if let policy = setup.bargeIn {
      configuration.bargeIn = policy
      configuration.bargeInDetector = { ScriptedEar(setup.talks) }
    }
    session = CallSession(path: "/", configuration: configuration, at: .zero)
    if let recorder { session.beginTrace(in: recorder, at: .zero) }
    speech = SpeechLedger(whenFull: setup.whenFull)
    farEnd = FarEnd(format: setup.wire, model: setup.platform, origin: .zero)
    caller = ScheduledCaller(setup: setup, faults: schedule.faults)
    faults = FaultPlan(schedule.faults)
    link = SimulatedLink(setup: setup, faults: schedule.faults)
  }

  consuming func run() -> ScheduleOutcome {
    send(ScheduledCaller.start, "start")
    while outcome.violation == nil {
      settle()
      guard !isOver, let next = nextDeadline(), next <= Self.limit else { break }
      now = max(next, now)
    }
    outcome.elapsed = now - .zero
    checkAccounts()
    return outcome
  }

  /// The bot's host runs.
  private var isAwake: Bool { faults.stallEnd(at: now) == nil }

  private mutating func nextDeadline() -> MonotonicTime? {
    var times = [farEnd.nextDeadline, toPlatform.nextArrival, faults.nextDeadline]
    if !hasFinishedUp { times.append(caller.nextDeadline) }
    if let end = faults.stallEnd(at: now) {
      times.append(end)
    } else {
      times += [toBot.nextArrival, session.nextDeadline(at: now), nextStepTime, answerDue]
    }
    guard let next = times.compactMap(\.self).min() else { return nil }
    // Waking up inside a stall means waking up at its end.
    return max(next, now)
  }

  private var nextStepTime: MonotonicTime? {
    if nextStep < schedule.steps.count { return .zero + schedule.steps[nextStep].at }
    return hasFinishedUp ? nil : .zero + (schedule.steps.last?.at ?? .zero) + .milliseconds(100)
  }

  /// Does what is due now, the platform first.
  private mutating func settle() {
    for _ in 0..<Self.mostEventsAtOnce {
      guard outcome.violation == nil, !isOver, stepOnce() else {
        if isAwake, !isOver { checkRest() }
        return
      }
    }
    outcome.note(.ends, "events follow each other without end", at: now)
  }

  private mutating func stepOnce() -> Bool {
    if let event = faults.take(at: now) {
      suffer(event)
    } else if let arrival = toPlatform.receive(at: now) {
      arrive(arrival)
    } else if let echo = farEnd.echo(at: now) {
      for delay in faults.nextEcho() { later(caller.echo(echo), by: delay, echo) }
    } else if let text = faults.takeDelayed(at: now) {
      send(text, "echo")
    } else if !hasFinishedUp, let text = caller.take(at: now) {
      send(text, "audio")
    } else if isAwake {
      return stepBot()
    } else {
      return false
    }
    return true
  }

  private mutating func stepBot() -> Bool {
    if let text = toBot.receive(at: now) {
      receive(text)
    } else if answer() {
      takeEvents()
    } else if let due = nextStepTime, due <= now {
      if nextStep < schedule.steps.count {
        perform(schedule.steps[nextStep].action)
        nextStep += 1
      } else {
        finishUp()
      }
    } else {
      return pollBot()
    }
    takeEvents()
    return true
  }

  private mutating func pollBot() -> Bool {
    let output = session.poll(at: now, into: &message)
    // What the session has done by itself comes before what leaves.
    takeEvents()
    switch output {
    case nil: break
    case .text: left()
    case .close(let code, _):
      trace("bot closes with \(code)")
      toPlatform.send(.close, over: link, at: now)
      session.socketClosed(at: now)
      takeEvents()
      speech.flush()
    }
    takeEvents()
    return output != nil
  }

  /// The script is over: what is open is finished, what is held goes on.
  private mutating func finishUp() {
    hasFinishedUp = true
    if isPaused { perform(.resume) }
    perform(.finish)
  }

  private mutating func suffer(_ event: FaultPlan.Event) {
    switch event {
    case .broken:
      trace("the connection breaks")
      session.socketClosed(at: now)
      takeEvents()
      speech.flush()
      isOver = true
    case .nonsense(let kind): send(ScheduledCaller.nonsense(kind), "nonsense")
    case .stop: send(ScheduledCaller.stop, "stop")
    }
  }

  private mutating func arrive(_ arrival: FarEnd.Arrival) {
    switch arrival {
    case .media(let piece, let payload): farEnd.play(piece, payload, at: now)
    case .mark(let name): farEnd.mark(name, at: now)
    case .close: isOver = true
    case .clear:
      if faults.losesClear() { return trace("platform loses the clear") }
      farEnd.clear(at: now)
      if schedule.setup.platform.policy.acknowledgesClear {
        send(ModelCodec.clearedText, "cleared")
      }
    }
  }

  private mutating func later(_ text: [UInt8], by delay: Duration, _ name: String) {
    if delay > .zero {
      faults.delay(text, until: now + delay)
    } else {
      send(text, "echo \(name)")
    }
  }

  private mutating func send(_ text: [UInt8], _ what: @autoclosure () -> String) {
    trace("platform sends \(what())")
    toBot.send(text, over: link, at: now)
  }

  mutating func sendToPlatform(_ arrival: FarEnd.Arrival) {
    toPlatform.send(arrival, over: link, at: now)
  }

  func trace(_ sentence: @autoclosure () -> String) {
    guard let tell else { return }
    tell("\(Violation.seconds(now - .zero).leftPadded(to: 11))  \(sentence())")
  }
}

extension String {
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(width - count, 0)) + self
  }
}

extension SimulatedLink {
  /// The link of a schedule: latency, jitter from its seed, and the faults that hold messages up.
  init(setup: CallSchedule.Setup, faults: [CallSchedule.Fault]) {
    let jitter = setup.jitter.wholeNanoseconds
    self.init { direction, index in
      guard jitter > 0 else { return setup.latency }
      let side: UInt64 = direction == .toBot ? 1 : 2
      var random = SplitMix64(seed: setup.seed &+ UInt64(index) &* 4 &+ side)
      return setup.latency + .nanoseconds(Int64.random(in: 0...jitter, using: &random))
    }
    holds = faults.compactMap { fault in
      guard case .hold(let direction, let at, let lasting) = fault else { return nil }
      return Hold(direction: direction, from: .zero + at, until: .zero + at + lasting)
    }
  }
}
