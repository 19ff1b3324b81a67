/// What other threads hand to a loop, in order.
///
/// Two arrays take turns: one is filled under the loop's lock while the loop empties the other, so
/// in steady state nothing is allocated.
struct JobQueue {
  /// Where the loop is in its life.
  enum Phase {
    case created, running, stopping, stopped
  }

  var phase = Phase.created
  /// Swift's jobs, in the order in which they were enqueued.
  var jobs: [UnownedJob] = []
  /// Closures from ``EventLoop/perform(_:)``: rare, so they may allocate.
  var closures: [@Sendable () -> Void] = []
  /// After the loop's thread has ended: the loop, while some thread runs what was added. A job may
  /// give up the last other reference to it, and Swift keeps no executor alive for its jobs.
  var drained: EventLoop?

  init() {
    jobs.reserveCapacity(64)
  }

  var isEmpty: Bool { jobs.isEmpty && closures.isEmpty }
}
