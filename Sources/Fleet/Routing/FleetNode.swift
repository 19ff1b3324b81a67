/// What a node of a fleet tells all others about itself.
///
/// As the registry holds it, so from outside: the router bounds every number before it reckons with it.
public struct FleetNode: Hashable, Sendable, Codable {
  /// The node's name, unique in its fleet and the same after a restart.
  public var id: String
  /// Where platforms reach it: the base of its addresses, `wss://n1.example:5001`.
  public var address: String
  /// Calls that it takes at once.
  public var capacity: Int
  /// Calls that it has.
  public var liveCalls: Int
  /// How late its loops are, the latest of them, in milliseconds.
  public var latenessMs: Int
  /// Whether it takes no more calls, because it is about to stop.
  public var draining: Bool
  /// The version of its program.
  public var version: String
  /// Whether it shows people a page; nil where it has not said.
  public var console: Bool?

  /// Makes a node; one that has no calls, is on time and stays unless told.
  public init(
    id: String, address: String, capacity: Int, liveCalls: Int = 0, latenessMs: Int = 0,
    draining: Bool = false, version: String = "", console: Bool? = nil
  ) {
    self.id = id
    self.address = address
    self.capacity = capacity
    self.liveCalls = liveCalls
    self.latenessMs = latenessMs
    self.draining = draining
    self.version = version
    self.console = console
  }

  /// ``capacity``, 0...1,000,000: what a product of two cannot overflow.
  var size: Int { min(max(capacity, 0), 1_000_000) }

  /// Calls that it could still take, by its own word.
  var room: Int { max(size - max(liveCalls, 0), 0) }
}
