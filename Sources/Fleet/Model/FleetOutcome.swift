/// What a simulated fleet has shown.
public struct FleetOutcome: Hashable, Sendable, Codable {
  /// The seed.
  public var seed: UInt64 = 0
  /// Nodes of the fleet.
  public var nodes = 0
  /// Calls that asked for an address.
  public var asked = 0
  /// Answers that were the best of two...
  public var routed = 0
  /// ...that were the asked node itself, by reason...
  public var itself: [String: Int] = [:]
  /// ...and that were none, because all were full.
  public var refused = 0
  /// Refused although a twentieth of the fleet was free and the registry had been there for a while.
  public var refusedWithRoom = 0
  /// Calls that came to a node which had died...
  public var toDead = 0
  /// ...to one that had stopped to take any before it ends...
  public var toDraining = 0
  /// ...or to one that was full.
  public var toFull = 0
  /// Of these, while two fifths of the fleet was free and the registry had been there for a while.
  public var toFullWithRoom = 0
  /// Calls that ended with their node.
  public var lost = 0
  /// The longest that a node had been dead, draining or late when it was still given a call, in milliseconds.
  public var longestBlindMs = 0
  /// The p99 of all nodes' use to the mean, once a second: the highest where nothing had happened for 10 s...
  public var quietImbalance = 0.0
  /// ...and at all.
  public var worstImbalance = 0.0
  /// The first promise that was broken, in words.
  public var violation: String?

  /// Calls that reached no node at first: the platform's second try, or a caller who hears nothing.
  public var misroutes: Int { toDead + toDraining + toFull }
}
