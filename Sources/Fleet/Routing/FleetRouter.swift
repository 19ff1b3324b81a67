public import AudioEngine

/// Chooses the node for each call that asks one node of a fleet for an address.
///
/// Sans-IO: the registry's view and the time are given to it, chance too, so that the same inputs give the
/// same answers. It draws two nodes by their free capacity and takes the one with the smaller part of its
/// capacity in use ("the power of two choices", Mitzenmacher 2001): nodes which answer with the same old view
/// do not all run to the same best node, as they would if each took the best. What it gave out in the last
/// moment it counts against the view.
///
/// One router belongs to one task or loop. An assignment costs time in proportion to the nodes (a few
/// nanoseconds each) and memory for ``RoutingConfiguration/memory``, 16,384 of them at most.
public struct FleetRouter: Sendable {
  /// Nodes of a view beyond these are left out.
  public static let mostNodes = 16_384

  /// The node that is asked.
  public let own: String
  /// By what it judges.
  public let configuration: RoutingConfiguration
  /// The latest view.
  public private(set) var nodes: [FleetNode] = []

  /// By place in the view: calls that a node may be given by its own word, 0 for one that gets none...
  private var rooms: [Int] = []
  /// ...and those that it was given in the last moment.
  private var claims: [Int] = []
  /// The sum of all that is free.
  private var free = 0
  private var recent = RecentAssignments()
  private var ownPlace: Int?
  private var seen: MonotonicTime?
  /// Nodes in the last view that was believed.
  private var believed = 0
  private var shrunkSince: MonotonicTime?

  /// Makes a router which has seen no view yet.
  public init(own: String, configuration: RoutingConfiguration = .init()) {
    self.own = own
    self.configuration = configuration
  }

  /// Assignments that count against the view.
  public var recentCount: Int { recent.count }

  /// Takes the registry's latest view, whole: nodes whose lease has ended are not in it.
  ///
  /// - Parameters:
  ///   - nodes: each once; keeping their order from view to view saves time.
  ///   - now: when the registry was asked, not when it answered: what the view's age is told from.
  public mutating func update(_ nodes: [FleetNode], at now: MonotonicTime) {
    self.nodes = nodes.count > Self.mostNodes ? Array(nodes.prefix(Self.mostNodes)) : nodes
    seen = now
    judgeSize(at: now)
    forget(at: now)
    rooms = self.nodes.map { configuration.allows($0) ? $0.room : 0 }
    claims = Array(repeating: 0, count: rooms.count)
    recent.replace(in: self.nodes)
    recent.forEachPlace { claims[$0] += 1 }
    free = rooms.indices.reduce(0) { $0 + freeCalls($1) }
    ownPlace = self.nodes.firstIndex { $0.id == own }
  }

  /// The node for one call.
  ///
  /// - Parameters:
  ///   - hint: what shall find the same node again as long as it has room, whichever node is asked (a number); nil
  ///     where any is as good.
  ///   - now: not before the time of an earlier call.
  ///   - rng: the chance; with the same the answers are the same.
  /// - Returns: the node, whose address is the answer; or why the one that is asked answers with itself.
  public mutating func assign(
    hint: String? = nil, at now: MonotonicTime, using rng: inout some RandomNumberGenerator
  ) -> Assignment {
    forget(at: now)
    if let reason = fallback(at: now) {
      if let ownPlace { claim(ownPlace, at: now) }
      return .itself(reason)
    }
    guard free > 0 else { return .refused }
    let place = hint.flatMap(sticky) ?? chosen(using: &rng)
    claim(place, at: now)
    return .node(nodes[place])
  }

  /// Why no view is believed at `now`.
  private func fallback(at now: MonotonicTime) -> Assignment.Fallback? {
    guard let seen else { return .noView }
    if now - seen > configuration.staleness { return .staleView }
    if shrunkSince != nil { return .shrunkView }
    return nodes.isEmpty ? .emptyView : nil
  }

  /// Nodes which the registry forgot come back one by one: whoever is first would get the whole fleet's calls.
  private mutating func judgeSize(at now: MonotonicTime) {
    if nodes.count * 2 < believed {
      let since = shrunkSince ?? now
      shrunkSince = since
      if now - since < configuration.regrowth { return }
    }
    shrunkSince = nil
    believed = nodes.count
  }

  // MARK: Choosing

  private func chosen(using rng: inout some RandomNumberGenerator) -> Int {
    let first = drawn(Int.random(in: 0..<free, using: &rng), without: nil)
    let rest = free - freeCalls(first)
    guard rest > 0 else { return first }
    let second = drawn(Int.random(in: 0..<rest, using: &rng), without: first)
    // used / capacity, without the division.
    let one = usedCalls(first) * nodes[second].size
    let other = usedCalls(second) * nodes[first].size
    return other < one ? second : first
  }

  /// The place of the free call with a number, counted through all nodes but one.
  private func drawn(_ number: Int, without other: Int?) -> Int {
    var left = number
    for place in rooms.indices where place != other {
      left -= freeCalls(place)
      if left < 0 { return place }
    }
    preconditionFailure("the number is below the sum of what is free")
  }

  /// The hint's node, if it has room: rendezvous hashing by capacity (Thaler and Ravishankar 1998), which needs
  /// no memory, is the same on every node, and moves no other hints when a node comes or goes.
  private func sticky(_ hint: String) -> Int? {
    var best: (place: Int, score: Double)?
    for place in nodes.indices where configuration.allows(nodes[place]) {
      let score = RendezvousScore.of(hint, nodes[place].id, weight: nodes[place].size)
      if score > best?.score ?? 0 { best = (place, score) }
    }
    guard let place = best?.place else { return nil }
    let reserve = configuration.stickyReserve * Double(nodes[place].size)
    return Double(freeCalls(place)) > reserve ? place : nil
  }

  // MARK: Counting

  private func freeCalls(_ place: Int) -> Int { max(rooms[place] - claims[place], 0) }
  private func usedCalls(_ place: Int) -> Int { nodes[place].size - freeCalls(place) }

  private mutating func claim(_ place: Int, at now: MonotonicTime) {
    if recent.isFull { forget(at: .distantFuture, most: 1) }
    recent.append(.init(time: now, id: nodes[place].id, place: place))
    count(1, at: place)
  }

  private mutating func forget(at now: MonotonicTime, most: Int = .max) {
    var left = most
    let before = now + (.zero - configuration.memory)
    while left > 0, let entry = recent.removeFirst(before: before) {
      if let place = entry.place { count(-1, at: place) }
      left -= 1
    }
  }

  private mutating func count(_ change: Int, at place: Int) {
    let before = freeCalls(place)
    claims[place] += change
    free += freeCalls(place) - before
  }
}
