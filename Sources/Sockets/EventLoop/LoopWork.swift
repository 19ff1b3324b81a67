import AudioEngine

/// What waits for a loop's thread: Swift's jobs, timers, and sockets that have asked to write.
///
/// The thread's own, all in one place: what a turn of the loop looks at lies side by side.
struct LoopWork: ~Copyable {
  /// The jobs of the turn, and the next of them to run.
  private var turn: [UnownedJob] = []
  private var next = 0
  /// How many jobs have run.
  private(set) var jobCount = 0
  /// Jobs that the thread has added itself; they follow when the turn's have run.
  private var own: [UnownedJob] = []

  private(set) var timers = TimerHeap()
  /// When the newest batch of timers was fired.
  private var lastFiring = MonotonicTime.zero
  /// How late timers fired.
  private(set) var lateness = Histogram()
  /// When the loop next looks how late it is, where somebody asks: a loop without timers has stalls too.
  private var nextBeat: MonotonicTime?
  private static let beatInterval: Duration = .milliseconds(100)

  /// Those who asked to write, in order; the two arrays take turns.
  private var writers: [any LoopWriter] = []
  private var turnWriters: [any LoopWriter] = []

  /// Who is told of a job that held the loop for longer than `budget`; nil where nobody asks.
  var jobWatch: (budget: Duration, tell: @Sendable (Duration) -> Void)?
  /// Messages that came in since all else had its turn.
  var messagesSinceLook = 0
  /// Whether something has come in or been due.
  var served = false
  /// How late timers were in the last seconds; nil where nobody asks.
  private var window: LatenessWindow?

  init() {
    turn.reserveCapacity(64)
    own.reserveCapacity(64)
  }

  /// Whether something has come in or been due since this was asked last.
  mutating func hasServed() -> Bool {
    defer { served = false }
    return served
  }

  /// Whether nothing waits but timers.
  @inline(__always)
  var isIdle: Bool { next == turn.count && own.isEmpty && writers.isEmpty }
}

// Jobs.
extension LoopWork {
  /// Takes a job that the thread has added itself.
  mutating func add(_ job: UnownedJob) { own.append(job) }

  /// Begins a turn where the one before has run to its end: with the thread's own jobs, and those of
  /// others, which are taken from `queue`.
  mutating func beginTurn(with queue: (inout [UnownedJob]) -> Void) {
    guard next == turn.count else { return }
    turn.removeAll(keepingCapacity: true)
    next = 0
    swap(&turn, &own)
    queue(&turn)
  }

  /// The next job of the turn.
  mutating func nextJob() -> UnownedJob? {
    guard next < turn.count else { return nil }
    next += 1
    jobCount += 1
    return turn[next - 1]
  }
}

// Timers.
extension LoopWork {
  mutating func arm(_ timer: LoopTimer, at deadline: MonotonicTime) {
    timers.arm(timer, at: deadline)
  }

  mutating func cancel(_ timer: LoopTimer) { timers.cancel(timer) }

  /// Whether a look at the clock may find something due.
  @inline(__always)
  var mayHaveDue: Bool { timers.count > 0 || nextBeat != nil }

  /// The first timer that is due at `now`.
  mutating func popDue(at now: MonotonicTime) -> LoopTimer? {
    guard let (timer, deadline) = timers.popDue(at: now) else { return nil }
    lateness.add(nanoseconds: now.nanoseconds - deadline.nanoseconds)
    window?.add(now - deadline, at: now)
    lastFiring = now
    served = true
    return timer
  }

  /// When the loop has to wake for a timer, or to see how late it is.
  @inline(__always)
  var nextFiring: MonotonicTime? {
    let timer = timers.earliest.map { max($0, lastFiring + EventLoop.timerSpacing) }
    guard let nextBeat else { return timer }
    return min(timer ?? nextBeat, nextBeat)
  }

  mutating func watchLateness(budget: Duration) {
    window = LatenessWindow(budget: budget)
    nextBeat = nextBeat ?? .zero
  }

  mutating func noteLateness(_ lateness: Duration, at now: MonotonicTime) {
    window?.add(lateness, at: now)
  }

  /// Looks how late the loop is, where somebody asks.
  mutating func beat(at now: MonotonicTime) {
    guard let due = nextBeat, due <= now else { return }
    if due > .zero { window?.add(now - due, at: now) }
    nextBeat = now + Self.beatInterval
  }

  /// Whether the loop runs too late; never where nobody asks.
  mutating func isLate(at now: MonotonicTime) -> Bool { window?.judge(at: now) ?? false }

  /// Whether it runs late by half of that.
  func isNearlyLate(at now: MonotonicTime) -> Bool { window?.isNear(at: now) ?? false }
}

// Sockets that have asked to write.
extension LoopWork {
  mutating func add(_ writer: any LoopWriter) { writers.append(writer) }

  /// Those who have asked, to be given back by ``keep(_:)``; nil where nobody has.
  mutating func takeWriters() -> [any LoopWriter]? {
    guard !writers.isEmpty else { return nil }
    var taken: [any LoopWriter] = []
    swap(&taken, &writers)
    swap(&writers, &turnWriters)
    return taken
  }

  /// Takes an array back, whose memory serves the next turn.
  mutating func keep(_ writers: consuming [any LoopWriter]) {
    writers.removeAll(keepingCapacity: true)
    turnWriters = writers
  }

  /// Forgets who waits: the loop is at its end.
  mutating func removeAll() {
    writers.removeAll()
    timers.removeAll()
  }
}
