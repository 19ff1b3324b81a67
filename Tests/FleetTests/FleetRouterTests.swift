import AudioEngine
import SeededRandom
import Testing

@testable import Fleet

/// What the router promises, over random fleets.
@Suite("fleet router") struct FleetRouterTests {
  private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

  private static func even(_ count: Int, capacity: Int = 1_000, live: Int = 0) -> [FleetNode] {
    (0..<count).map {
      FleetNode(id: "n\($0)", address: "wss://n\($0):5001", capacity: capacity, liveCalls: live)
    }
  }

  /// Nodes of every kind, sane or not.
  private static func random(_ rng: inout SplitMix64) -> [FleetNode] {
    (0..<Int.random(in: 1...40, using: &rng)).map { index in
      FleetNode(
        id: "n\(index)", address: "wss://n\(index):5001",
        capacity: Int.random(in: 0...8, using: &rng) == 0
          ? [-1, 0, 1, Int.max][Int.random(in: 0..<4, using: &rng)]
          : Int.random(in: 1...50, using: &rng),
        liveCalls: Int.random(in: 0...9, using: &rng) == 0
          ? [-5, Int.max, Int.min][Int.random(in: 0..<3, using: &rng)]
          : Int.random(in: 0...60, using: &rng),
        latenessMs: Int.random(in: 0...60, using: &rng),
        draining: Int.random(in: 0..<4, using: &rng) == 0)
    }
  }

  @Test("never a node that drains, is late, is gone or is full", arguments: 0..<60 as Range<UInt64>)
  func legal(seed: UInt64) {
    var rng = SplitMix64(seed: seed)
    var router = FleetRouter(own: "n0", configuration: .init(memory: .seconds(1)))
    var now = Self.start
    for _ in 0..<6 {
      let nodes = Self.random(&rng)
      router.update(nodes, at: now)
      var given: [String: Int] = [:]
      for _ in 0..<Int.random(in: 0...300, using: &rng) {
        let hint = Int.random(in: 0..<3, using: &rng) == 0 ? "+91\(rng.next() % 50)" : nil
        let taking = nodes.filter {
          !$0.draining && $0.latenessMs <= 25 && $0.capacity > 0
            && $0.capacity - max($0.liveCalls, 0) - given[$0.id, default: 0] > 0
        }
        switch router.assign(hint: hint, at: now, using: &rng) {
        case .node(let node):
          #expect(taking.contains(node))
          given[node.id, default: 0] += 1
        case .refused: #expect(taking.isEmpty)
        case .itself(let reason): #expect(reason == .shrunkView)
        }
      }
      // Past the memory: a new view stands for itself.
      now = now + .seconds(1)
    }
  }

  @Test(
    "spreads a burst evenly, whichever nodes answer with the same view", arguments: [1, 3, 10, 50])
  func burst(answering: Int) {
    let nodes = Self.even(10, live: 500)
    var rng = SplitMix64(seed: 7)
    var routers = (0..<answering).map { FleetRouter(own: "n\($0)") }
    for index in routers.indices { routers[index].update(nodes, at: Self.start) }
    var given: [String: Int] = [:]
    for call in 0..<1_000 {
      let now = Self.start + .milliseconds(call)
      let index = Int.random(in: routers.indices, using: &rng)
      guard case .node(let node) = routers[index].assign(at: now, using: &rng) else {
        Issue.record("call \(call) has no node")
        continue
      }
      given[node.id, default: 0] += 1
    }
    #expect(given.count == 10)
    #expect(given.values.allSatisfy { (60...150).contains($0) }, "\(given)")
  }

