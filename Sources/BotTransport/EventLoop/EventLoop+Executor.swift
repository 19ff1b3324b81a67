import Dispatch
import Glibc
import Synchronization

// Swift's side: jobs of actors and tasks, in order, on the loop's thread.
extension EventLoop {
  /// Takes a job; any thread. Neither allocates nor makes a system call in steady state, but for
  /// the wake-up of a loop that sleeps.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    fulfil(
      queue.withLock { queue in
        queue.jobs.append(job)
        return queue.added()
      })
  }

  /// Runs `body` on the loop's thread, soon, in the order given; any thread. Never runs it at once.
  public func perform(_ body: @escaping @Sendable () -> Void) {
    fulfil(
      queue.withLock { queue in
        queue.closures.append(body)
        return queue.added()
      })
  }

  private func fulfil(_ duty: JobQueue.Duty) {
    switch duty {
    case .nothing: break
    case .wake: wakeUp()
    case .drain: drainAfterStop()
    }
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
  func sync<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
  ) throws(EventLoopError) -> Value {
    if isCurrent { return body() }
    guard queue.withLock({ $0.phase == .running }) else { throw .notRunning }
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
  /// which is the loop's for that long. The caller has set `isDraining`.
  func drainAfterStop() {
    var jobs: [UnownedJob] = []
    var closures: [@Sendable () -> Void] = []
    while true {
      let hasWork = queue.withLock { queue in
        if queue.isEmpty {
          queue.isDraining = false
          ownerThread.store(0, ordering: .relaxed)
          return false
        }
        ownerThread.store(UInt(pthread_self()), ordering: .relaxed)
        swap(&jobs, &queue.jobs)
        swap(&closures, &queue.closures)
        return true
      }
      guard hasWork else { return }
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
