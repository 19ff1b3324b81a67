import AudioEngine

/// The registry of the simulated fleet: leases, and who read them when. Times are ticks.
struct FleetRegister {
  private var leases: [(node: FleetNode, end: Int)?]
  private let lease: Int
  var isUp = true

  /// What was read at each tenth of the last second; a node reads at one of them, once a second.
  private(set) var views: [(nodes: [FleetNode], read: Int)?] = Array(repeating: nil, count: 10)

  init(nodes: Int, lease: Int) {
    leases = Array(repeating: nil, count: nodes)
    self.lease = lease
  }

  mutating func tell(_ index: Int, _ node: FleetNode, at tick: Int) {
    if isUp { leases[index] = (node, tick + lease) }
  }

  /// Has every node read what is there: a fleet that has run for long.
  mutating func readByAll() {
    let nodes = leases.compactMap { $0?.node }
    views = Array(repeating: (nodes, 0), count: views.count)
  }

  mutating func forget() {
    for index in leases.indices { leases[index] = nil }
  }

  mutating func read(at tick: Int) {
    guard isUp else { return }
    views[tick / 10 % 10] = (
      leases.compactMap { $0.flatMap { $0.end > tick ? $0.node : nil } }, tick
    )
  }
}
