/// What befalls a simulated fleet, and when.
public enum FleetFault: Hashable, Sendable, CustomStringConvertible {
  /// Nodes end at once with their calls, and come back empty after `away`; nil: never.
  case death(nodes: [Int], at: Duration, away: Duration?)
  /// Nodes can neither tell the registry anything nor read it; their calls go on.
  case cut(nodes: [Int], at: Duration, length: Duration)
  /// The registry answers nobody; `forgets`: it comes back empty.
  case outage(at: Duration, length: Duration, forgets: Bool)
  /// Nodes are about to stop: they tell the registry, take what still comes for a while, end when their last call has
  /// ended, and come back as another version.
  case drain(nodes: [Int], at: Duration)
  /// Nodes run late and say so.
  case lateness(nodes: [Int], at: Duration, length: Duration)
  /// So many calls a second more.
  case burst(perSecond: Int, at: Duration, length: Duration)

  /// When it begins.
  public var start: Duration {
    switch self {
    case .death(_, let at, _), .cut(_, let at, _), .outage(let at, _, _), .drain(_, let at),
      .lateness(_, let at, _), .burst(_, let at, _):
      at
    }
  }

  /// One line about it.
  public var description: String {
    let moment = "\(start.components.seconds) s: "
    switch self {
    case .death(let nodes, _, let away):
      let back = away.map { ", back after \($0.components.seconds) s" } ?? ""
      return moment + "\(nodes.count) nodes die" + back
    case .cut(let nodes, _, let length):
      return moment
        + "\(nodes.count) nodes are cut from the registry for \(length.components.seconds) s"
    case .outage(_, let length, let forgets):
      return moment + "the registry is away for \(length.components.seconds) s"
        + (forgets ? " and comes back empty" : "")
    case .drain(let nodes, _): return moment + "\(nodes.count) nodes drain"
    case .lateness(let nodes, _, let length):
      return moment + "\(nodes.count) nodes are late for \(length.components.seconds) s"
    case .burst(let rate, _, let length):
      return moment + "\(rate) calls/s more for \(length.components.seconds) s"
    }
  }
}
