import BotTransport

/// What nodes and operators tell each other through Redis. No secret, no telephone number.
struct FleetMessage: Codable, Sendable {
  enum Kind: String, Codable, Sendable {
    /// A stream goes on over a newer socket elsewhere.
    case replaced
    /// The platform's queue of a stream fills.
    case backlog
    /// A node is to take no more calls.
    case drain
    /// A call is to end.
    case hangup
    /// An order has been carried out, or was not this member's.
    case done
  }

  var kind: Kind
  var stream: String?
  var ticket: String?
  var percent: Int?
  var key: String?
  var node: String?
  var sid: String?
  /// The channel that waits for the answers to an order.
  var reply: String?
  /// How much an order has changed.
  var count: Int?

  /// What is longer is not sent, and not read.
  static let mostBytes = 4_096

  /// As it is sent; nil for one that is too long.
  var json: String? {
    FleetJSON.text(of: self).flatMap { $0.utf8.count <= Self.mostBytes ? $0 : nil }
  }

  init(_ kind: Kind) { self.kind = kind }

  /// Reads one; nil for what is none.
  init?(_ json: String) {
    guard json.utf8.count <= Self.mostBytes, let message: Self = FleetJSON.read(json) else {
      return nil
    }
    self = message
  }
}

/// What a member of the registry says of itself.
struct FleetLease: Codable, Sendable {
  var node: FleetNode
  /// When the process began, in milliseconds since 1970: of two of one name the later is the node.
  var since: Int64

  /// Nodes by name: a node that hands its sockets over is its successor, with the calls of both.
  static func nodes(_ leases: [FleetLease]) -> [FleetNode] {
    var newest: [String: FleetLease] = [:]
    for lease in leases {
      guard var kept = newest[lease.node.id] else {
        newest[lease.node.id] = lease
        continue
      }
      let calls = kept.node.liveCalls + lease.node.liveCalls
      if lease.since > kept.since { kept = lease }
      kept.node.liveCalls = calls
      newest[lease.node.id] = kept
    }
    return newest.values.map(\.node).sorted { $0.id < $1.id }
  }

  /// What members and their words alternate in.
  static func read(_ pairs: [RedisValue]) -> [FleetLease] {
    stride(from: 1, to: pairs.count, by: 2).compactMap { index in
      pairs[index].text.flatMap(FleetJSON.read)
    }
  }

  var json: String { FleetJSON.text(of: self) ?? "{}" }
}

/// A live call of the fleet.
public struct FleetCall: Codable, Hashable, Sendable {
  /// The node that carries it; filled in by who reads.
  public var node: String?
  /// The platform's name.
  public var platform: String?
  /// The call's identifier.
  public var callSID: String
  /// The stream's.
  public var streamSID: String?
  /// When its stream began, in milliseconds since 1970.
  public var since: Int64
  /// All that callbacks may call it.
  var sids: [String]
}

extension StreamName {
  /// The stream's name in the registry; nil for one that is too long to be any platform's.
  var key: String? {
    let key = [platform?.name ?? "", callSID, streamSID ?? ""].joined(separator: "\u{1F}")
    return key.utf8.count <= 1_024 ? key : nil
  }
}
