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
  /// How long what comes may wait for more.
  private let batch: Duration
  /// When the sockets were last looked at, where that matters.
  private var lastLook = MonotonicTime.zero
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

  /// What waits for the thread and what it does next. The loop's thread reads and writes it many times for
  /// every message, and nobody else does: Swift need not look for overlapping accesses each time.
  @exclusivity(unchecked) private var storedWork = LoopWork()
  var work: LoopWork {
    unsafeAddress { unsafe UnsafePointer(storedAddress(&storedWork)) }
    unsafeMutableAddress { unsafe storedAddress(&storedWork) }
  }
  /// Whether what the loop's thread adds has to go the way of other threads' work: it will not take any more
  /// turns.
  private(set) var hasEnded = false
  /// Set by who adds work from outside: the lock of ``queue`` need not be taken to see that nothing is there.
  let hasNews = Atomic<Bool>(false)
  /// The loop is about to sleep, or sleeps: whoever adds work must wake it.
  let sleeps = Atomic<Bool>(false)
  /// How late timers fired, as of the beginning of the batch that each was fired in. Loop thread only.
  package var timerLateness: Histogram { work.lateness }
  /// How many jobs of Swift's the loop has run. Loop thread only.
  package var jobCount: Int { work.jobCount }
  private let clock: TimerDescriptor
  private var context: LoopContext?
  /// Every descriptor that libwebsockets serves for this loop, keeping it alive.
  private var sockets: [ObjectIdentifier: LoopSocket] = [:]
  /// The sockets that close now do so because the loop stops.
  package private(set) var isEnding = false
  /// Where TLS puts what it has decrypted, and what it has encrypted, for the moment.
  let plaintext = LoopMemory(byteCount: LoopContext.readSize)
  let ciphertext = LoopMemory(byteCount: 2 * LoopContext.readSize)
  /// Where outgoing messages are built, one after the other.
  @exclusivity(unchecked)
  private var storedOutgoing = MessageBuffer(headroom: Int(sidetone_lws_pre))
  var outgoing: MessageBuffer {
    unsafeAddress { unsafe UnsafePointer(storedAddress(&storedOutgoing)) }
    unsafeMutableAddress { unsafe storedAddress(&storedOutgoing) }
  }

  /// Makes a loop that does not run yet. Jobs and closures given to it wait for ``start()``.
  ///
  /// - Parameters:
  ///   - name: for the thread; Linux keeps its first 15 bytes.
  ///   - batch: how long what comes, and what is due, may wait for more of the kind, 0 to 20 ms: a loop that
  ///     is busy wakes up so often at most, and whatever it does is so much later at most. Wake-ups are dear
  ///     where a processor is a virtual one.
  /// - Throws: ``EventLoopError`` when descriptors or memory are short.
  public convenience init(name: String, batch: Duration = .zero) throws(EventLoopError) {
    try self.init(name: name, messagesPerLook: 16, batch: batch)
  }

  /// Makes a loop that gives all else a turn after so many messages, `Int.max` for one that reads first
  /// whatever has come, as who measures the peer must.
  package init(
    name: String, messagesPerLook: Int, batch: Duration = .zero
  ) throws(EventLoopError) {
    precondition(batch >= .zero && batch <= .milliseconds(20), "a batch lasts 0 to 20 ms")
    _ = Self.ignoreBrokenPipes
    self.batch = batch
    self.messagesPerLook = messagesPerLook
    self.name = name
    self.wake = try WakeDescriptor()
    self.clock = try TimerDescriptor()
    let context = try LoopContext()
    self.context = context
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
      hasNews.store(true, ordering: .sequentiallyConsistent)
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
    if hasNews.load(ordering: .acquiring) {
      var closures: [@Sendable () -> Void] = []
      let stops = queue.withLock { queue in
        swap(&closures, &queue.closures)
        hasNews.store(!queue.jobs.isEmpty, ordering: .relaxed)
        return queue.phase != .running
      }
      for closure in closures { closure() }
      if stops { return false }
    }
    serveWork()
    if batch > .zero, work.hasServed() { gather() }
    clock.arm(at: work.nextFiring)
    // Who adds work from outside says so before it asks whether the loop sleeps; the loop does it the other
    // way round.
    if work.isIdle { sleeps.store(true, ordering: .sequentiallyConsistent) }
    let maySleep = work.isIdle && !hasNews.load(ordering: .sequentiallyConsistent)
    context?.service(mayWait: maySleep)
    sleeps.store(false, ordering: .relaxed)
    if batch > .zero { lastLook = now }
    return true
  }

  /// Lets more come together before the sockets are looked at again: what comes and is due within the
  /// batch's time shares one wake-up. Work of other threads ends it.
  private func gather() {
    sleeps.store(true, ordering: .sequentiallyConsistent)
    if work.isIdle, !hasNews.load(ordering: .sequentiallyConsistent) {
      wake.wait(for: lastLook + batch - now)
    }
    sleeps.store(false, ordering: .relaxed)
    serveWork()
  }

  /// Gives a turn to all that is no socket with something to read.
  private func serveWork() {
    runJobs(atMost: Self.jobsPerTurn)
    fireTimers()
    giveTurnsToWrite()
  }

  private func runJobs(atMost limit: Int) {
    work.beginTurn { jobs in
      guard hasNews.load(ordering: .acquiring) else { return }
      queue.withLock { queue in
        jobs.append(contentsOf: queue.jobs)
        queue.jobs.removeAll(keepingCapacity: true)
        hasNews.store(!queue.closures.isEmpty || queue.phase != .running, ordering: .relaxed)
      }
    }
    let watch = work.jobWatch
    var began = watch == nil ? .zero : now
    var left = limit
    while left > 0, let job = work.nextJob() {
      left -= 1
      run(job)
      guard let watch else { continue }
      let ended = now
      if ended - began > watch.budget { watch.tell(ended - began) }
      began = ended
    }
  }

  /// Tells of each job, a stretch of some task between two awaits, that holds the loop for longer than
  /// `budget`. Before ``start()``; `tell` is called on the loop's thread.
  package func watchJobs(
    longerThan budget: Duration, _ tell: @escaping @Sendable (Duration) -> Void
  ) {
    work.jobWatch = (budget, tell)
  }

  /// Fires what is due, each timer at most once however late it is armed again.
  private func fireTimers() {
    guard work.mayHaveDue else { return }
    var left = work.timers.count
    let now = now
    work.beat(at: now)
    while left > 0, let timer = work.popDue(at: now) {
      left -= 1
      timer.callFire()
    }
  }

  /// Has ``isLate`` judge by `budget` from now on. Loop thread, or before ``start()``.
  package func watchLateness(budget: Duration) { work.watchLateness(budget: budget) }

  /// Counts something that was done at `now`, so long after it was due. Loop thread only.
  package func noteLateness(_ lateness: Duration, at now: MonotonicTime) {
    work.noteLateness(lateness, at: now)
  }

  /// Whether the loop runs too late to take on more; never without
  /// ``watchLateness(budget:)``. Loop thread only.
  package var isLate: Bool {
    checkIsolated()
    return work.isLate(at: now)
  }

  /// Whether the loop runs late by half of what makes it ``isLate``: time to take on less than one might.
  /// Loop thread only.
  package var isNearlyLate: Bool {
    checkIsolated()
    return work.isNearlyLate(at: now)
  }

  /// Everybody writes one message before anybody writes a second, and nobody more than
  /// ``messagesPerTurn``; who still asks then has to wait for the next turn.
  private func giveTurnsToWrite() {
    var rounds = 0
    while rounds < Self.messagesPerTurn, let writers = work.takeWriters() {
      rounds += 1
      for writer in writers { writer.takeTurnToWrite() }
      work.keep(writers)
    }
  }

  private func end() {
    closeSockets()
    // What these add waits for the drain. First what is left of a turn, then what its jobs had added.
    hasEnded = true
    runJobs(atMost: .max)
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
    work.removeAll()
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
  func queue(_ writer: any LoopWriter) { work.add(writer) }

  /// A timer descriptor became readable: what is due goes before the sockets of this turn.
  func timersDue() { fireTimers() }

  /// A message has come in. Called last in its callback: other sockets write from here.
  func messageTaken() {
    work.served = true
    work.messagesSinceLook += 1
    guard work.messagesSinceLook >= messagesPerLook else { return }
    work.messagesSinceLook = 0
    serveWork()
  }
}
