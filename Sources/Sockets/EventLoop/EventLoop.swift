public import AudioEngine
import CLibWebSockets
import Glibc
import Ground
import Synchronization

/// One thread that serves sockets, timers, and the actors pinned to it.
///
/// An actor that names a loop as its executor runs on the thread that calls its sockets and timers,
/// so it may use them directly and its callbacks may say `assumeIsolated`. A loop is also a task
/// executor: a task that prefers it runs on its thread and reaches such an actor without a hop.
/// Loops share nothing with each other.
///
/// A turn of the loop runs the jobs that wait (at most 256), the timers that are due, the writes that
/// were asked for, then every socket that is ready, so none can starve the others. Where many are
/// ready, jobs, timers and writes get their turns in between: audio leaves on time while it comes in,
/// and what a bot does about a message is done while the processor's caches still know the call.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
  // Unchecked: `queue` and `ownerThread` are shared and guarded; all else is confined to the
  // loop's thread between `start` and the end of `stop`, and to one thread before and after.

  /// How many jobs run before the sockets are looked at again.
  static let jobsPerTurn = 256
  /// How many messages come in before all else has its turn.
  private let messagesPerLook: Int
  /// How many messages a socket may write before the sockets are looked at again. One would do while a
  /// turn is shorter than a message; when the machine has held the loop up, a turn reads all that has
  /// come meanwhile, and has to send as much, or callers hear one message a turn and silence between.
  static let messagesPerTurn = 8
  /// The loop wakes for timers at most this often: a lone timer is not held up, and a thousand calls
  /// paced each on its own phase share wake-ups, which cost more than what they do.
  public static let timerSpacing: Duration = .microseconds(250)

  /// The loop's name, as given.
  public let name: String

  let queue = Locked(JobQueue())
  /// The thread that is inside the loop now, 0 when none is.
  let ownerThread = Atomic<UInt>(0)
  private let wake: WakeDescriptor
  private let thread = Locked<pthread_t?>(nil)

  /// The jobs of the current turn, and the next of them to run.
  var turnJobs: [UnownedJob] = []
  var turnIndex = 0

  var timers = TimerHeap()
  private var lastFiring = MonotonicTime.zero
  /// How late timers fired, as of the beginning of the batch that each was fired in. Loop thread only.
  package private(set) var timerLateness = Histogram()
  /// The same of the last seconds; nil where nobody asks.
  private var latenessWindow: LatenessWindow?
  /// Who is told of a job that held the loop for longer than `budget`; nil where nobody asks.
  private var jobWatch: (budget: Duration, tell: @Sendable (Duration) -> Void)?
  /// When the loop next looks how late it is, where somebody asks: a loop without timers has stalls too.
  private var nextBeat: MonotonicTime?
  private static let beatInterval: Duration = .milliseconds(100)
  private let clock: TimerDescriptor
  private var context: LoopContext?
  /// Every descriptor that libwebsockets serves for this loop, keeping it alive.
  private var sockets: [ObjectIdentifier: LoopSocket] = [:]
  /// The sockets that close now do so because the loop stops.
  package private(set) var isEnding = false
  /// Messages that came in since all else had its turn.
  private var messagesSinceLook = 0
  /// Those who asked to write, in order; the two arrays take turns.
  private var writers: [any LoopWriter] = []
  private var turnWriters: [any LoopWriter] = []
  /// Where TLS puts what it has decrypted, and what it has encrypted, for the moment.
  let plaintext = LoopMemory(byteCount: LoopContext.readSize)
  let ciphertext = LoopMemory(byteCount: 2 * LoopContext.readSize)
  /// Where outgoing messages are built, one after the other.
  var outgoing = MessageBuffer(headroom: Int(sidetone_lws_pre))

  /// Makes a loop that does not run yet. Jobs and closures given to it wait for ``start()``.
  ///
  /// - Parameter name: for the thread; Linux keeps its first 15 bytes.
  /// - Throws: ``EventLoopError`` when descriptors or memory are short.
  public convenience init(name: String) throws(EventLoopError) {
    try self.init(name: name, messagesPerLook: 16)
  }

  /// Makes a loop that gives all else a turn after so many messages, `Int.max` for one that reads first
  /// whatever has come, as who measures the peer must.
  package init(name: String, messagesPerLook: Int) throws(EventLoopError) {
    _ = Self.ignoreBrokenPipes
    self.messagesPerLook = messagesPerLook
    self.name = name
    self.wake = try WakeDescriptor()
    self.clock = try TimerDescriptor()
    let context = try LoopContext()
    self.context = context
    turnJobs.reserveCapacity(64)
    clock.loop = self
    try adopt(wake, into: context)
    try adopt(clock, into: context)
  }

  /// The time on the clock of all loops: `CLOCK_MONOTONIC`. Any thread; no allocation, no lock.
  public var now: MonotonicTime { Self.now }

  /// The time on the clock of all loops, without a loop at hand.
  public static var now: MonotonicTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Starts the loop's thread. Only the first call does anything.
  public func start() {
    thread.withLock { thread in
      let mayStart = queue.withLock { queue in
        defer { if queue.phase == .created { queue.phase = .running } }
        return queue.phase == .created
      }
      guard mayStart else { return }
      var handle = pthread_t()
      let result = unsafe pthread_create(
        &handle, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().serve()
          return nil
        }, Unmanaged.passRetained(self).toOpaque())
      precondition(result == 0, "pthread_create: \(systemMessage(result))")
      thread = handle
    }
  }

  /// Closes every socket, ends the thread and waits for it. May be called again, from any thread
  /// but the loop's own.
  ///
  /// Delegates hear of the end of their sockets before it returns. Jobs enqueued later still run,
  /// one at a time, on the thread that enqueues them: no task is left waiting for ever.
  public func stop() {
    precondition(!isCurrent, "EventLoop.stop() waits for the loop's thread: call it from another")
    let wasRunning = queue.withLock { queue in
      let before = queue.phase
      if before == .running || before == .created { queue.phase = .stopping }
      return before != .created
    }
    guard wasRunning else {
      serveNothing()
      return
    }
    wake.signal()
    thread.withLock { thread in
      guard let handle = thread else { return }
      pthread_join(handle, nil)
      thread = nil
    }
  }

  deinit {
    // The thread keeps the loop alive, so it has ended or was never started.
    for socket in sockets.values { socket.detach() }
    context?.destroy()
  }

  // A broken connection is an error code, not the end of the server.
  private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
}

