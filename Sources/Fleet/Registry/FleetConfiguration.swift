public import BotTransport

/// How a node takes part in a fleet.
public struct FleetConfiguration: Sendable {
  /// Where the registry is.
  public var registry: RedisAddress
  /// The node's name, one of a kind in the fleet: 1 to 64 letters, digits, dots, colons, hyphens and
  /// underscores.
  public var node: String
  /// Where platforms reach this node and no other.
  public var address: PublicAddress
  /// How long the node counts as alive after it was last heard; 1 s to 60 s. It renews that three times as
  /// often, and reads of the others then.
  public var lease: Duration
  /// How calls are spread.
  public var routing: RoutingConfiguration
  /// Whether a caller's calls go to the same node as long as that has room.
  public var keepsCallers = false
  /// Whether the node shows people a page, as it tells the others.
  public var hasConsole = false

  /// Describes a node's part; calls are spread as suits the lease where nothing else is said.
  public init(
    registry: RedisAddress, node: String, address: PublicAddress, lease: Duration = .seconds(3),
    routing: RoutingConfiguration? = nil
  ) {
    self.registry = registry
    self.node = node
    self.address = address
    self.lease = lease
    // A call that was sent somewhere is in that node's next word, which is in this one's next view.
    self.routing =
      routing
      ?? RoutingConfiguration(staleness: lease, memory: lease * 2 / 3, regrowth: lease)
  }

  /// Whether `name` may be a node's.
  public static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "._:-".utf8.contains(byte)
        }
      }
  }

  /// Calls that a loop is taken to carry where nobody has said.
  static let callsPerLoop = 1_000

  /// How often the lease is renewed, and how long a command may take.
  var beat: Duration { lease / 3 }
}
