import Dispatch
import Glibc
import Ground
import Synchronization

// Swift's side: jobs of actors and tasks, in order, on the loop's thread.
extension EventLoop {
  /// Takes a job; any thread. Neither allocates nor makes a system call in steady state, but for
  /// the wake-up of a loop that sleeps.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent, !hasEnded {
      work.add(job)
    } else {
      add { $0.jobs.append(job) }
    }
  }

  /// Runs `body` on the loop's thread, soon, in the order given; any thread. Never runs it at once.
  public func perform(_ body: @escaping @Sendable () -> Void) {
    add { $0.closures.append(body) }
  }

  /// Runs `body` on the loop's thread: at once where that is the caller's, else soon.
  func run(_ body: @escaping @Sendable () -> Void) {
    if isCurrent {
      body()
    } else {
      perform(body)
    }
  }

  /// Whether the loop has been started and not stopped. Any thread.
  var isRunning: Bool { queue.withLock { $0.phase == .running } }

  /// Adds work, and sees to it that it runs.
  ///
  /// All within the lock: once it is let go the work may have run and been the last to need this
  /// loop. Only a drain goes on, of a loop that is kept for it.
  private func add(_ append: (inout JobQueue) -> Void) {
    let mustDrain = queue.withLock { queue in
      append(&queue)
      hasNews.store(true, ordering: .sequentiallyConsistent)
      guard queue.phase == .stopped else {
        // What its own thread adds is seen before it sleeps.
        if sleeps.exchange(false, ordering: .sequentiallyConsistent), !isCurrent { wakeUp() }
        return false
      }
      guard queue.drained == nil else { return false }
      queue.drained = self
      return true
    }
    if mustDrain { drainAfterStop() }
  }

  /// Whether the caller runs on the loop's thread.
  public var isCurrent: Bool {
    ownerThread.load(ordering: .relaxed) == UInt(pthread_self())
  }

  /// Whether the caller is isolated to this loop; Swift asks for `assumeIsolated` and the like.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Traps when the caller does not run on the loop's thread.
  public func checkIsolated() {
    precondition(
      isCurrent, "not on the loop's thread: call from an actor pinned to it, or through perform")
  }

  /// Runs `body` on the loop's thread and waits for it; at once when already there.
  ///
  /// For rare set-up and tear-down: the caller's thread is held for a turn of the loop.
  ///
  /// - Throws: ``EventLoopError/notRunning`` before ``start()`` and after ``stop()``.
  package func sync<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
  ) throws(EventLoopError) -> Value {
    if isCurrent { return body() }
    guard isRunning else { throw .notRunning }
    let result = SyncResult<Value>()
    perform {
      result.value = body()
      result.done.signal()
    }
    result.done.wait()
    guard let value = result.value else { throw .notRunning }
    return value
  }

  /// Runs one job as both of what the loop is, so that a task on it enters its actors at once.
  func run(_ job: UnownedJob) {
    unsafe job.runSynchronously(
      isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }

  /// After the loop's thread has ended: runs what was added, and what that adds, on this thread,
  /// which is the loop's for that long. The caller has set `drained`.
  func drainAfterStop() {
    var jobs: [UnownedJob] = []
    var closures: [@Sendable () -> Void] = []
    var kept: EventLoop?
    while kept == nil {
      queue.withLock { queue in
        if queue.isEmpty {
          swap(&kept, &queue.drained)
          ownerThread.store(0, ordering: .relaxed)
          return
        }
        ownerThread.store(UInt(pthread_self()), ordering: .relaxed)
        swap(&jobs, &queue.jobs)
        swap(&closures, &queue.closures)
      }
      for closure in closures { closure() }
      for job in jobs { run(job) }
      closures.removeAll()
      jobs.removeAll()
    }
  }
}

/// Carries a result from the loop's thread to the one that waits.
private final class SyncResult<Value: Sendable>: @unchecked Sendable {
  // Unchecked: written before the semaphore is signalled, read after it was waited for.
  var value: Value?
  let done = DispatchSemaphore(value: 0)
}
