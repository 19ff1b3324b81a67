import AudioEngine
import Glibc
import SeededRandom

/// One run of a simulated fleet under the virtual clock, in ticks of 10 ms.
///
/// Each node tells the registry once a second and reads it once a second; a balancer, which notices a dead or
/// draining node within a second, spreads the questions; a call comes 0.2 to 0.8 s after its answer.
struct FleetRun {
  static let ticksPerSecond = 100
  /// As long as a node's lease, and as a view is believed.
  static let lease = 300
  /// After it has told that it drains a node takes what comes anyway: what was answered from views of a second ago.
  static let drainGrace = 200

  let schedule: FleetSchedule
  var rng: SplitMix64
  var machines: [FleetMachine]
  var register: FleetRegister
  var result = FleetOutcome()
  private var routers: [FleetRouter]
  private var viewRead: [Int]
  /// By tick: calls that come to a node, and those that end with the life of the node that they belong to.
  private var coming: [[(node: Int, asked: Int)]]
  private var ending: [[(node: Int, life: Int)]]
  private var changes: [Int: [FleetChange]] = [:]
  private var extraRate = 0
  /// When the registry was last away or a node cut from it, and when anything happened at all.
  private var lastBlind = -10_000
  private var lastFault = -10_000
  private var cutNodes = 0

  init(_ schedule: FleetSchedule) {
    self.schedule = schedule
    rng = SplitMix64(seed: schedule.seed ^ 0xF1EE7)
    machines = schedule.capacities.enumerated().map { FleetMachine(index: $0, capacity: $1) }
    register = FleetRegister(nodes: machines.count, lease: Self.lease)
    let ticks = Self.ticks(schedule.length)
    coming = Array(repeating: [], count: ticks + Self.ticksPerSecond)
    ending = Array(repeating: [], count: ticks)
    let asked = min(machines.count, FleetSchedule.mostAsked)
    routers = (0..<asked).map { FleetRouter(own: "n\($0)") }
    viewRead = Array(repeating: -1, count: asked)
    for change in schedule.faults.flatMap(FleetChange.all(of:)) {
      changes[Self.ticks(change.at), default: []].append(change)
    }
    result.seed = schedule.seed
    result.nodes = machines.count
  }

