/// How much a server takes on; what is more is refused with 503 before the upgrade, after the access
/// policy has let it in.
public struct ServerLimits: Hashable, Sendable {
  /// The highest value of each limit.
  public static let highest = 1_000_000

  /// Calls at a time, over all loops; nil for no bound.
  public var calls: Int?
  /// How many streams the platforms' account may have at a time, as far as this server goes: refuses
  /// nobody, since the platform does, but tells in time that it will. nil where nobody knows.
  public var streams: Int?
  /// Upgrades a second, over all loops, of which a second's worth may come at once; nil for no bound.
  public var upgradesPerSecond: Int?
  /// The same for each address that connects; nil for no bound. Behind a proxy that is the proxy's.
  public var upgradesPerSecondAndAddress: Int?
  /// How late a loop may be with what is due, for a hundredth of the last four seconds, before that loop
  /// takes no more calls, at least 1 ms; nil for however late. It takes calls again once it is half as late. Audio is sent 200 ms ahead of the ear by default: a quarter of that is late,
  /// and not yet heard.
  public var lateness: Duration?
  /// How long a platform may send no message before its call is closed with 1008, at least 1 s; nil
  /// for ever. One-way platforms that only listen send none.
  public var idleTimeout: Duration?

  /// Makes limits, each 1 to ``highest``.
  public init(
    calls: Int? = nil, upgradesPerSecond: Int? = nil, upgradesPerSecondAndAddress: Int? = nil,
    lateness: Duration? = .milliseconds(50), idleTimeout: Duration? = nil
  ) {
    for limit in [calls, upgradesPerSecond, upgradesPerSecondAndAddress] {
      precondition(
        limit.map { 1...Self.highest ~= $0 } ?? true, "a server's limits are 1 to 1,000,000")
    }
    precondition(
      lateness.map { $0 >= .milliseconds(1) } ?? true, "timers are up to 1 ms late at any time")
    precondition(
      idleTimeout.map { $0 >= .seconds(1) } ?? true, "a platform has at least a second")
    self.calls = calls
    self.upgradesPerSecond = upgradesPerSecond
    self.upgradesPerSecondAndAddress = upgradesPerSecondAndAddress
    self.lateness = lateness
    self.idleTimeout = idleTimeout
  }
}
