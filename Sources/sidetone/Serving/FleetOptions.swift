import BotTransport
import Fleet

/// How a server takes part in a fleet.
struct FleetOptions {
  static let options =
    FleetPlace.options + [
      Option(
        "--node-id", "NAME",
        help: "this node's name in the fleet, one of a kind (default host and port of --public-url)"
      ),
      Option(
        "--lease", "SECONDS",
        help: "how long this node counts as alive after it was last heard, 1 to 60 (default 3)"),
      Option(
        "--keep-callers",
        help: "send a caller to the same node each time, as long as that has room"),
    ]

  private let registry: FleetRegistry?

  init(_ arguments: Arguments, _ endpoints: EndpointOptions) throws(UsageError) {
    let lease = try arguments.integer("--lease", in: 1...60) ?? 3
    let name = try arguments.text("--node-id")
    guard let place = try FleetPlace.named(arguments) else {
      let lone = ["--node-id", "--lease", "--keep-callers"].first { arguments.has($0) }
      if let lone { throw UsageError("\(lone) needs --fleet URL, or SIDETONE_FLEET") }
      registry = nil
      return
    }
    guard let address = endpoints.reach.publicAddress else {
      throw UsageError("--fleet needs --public-url: where platforms reach this node and no other")
    }
    let authority = address.description.drop { $0 != "/" }.drop { $0 == "/" }
    let node = name ?? String(authority)
    guard FleetConfiguration.isName(node) else {
      throw UsageError(
        "--node-id \(node) is no name", advice: "take up to 64 letters, digits, dots, hyphens")
    }
    var configuration = FleetConfiguration(
      registry: place, node: node, address: address, lease: .seconds(lease))
    configuration.keepsCallers = arguments.flag("--keep-callers")
    configuration.hasConsole = arguments.flag("--console")
    registry = FleetRegistry(configuration)
  }

  func apply(to configuration: inout ServerConfiguration) { configuration.peers = registry }
}