  static func ticks(_ duration: Duration) -> Int { Int(duration.wholeNanoseconds / 10_000_000) }
  private static func time(_ tick: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(tick) * 10_000_000)
  }

  mutating func outcome() -> FleetOutcome {
    begin()
    for tick in 0..<ending.count {
      for change in changes[tick] ?? [] { apply(change, at: tick) }
      for index in stride(from: tick % 100, to: machines.count, by: 100) { tell(index, at: tick) }
      if tick % 10 == 0 { register.read(at: tick) }
      for _ in 0..<arrivals() { ask(at: tick) }
      for call in coming[tick] { arrive(at: call.node, asked: call.asked, tick) }
      for call in ending[tick] where machines[call.node].life == call.life {
        end(call.node, at: tick)
      }
      if tick % 100 == 50 { weigh(at: tick) }
    }
    return result
  }

  /// A fleet that has run for long: every node with its part of the calls, known to the registry.
  private mutating func begin() {
    for index in machines.indices {
      let share = schedule.use * Double(machines[index].capacity)
      for _ in 0..<Int(share + Double.random(in: 0..<1, using: &rng)) { start(index, at: 0) }
      tell(index, at: 0)
    }
    register.readByAll()
  }

  // MARK: Calls

  /// Calls in a tick: as many as end on average, and what a burst adds.
  private mutating func arrivals() -> Int {
    let capacity = Double(schedule.capacities.reduce(0, +))
    let rate =
      schedule.use * capacity / Double(Self.ticks(schedule.meanCall)) + Double(extraRate) / 100
    return Int(rate + Double.random(in: 0..<1, using: &rng))
  }

  private mutating func start(_ index: Int, at tick: Int) {
    machines[index].live += 1
    let length =
      -log(Double.random(in: 1e-9..<1, using: &rng)) * Double(Self.ticks(schedule.meanCall))
    let end = tick + 1 + Int(length)
    if end < ending.count { ending[end].append((index, machines[index].life)) }
  }

  private mutating func end(_ index: Int, at tick: Int) {
    machines[index].live -= 1
    if machines[index].live == 0, machines[index].drainingSince != nil { restart(index, at: tick) }
  }

  private mutating func ask(at tick: Int) {
    // A balancer knows within a second who does not answer or is about to stop; 32 tries find one that does.
    var found: Int?
    for _ in 0..<32 where found == nil {
      let index = Int.random(in: routers.indices, using: &rng)
      if machines[index].isAlive, machines[index].drainingSince.map({ tick - $0 < 100 }) ?? true {
        found = index
      }
    }
    guard let own = found else { return }
    result.asked += 1
    look(own)
    let delay = Int.random(in: 20...80, using: &rng)
    switch routers[own].assign(at: Self.time(tick), using: &rng) {
    case .node(let node):
      result.routed += 1
      guard let index = Int(node.id.dropFirst()) else { return }
      if let since = machines[index].unfitSince { noteBlind(tick - since, index, at: tick) }
      coming[tick + delay].append((index, own))
    case .itself(let reason):
      result.itself[reason.rawValue, default: 0] += 1
      coming[tick + delay].append((own, own))
    case .refused:
      result.refused += 1
      if isSighted(at: tick), freePart > 0.05 {
        result.refusedWithRoom += 1
        note("a call was refused while \(Int(freePart * 100)) % of the fleet was free", at: tick)
      }
    }
  }

  private mutating func arrive(at index: Int, asked: Int, _ tick: Int) {
    let machine = machines[index]
    if !machine.isAlive {
      result.toDead += 1
    } else if let since = machine.drainingSince, tick - since >= Self.drainGrace {
      result.toDraining += 1
      if isSighted(at: tick) {
        note("a call came to a node that drains since \(tick - since)0 ms", at: tick)
      }
    } else if machine.live >= machine.capacity {
      result.toFull += 1
      if isSighted(at: tick), freePart > 0.4 {
        result.toFullWithRoom += 1
        note(
          "a call came to a full node while \(Int(freePart * 100)) % of the fleet was free",
          at: tick)
      }
    } else {
      start(index, at: tick)
    }
  }

  // MARK: The registry

  private mutating func tell(_ index: Int, at tick: Int) {
    guard machines[index].isAlive, !machines[index].isCut else { return }
    register.tell(index, machines[index].told, at: tick)
  }

  /// Lets a node see what it has read since it was last asked.
  private mutating func look(_ own: Int) {
    guard !machines[own].isCut, let view = register.views[own % 10], view.read > viewRead[own]
    else { return }
    viewRead[own] = view.read
    routers[own].update(view.nodes, at: Self.time(view.read))
  }

  // MARK: What happens

  private mutating func apply(_ change: FleetChange, at tick: Int) {
    lastFault = tick
    switch change.what {
    case .registry(let isUp, let forgets):
      lastBlind = tick
      register.isUp = isUp
      if forgets { register.forget() }
    case .rate(let more): extraRate += more
    case .node(let index, let event):
      guard machines.indices.contains(index) else { return }
      happen(event, to: index, at: tick)
      machines[index].noteFitness(at: tick)
    }
  }

  private mutating func happen(_ event: FleetChange.Event, to index: Int, at tick: Int) {
    switch event {
    case .dies:
      guard machines[index].isAlive else { return }
      result.lost += machines[index].live
      machines[index].live = 0
      machines[index].life += 1
      machines[index].isAlive = false
    case .returns: if !machines[index].isAlive { restart(index, at: tick) }
    case .drains:
      guard machines[index].isAlive, machines[index].drainingSince == nil else { return }
      machines[index].drainingSince = tick
      tell(index, at: tick)
    case .isCut(let isCut):
      lastBlind = tick
      // What it has read before is all that it knows until it can read again.
      if isCut, index < routers.count { look(index) }
      machines[index].isCut = isCut
      if isCut { cutNodes += 1 } else { cutNodes -= 1 }
    case .isLate(let isLate): machines[index].isLate = isLate
    }
  }

  private mutating func restart(_ index: Int, at tick: Int) {
    machines[index].isAlive = true
    machines[index].drainingSince = nil
    machines[index].life += 1
    machines[index].version += 1
    machines[index].noteFitness(at: tick)
    if index < routers.count {
      routers[index] = FleetRouter(own: machines[index].id)
      viewRead[index] = -1
    }
    tell(index, at: tick)
  }

  // MARK: What is seen

  private var freePart: Double {
    let free = machines.reduce(0) { $0 + $1.room }
    return Double(free) / Double(max(schedule.capacities.reduce(0, +), 1))
  }

  /// Whether all nodes could read and write the registry for as long as a lease and a view live.
  private func isSighted(at tick: Int) -> Bool {
    register.isUp && cutNodes == 0 && tick - lastBlind > 2 * Self.lease
  }

  private mutating func noteBlind(_ ticks: Int, _ index: Int, at tick: Int) {
    result.longestBlindMs = max(result.longestBlindMs, ticks * 10)
    // Its last lease, and a view of that lease's last moment.
    if ticks > 2 * Self.lease {
      note("n\(index) was given a call \(ticks)0 ms after it should not", at: tick)
    }
  }

  private mutating func note(_ violation: String, at tick: Int) {
    if result.violation == nil { result.violation = "at \(tick)0 ms \(violation)" }
  }

  private mutating func weigh(at tick: Int) {
    let uses = machines.filter(\.isFit).map { Double($0.live) / Double($0.capacity) }.sorted()
    let mean = uses.reduce(0, +) / Double(max(uses.count, 1))
    guard mean > 0 else { return }
    let imbalance = uses[min(uses.count * 99 / 100, uses.count - 1)] / mean
    result.worstImbalance = max(result.worstImbalance, imbalance)
    if tick - lastFault > 10 * Self.ticksPerSecond {
      result.quietImbalance = max(result.quietImbalance, imbalance)
    }
  }
}
