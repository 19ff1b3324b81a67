/// How much a server takes on; what is more is refused with 503 before the upgrade, after the access
/// policy has let it in.
public struct ServerLimits: Hashable, Sendable {
  /// The highest value of each limit.
  public static let highest = 1_000_000

  /// Calls at a time, over all loops; nil for no bound.
  public var calls: Int?
  /// Upgrades a second, over all loops, of which a second's worth may come at once; nil for no bound.
  public var upgradesPerSecond: Int?
  /// The same for each address that connects; nil for no bound. Behind a proxy that is the proxy's.
  public var upgradesPerSecondAndAddress: Int?

  /// Makes limits, each 1 to ``highest``.
  public init(
    calls: Int? = nil, upgradesPerSecond: Int? = nil, upgradesPerSecondAndAddress: Int? = nil
  ) {
    for limit in [calls, upgradesPerSecond, upgradesPerSecondAndAddress] {
      precondition(
        limit.map { 1...Self.highest ~= $0 } ?? true, "a server's limits are 1 to 1,000,000")
    }
    self.calls = calls
    self.upgradesPerSecond = upgradesPerSecond
    self.upgradesPerSecondAndAddress = upgradesPerSecondAndAddress
  }
}
