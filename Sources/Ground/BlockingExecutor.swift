import Dispatch

/// Runs an actor's jobs one after the other on a thread that may block, so that neither an event loop
/// nor Swift's pool is held up by a disk.
final class BlockingExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "call log")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
