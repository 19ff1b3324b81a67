/// A node of the simulated fleet as it truly is. Times are ticks.
struct FleetMachine {
  let id: String
  let address: String
  let capacity: Int
  var live = 0
  var isAlive = true
  /// What calls belong to: those of an earlier life have ended.
  var life = 0
  var version = 1
  var drainingSince: Int?
  var isCut = false
  var isLate = false
  /// Since when a router should leave it alone: it is dead, drains or is late.
  var unfitSince: Int?

  init(index: Int, capacity: Int) {
    id = "n\(index)"
    address = "wss://n\(index).example:5001"
    self.capacity = capacity
  }

  var isFit: Bool { isAlive && drainingSince == nil && !isLate }
  var room: Int { isFit ? max(capacity - live, 0) : 0 }

  /// What it tells the registry.
  var told: FleetNode {
    FleetNode(
      id: id, address: address, capacity: capacity, liveCalls: live,
      latenessMs: isLate ? 60 : 1, draining: drainingSince != nil, version: "\(version)")
  }

  mutating func noteFitness(at tick: Int) {
    if isFit { unfitSince = nil } else if unfitSince == nil { unfitSince = tick }
  }
}
