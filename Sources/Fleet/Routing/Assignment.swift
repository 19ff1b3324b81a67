/// Where a call that asks for an address shall go.
public enum Assignment: Hashable, Sendable {
  /// To this node, which may be the one that was asked.
  case node(FleetNode)
  /// To the node that was asked, since it knows too little of the others; whether it has room it knows best.
  case itself(Fallback)
  /// Nowhere: no node has room, or all are late or about to stop.
  case refused

  /// Why a node answers with itself.
  public enum Fallback: String, Hashable, Sendable, CaseIterable {
    /// It has not seen the registry yet.
    case noView = "no_view"
    /// It has not seen the registry for longer than ``RoutingConfiguration/staleness``.
    case staleView = "stale_view"
    /// More than half of the fleet has vanished at once: the registry began anew and fills again.
    case shrunkView = "shrunk_view"
    /// The registry knows no node.
    case emptyView = "empty_view"
  }
}