  @Test(
    "a burst of half of what is free fills no node, though none knows of the others' answers",
    arguments: 0..<50 as Range<UInt64>)
  func noOverfill(seed: UInt64) {
    var rng = SplitMix64(seed: seed)
    // One empty node among full ones is what all would run to.
    var nodes = Self.even(20, live: 900)
    for index in 0..<5 { nodes[index].liveCalls = Int.random(in: 0...900, using: &rng) }
    nodes[7].liveCalls = 0
    var routers = (0..<20).map { FleetRouter(own: "n\($0)") }
    for index in routers.indices { routers[index].update(nodes, at: Self.start) }
    let free = nodes.reduce(0) { $0 + 1_000 - $1.liveCalls }
    var given: [String: Int] = [:]
    for call in 0..<free / 2 {
      let index = call % routers.count
      guard case .node(let node) = routers[index].assign(at: Self.start, using: &rng) else {
        continue
      }
      given[node.id, default: 0] += 1
    }
    #expect(given.values.reduce(0, +) == free / 2)
    for node in nodes { #expect(node.liveCalls + given[node.id, default: 0] <= 1_000) }
  }

  @Test("gives each node calls by its capacity, and a new one more until it has its part")
  func weighted() {
    var nodes = Self.even(4, live: 500)
    nodes[1].capacity = 4_000
    nodes[1].liveCalls = 2_000
    nodes[2].liveCalls = 0
    var rng = SplitMix64(seed: 3)
    var router = FleetRouter(own: "n0", configuration: .init(memory: .seconds(60)))
    router.update(nodes, at: Self.start)
    var given = [0, 0, 0, 0]
    for _ in 0..<2_800 {
      guard case .node(let node) = router.assign(at: Self.start, using: &rng) else { continue }
      guard let index = nodes.firstIndex(of: node) else { continue }
      // The view is not told: what the router remembers is all it has.
      given[index] += 1
    }
    let used = (0..<4).map {
      Double(nodes[$0].liveCalls + given[$0]) / Double(nodes[$0].capacity)
    }
    #expect(used.allSatisfy { (0.75...0.9).contains($0) }, "\(used)")
  }

  @Test("an assignment counts for the memory and no longer, also through new views")
  func remembers() {
    var rng = SplitMix64(seed: 1)
    var router = FleetRouter(own: "n0", configuration: .init(memory: .seconds(1)))
    var nodes = Self.even(2, capacity: 1)
    nodes[1].liveCalls = 1
    router.update(nodes, at: Self.start)
    #expect(router.assign(at: Self.start, using: &rng) == .node(nodes[0]))
    #expect(router.assign(at: Self.start, using: &rng) == .refused)
    let soon = Self.start + .milliseconds(999)
    router.update(nodes.reversed(), at: soon)
    #expect(router.assign(at: soon, using: &rng) == .refused)
    let later = Self.start + .seconds(1)
    guard case .node = router.assign(at: later, using: &rng) else {
      Issue.record("a call that never came holds its place for ever")
      return
    }
    #expect(router.recentCount == 1)
  }

  @Test("answers with itself where it knows too little, and says why")
  func fallsBack() {
    var rng = SplitMix64(seed: 1)
    var router = FleetRouter(own: "n0")
    func ask(_ after: Duration) -> Assignment { router.assign(at: Self.start + after, using: &rng) }
    #expect(ask(.zero) == .itself(.noView))
    router.update([], at: Self.start)
    #expect(ask(.zero) == .itself(.emptyView))
    router.update(Self.even(10), at: Self.start)
    guard case .node = ask(.seconds(3)) else {
      Issue.record("a view of 3 s is fresh enough")
      return
    }
    #expect(ask(.milliseconds(3_001)) == .itself(.staleView))
    // The registry began anew: only this node and one other are back yet.
    router.update(Array(Self.even(2)), at: Self.start + .seconds(4))
    #expect(ask(.seconds(4)) == .itself(.shrunkView))
    router.update(Array(Self.even(5)), at: Self.start + .seconds(5))
    guard case .node = ask(.seconds(5)) else {
      Issue.record("half of the fleet is back")
      return
    }
    // Two thirds died indeed.
    for second in 6...8 {
      router.update(Array(Self.even(1)), at: Self.start + .seconds(second))
      #expect(ask(.seconds(second)) == .itself(.shrunkView))
    }
    router.update(Array(Self.even(1)), at: Self.start + .seconds(9))
    #expect(ask(.seconds(9)) == .node(Self.even(1)[0]))
  }

  @Test("a hint finds its node from every node, moves only when that has no room or is gone")
  func sticks() {
    var rng = SplitMix64(seed: 5)
    let nodes = Self.even(20)
    func home(_ hint: String, _ nodes: [FleetNode], own: String) -> String? {
      var router = FleetRouter(own: own)
      router.update(nodes, at: Self.start)
      guard case .node(let node) = router.assign(hint: hint, at: Self.start, using: &rng) else {
        return nil
      }
      return node.id
    }
    var homes: [String: Int] = [:]
    for number in 0..<400 {
      let hint = "+9198\(number)"
      guard let first = home(hint, nodes, own: "n1") else { continue }
      homes[first, default: 0] += 1
      #expect(home(hint, nodes, own: "n2") == first)
      let gone = nodes.filter { $0.id != (first == "n3" ? "n4" : "n3") }
      #expect(home(hint, gone, own: "n2") == first)
      var full = nodes
      guard let place = full.firstIndex(where: { $0.id == first }) else { continue }
      full[place].liveCalls = 800
      _ = home(hint, full, own: "n2")
      full[place].liveCalls = 1_000
      #expect(home(hint, full, own: "n2") != first)
    }
    #expect(homes.count == 20)
    #expect(homes.values.allSatisfy { (5...45).contains($0) }, "\(homes)")
  }

  @Test("the same chance gives the same answers")
  func deterministic() {
    func run() -> [Assignment] {
      var rng = SplitMix64(seed: 11)
      var router = FleetRouter(own: "n0")
      router.update(Self.even(10), at: Self.start)
      return (0..<500).map { router.assign(at: Self.start + .milliseconds($0), using: &rng) }
    }
    #expect(run() == run())
  }

  @Test("holds a bounded part of what it gave out, and of a view")
  func bounded() {
    var rng = SplitMix64(seed: 2)
    var router = FleetRouter(own: "n0")
    router.update(Self.even(3, capacity: 1_000_000), at: Self.start)
    for _ in 0..<40_000 { _ = router.assign(at: Self.start, using: &rng) }
    #expect(router.recentCount == 16_384)
    router.update(Self.even(20_000, capacity: 1), at: Self.start)
    #expect(router.nodes.count == FleetRouter.mostNodes)
  }
}