// The loop's thread.
extension EventLoop {
  private func serve() {
    ownerThread.store(UInt(pthread_self()), ordering: .relaxed)
    var shortName = name
    while shortName.utf8.count > 15 { shortName.removeLast() }
    unsafe sidetone_name_thread(shortName)
    // A thread begins with the priority of who starts it, and Swift's pool has its own. Where that may not
    // be changed, it stays.
    let thread = __priority_which_t(PRIO_PROCESS.rawValue)
    _ = setpriority(thread, 0, getpriority(thread, id_t(getpid())))
    while turn() {}
    end()
  }

  /// Runs one turn; false when the loop shall stop.
  private func turn() -> Bool {
    var closures: [@Sendable () -> Void] = []
    let stops = queue.withLock { queue in
      if !queue.closures.isEmpty { swap(&closures, &queue.closures) }
      takeJobs(from: &queue)
      return queue.phase != .running
    }
    if stops {
      for closure in closures { closure() }
      return false
    }
    for closure in closures { closure() }
    runJobs(atMost: Self.jobsPerTurn)
    fireTimers()
    giveTurnsToWrite()

    let isIdle = turnIndex == turnJobs.count && writers.isEmpty
    let maySleep = queue.withLock { queue in
      queue.loopSleeps = isIdle && queue.isEmpty && queue.phase == .running
      return queue.loopSleeps
    }
    clock.arm(at: nextFiring)
    context?.service(mayWait: maySleep)
    return true
  }

  private func takeJobs(from queue: inout JobQueue) {
    guard turnIndex == turnJobs.count else { return }
    turnJobs.removeAll(keepingCapacity: true)
    turnIndex = 0
    swap(&turnJobs, &queue.jobs)
  }

  private func runJobs(atMost limit: Int) {
    let end = min(turnJobs.count, turnIndex + limit)
    var began = jobWatch == nil ? .zero : now
    while turnIndex < end {
      let job = turnJobs[turnIndex]
      turnIndex += 1
      run(job)
      guard let jobWatch else { continue }
      let ended = now
      if ended - began > jobWatch.budget { jobWatch.tell(ended - began) }
      began = ended
    }
  }

  /// Tells of each job, a stretch of some task between two awaits, that holds the loop for longer than
  /// `budget`. Before ``start()``; `tell` is called on the loop's thread.
  package func watchJobs(
    longerThan budget: Duration, _ tell: @escaping @Sendable (Duration) -> Void
  ) {
    jobWatch = (budget, tell)
  }

  /// When the loop has to wake for a timer.
  private var nextFiring: MonotonicTime? {
    let timer = timers.earliest.map { max($0, lastFiring + Self.timerSpacing) }
    guard let nextBeat else { return timer }
    return min(timer ?? nextBeat, nextBeat)
  }

