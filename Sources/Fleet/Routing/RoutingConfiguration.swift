/// By what a router judges nodes and its own knowledge of them.
public struct RoutingConfiguration: Hashable, Sendable {
  /// A node that is later than this gets no call, in milliseconds: half of what makes it refuse by itself.
  public var latenessLimitMs: Int
  /// A view of the fleet that is older than this is not believed.
  public var staleness: Duration
  /// How long an assignment counts against what the view says of its node: until the call has come, its node has
  /// told so and that was read, each of which takes up to a second. One that is counted twice does less harm than one
  /// that is not counted.
  public var memory: Duration
  /// How long a view that has lost more than half of the nodes at once is taken for a registry that fills
  /// again, not for a fleet that died: a lease.
  public var regrowth: Duration
  /// The part of a node's capacity that hints leave to others, 0...1.
  public var stickyReserve: Double

  /// Makes a configuration; what is not given suits leases of 3 s that are renewed each second.
  public init(
    latenessLimitMs: Int = 25, staleness: Duration = .seconds(3), memory: Duration = .seconds(3),
    regrowth: Duration = .seconds(3), stickyReserve: Double = 0.2
  ) {
    self.latenessLimitMs = latenessLimitMs
    self.staleness = staleness
    self.memory = memory
    self.regrowth = regrowth
    self.stickyReserve = stickyReserve
  }

  /// Whether a node may be given calls at all.
  func allows(_ node: FleetNode) -> Bool {
    !node.draining && node.latenessMs <= latenessLimitMs && node.capacity > 0
  }
}
