import SeededRandom

/// A simulated fleet: its nodes, its calls and what befalls it, all from a seed.
public struct FleetSchedule: Hashable, Sendable {
  /// The seed of everything.
  public let seed: UInt64
  /// Calls that each node takes at once.
  public let capacities: [Int]
  /// The part of the fleet's capacity in use at the beginning, and about which it stays without faults.
  public let use: Double
  /// The mean length of a call; lengths are exponential.
  public let meanCall: Duration
  /// How long it is looked at.
  public let length: Duration
  /// What befalls it.
  public let faults: [FleetFault]

  /// Nodes that the balancer asks for addresses, the first of all: each has a router of its own, as large as the fleet.
  public static let mostAsked = 500

  /// A fleet by chance.
  ///
  /// - Parameters:
  ///   - seed: the same gives the same.
  ///   - nodes: how many nodes, 2...5,000; nil: by the seed too.
  /// - Returns: the fleet, not run yet.
  public static func random(seed: UInt64, nodes: Int? = nil) -> FleetSchedule {
    var rng = SplitMix64(seed: seed)
    // As many small fleets as large ones: 2...4,096.
    let exponent = Int.random(in: 1...11, using: &rng)
    let count = nodes ?? Int.random(in: (1 << exponent)...(2 << exponent), using: &rng)
    let size = [20, 50, 100].randomElement(using: &rng) ?? 50
    let isMixed = Int.random(in: 0..<3, using: &rng) == 0
    let capacities = (0..<count).map { _ in
      isMixed ? size * Int.random(in: 1...4, using: &rng) : size
    }
    let length = 60
    func some(_ part: Double) -> [Int] {
      let most = max(Int(Double(count) * part), 1)
      let wanted = Int.random(in: 1...most, using: &rng)
      return Array((0..<count).shuffled(using: &rng).prefix(wanted)).sorted()
    }
    func seconds(_ range: ClosedRange<Int>) -> Duration {
      .milliseconds(
        Int.random(in: (range.lowerBound * 1_000)...(range.upperBound * 1_000), using: &rng))
    }
    var faults: [FleetFault] = []
    for _ in 0..<Int.random(in: 0...4, using: &rng) {
      let at = seconds(5...length - 10)
      switch Int.random(in: 0..<6, using: &rng) {
      case 0:
        let returns = Bool.random(using: &rng)
        faults.append(.death(nodes: some(0.2), at: at, away: returns ? seconds(2...20) : nil))
      case 1: faults.append(.cut(nodes: some(0.3), at: at, length: seconds(1...15)))
      case 2:
        faults.append(
          .outage(at: at, length: seconds(1...15), forgets: Bool.random(using: &rng)))
      case 3: faults.append(.drain(nodes: some(0.2), at: at))
      case 4: faults.append(.lateness(nodes: some(0.2), at: at, length: seconds(1...15)))
      default:
        // What a fleet of this size can take in a second, 1,000 at most.
        let rate = min(capacities.reduce(0, +) / 20 + 1, 1_000)
        faults.append(.burst(perSecond: rate, at: at, length: seconds(1...4)))
      }
    }
    return FleetSchedule(
      seed: seed, capacities: capacities, use: Double.random(in: 0.2...0.7, using: &rng),
      meanCall: .seconds(Int.random(in: 60...240, using: &rng)), length: .seconds(length),
      faults: faults.sorted { $0.start < $1.start })
  }

  /// Makes a fleet by hand.
  public init(
    seed: UInt64, capacities: [Int], use: Double, meanCall: Duration = .seconds(180),
    length: Duration = .seconds(60), faults: [FleetFault] = []
  ) {
    self.seed = seed
    self.capacities = capacities
    self.use = use
    self.meanCall = meanCall
    self.length = length
    self.faults = faults
  }

  /// Runs it once.
  ///
  /// - Returns: what was seen, and the first promise that was broken.
  public func run() -> FleetOutcome {
    var run = FleetRun(self)
    return run.outcome()
  }
}