  /// Fires what is due, each timer at most once however late it is armed again.
  private func fireTimers() {
    var left = timers.count
    guard left > 0 || latenessWindow != nil else { return }
    let now = now
    if latenessWindow != nil { beat(at: now) }
    while left > 0, let deadline = timers.earliest, let timer = timers.popDue(at: now) {
      left -= 1
      timerLateness.add(now - deadline)
      noteLateness(now - deadline, at: now)
      lastFiring = now
      timer.callFire()
    }
  }

  private func beat(at now: MonotonicTime) {
    guard nextBeat.map({ $0 <= now }) ?? true else { return }
    if let nextBeat { noteLateness(now - nextBeat, at: now) }
    nextBeat = now + Self.beatInterval
  }

  /// Has ``isLate`` judge by `budget` from now on. Loop thread, or before ``start()``.
  package func watchLateness(budget: Duration) { latenessWindow = LatenessWindow(budget: budget) }

  /// Counts something that was done at `now`, so long after it was due. Loop thread only.
  package func noteLateness(_ lateness: Duration, at now: MonotonicTime) {
    latenessWindow?.add(lateness, at: now)
  }

  /// Whether the loop runs too late to take on more; never without
  /// ``watchLateness(budget:)``. Loop thread only.
  package var isLate: Bool {
    checkIsolated()
    return latenessWindow?.judge(at: now) ?? false
  }

  /// Whether the loop runs late by half of what makes it ``isLate``: time to take on less than one might.
  /// Loop thread only.
  package var isNearlyLate: Bool {
    checkIsolated()
    return latenessWindow?.isNear(at: now) ?? false
  }

  /// Everybody writes one message before anybody writes a second, and nobody more than
  /// ``messagesPerTurn``; who still asks then has to wait for the next turn.
  private func giveTurnsToWrite() {
    for _ in 0..<Self.messagesPerTurn where !writers.isEmpty {
      swap(&writers, &turnWriters)
      for writer in turnWriters { writer.takeTurnToWrite() }
      turnWriters.removeAll(keepingCapacity: true)
    }
  }

  private func end() {
    closeSockets()
    runJobs(atMost: .max)
    ownerThread.store(0, ordering: .relaxed)
    queue.withLock { queue in
      queue.phase = .stopped
      queue.drained = self
    }
    drainAfterStop()
  }

  /// The end of a loop that was never started.
  private func serveNothing() {
    ownerThread.store(UInt(pthread_self()), ordering: .relaxed)
    end()
  }

  private func closeSockets() {
    isEnding = true
    context?.destroy()
    context = nil
    // libwebsockets tells of each; what it has not told of has no other way to learn.
    for socket in sockets.values {
      unsafe socket.wsi = nil
      socket.owner.socketDestroyed()
    }
    sockets.removeAll()
    writers.removeAll()
    timers.removeAll()
  }
}

// Descriptors.
extension EventLoop {
  /// libwebsockets' side of the loop, nil once it has stopped. Loop thread only.
  var running: LoopContext? {
    checkIsolated()
    return context
  }

  /// Wakes the loop's thread out of its wait. Any thread.
  func wakeUp() { wake.signal() }

  /// Keeps `socket` alive until libwebsockets destroys its side.
  func register(_ socket: LoopSocket) {
    sockets[ObjectIdentifier(socket)] = socket
  }

  /// Forgets a socket that never came to be.
  func unregister(_ socket: LoopSocket) {
    sockets[ObjectIdentifier(socket)] = nil
  }

  /// libwebsockets has freed its side of `socket`.
  func destroyed(_ socket: LoopSocket) {
    unsafe socket.wsi = nil
    guard sockets.removeValue(forKey: ObjectIdentifier(socket)) != nil else { return }
    socket.owner.socketDestroyed()
  }

  private func adopt(
    _ descriptor: some LoopSocketOwner & RawDescriptor, into context: LoopContext
  ) throws(EventLoopError) {
    let socket = LoopSocket(loop: self, owner: descriptor)
    register(socket)
    guard context.adopt(descriptor: descriptor.fileDescriptor, for: socket) else {
      unregister(socket)
      throw .contextNotCreated
    }
  }

  /// Gives `writer` its turn to write before the loop sleeps.
  func queue(_ writer: any LoopWriter) { writers.append(writer) }

  /// A timer descriptor became readable: what is due goes before the sockets of this turn.
  func timersDue() { fireTimers() }

  /// A message has come in. Called last in its callback: other sockets write from here.
  func messageTaken() {
    messagesSinceLook += 1
    guard messagesSinceLook >= messagesPerLook else { return }
    messagesSinceLook = 0
    queue.withLock { takeJobs(from: &$0) }
    runJobs(atMost: Self.jobsPerTurn)
    fireTimers()
    giveTurnsToWrite()
  }
}
