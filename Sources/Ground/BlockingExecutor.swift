import Dispatch

/// Runs an actor's jobs one after the other on a thread that may block, so that neither an event loop
/// nor Swift's pool is held up by a disk.
package final class BlockingExecutor: SerialExecutor {
  private let queue: DispatchQueue

  /// Makes one with a label for debuggers.
  package init(label: String) { queue = DispatchQueue(label: label) }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  /// Runs `body` on the thread and waits for it without blocking.
  package func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: .init(catching: body)) }
    }
  }
}
