import AudioEngine

/// Many seeds, checked on all cores.
public struct ScheduleBatch: Sendable {
  /// A seed whose call broke a promise.
  public struct Failure: Hashable, Sendable {
    /// The seed.
    public let seed: UInt64
    /// What was broken first.
    public let violation: Violation
  }

  /// What all calls showed together.
  public struct Result: Hashable, Sendable {
    /// Calls that ran; each ran twice.
    public var calls = 0
    /// Virtual time of one run of each.
    public var elapsed: Duration = .zero
    /// Messages that left.
    public var messages = 0
    /// Calls that broke a promise.
    public var failureCount = 0
    /// The first of them by seed, a few.
    public var failures: [Failure] = []
  }

  /// The seeds to check.
  public let seeds: Range<UInt64>
  /// Failures that are kept with their sentence.
  public static let mostFailures = 12
  private static let chunk: UInt64 = 64

  /// Makes a batch of seeds.
  public init(seeds: Range<UInt64>) {
    self.seeds = seeds
  }

  /// Runs all of them on the process's task pool.
  ///
  /// - Parameter progress: is told how many of how many are done.
  /// - Returns: how many passed, and the first that broke a promise.
  public func run(progress: (Int, Int) -> Void = { _, _ in }) async -> Result {
    await withTaskGroup(of: Result.self) { group in
      var next = seeds.lowerBound
      func add(_ group: inout TaskGroup<Result>) {
        guard next < seeds.upperBound else { return }
        let range = next..<min(next + Self.chunk, seeds.upperBound)
        next = range.upperBound
        group.addTask { Self.check(range) }
      }
      // As many as a large machine has cores; more wait for their turn.
      for _ in 0..<64 { add(&group) }
      var result = Result()
      while let part = await group.next() {
        add(&group)
        result.calls += part.calls
        result.elapsed += part.elapsed
        result.messages += part.messages
        result.failureCount += part.failureCount
        result.failures += part.failures
        progress(result.calls, seeds.count)
      }
      result.failures.sort { $0.seed < $1.seed }
      result.failures.removeLast(max(result.failures.count - Self.mostFailures, 0))
      return result
    }
  }

  private static func check(_ seeds: Range<UInt64>) -> Result {
    var result = Result()
    for seed in seeds {
      let outcome = CallSchedule.random(seed: seed).check()
      result.calls += 1
      result.elapsed += outcome.elapsed
      result.messages += outcome.messages
      guard let violation = outcome.violation else { continue }
      result.failureCount += 1
      result.failures.append(Failure(seed: seed, violation: violation))
    }
    return result
  }
}
