/// Many simulated fleets, run on all cores.
public struct FleetBatch: Sendable {
  /// What they have shown together.
  public struct Result: Hashable, Sendable, Codable {
    /// Each fleet's outcome, by seed.
    public var fleets: [FleetOutcome] = []

    /// Fleets that broke a promise.
    public var broken: [FleetOutcome] { fleets.filter { $0.violation != nil } }

    /// The sum of a count over all fleets.
    public func total(_ count: KeyPath<FleetOutcome, Int>) -> Int {
      fleets.reduce(0) { $0 + $1[keyPath: count] }
    }

    /// Answers with the asked node itself, by reason, over all fleets.
    public var itself: [String: Int] {
      fleets.reduce(into: [:]) { $0.merge($1.itself, uniquingKeysWith: +) }
    }

    /// A figure of all fleets at a part of them, 0...1; 0 where there are none.
    public func quantile(_ part: Double, of figure: KeyPath<FleetOutcome, Double>) -> Double {
      let sorted = fleets.map { $0[keyPath: figure] }.sorted()
      guard !sorted.isEmpty else { return 0 }
      return sorted[min(Int(part * Double(sorted.count)), sorted.count - 1)]
    }
  }

  /// The seeds to run.
  public let seeds: Range<UInt64>
  /// Nodes of each fleet; nil: by its seed.
  public let nodes: Int?

  /// Makes a batch of seeds.
  public init(seeds: Range<UInt64>, nodes: Int? = nil) {
    self.seeds = seeds
    self.nodes = nodes
  }

  /// Runs all of them on the process's task pool.
  ///
  /// - Parameter progress: is told how many of how many are done.
  /// - Returns: every outcome.
  public func run(progress: (Int, Int) -> Void = { _, _ in }) async -> Result {
    await withTaskGroup(of: FleetOutcome.self) { group in
      var next = seeds.lowerBound
      func add(_ group: inout TaskGroup<FleetOutcome>) {
        guard next < seeds.upperBound else { return }
        let schedule = FleetSchedule.random(seed: next, nodes: nodes)
        next += 1
        group.addTask { schedule.run() }
      }
      // A fleet of thousands holds some 50 MB: no more at once than machines have cores.
      for _ in 0..<8 { add(&group) }
      var result = Result()
      while let outcome = await group.next() {
        add(&group)
        result.fleets.append(outcome)
        progress(result.fleets.count, seeds.count)
      }
      result.fleets.sort { $0.seed < $1.seed }
      return result
    }
  }
}
