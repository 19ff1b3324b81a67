/// A moment of a fault: what becomes otherwise, and when.
struct FleetChange {
  enum Event {
    case dies, returns, drains
    case isCut(Bool)
    case isLate(Bool)
  }
  enum What {
    case node(Int, Event)
    case registry(isUp: Bool, forgets: Bool)
    /// Calls a second more, or fewer again.
    case rate(Int)
  }

  let at: Duration
  let what: What

  /// Its beginning and its end, for each node.
  static func all(of fault: FleetFault) -> [FleetChange] {
    func both(_ nodes: [Int], _ at: Duration, _ length: Duration?, _ begin: Event, _ end: Event)
      -> [FleetChange]
    {
      nodes.flatMap { node in
        [FleetChange(at: at, what: .node(node, begin))]
          + (length.map { [FleetChange(at: at + $0, what: .node(node, end))] } ?? [])
      }
    }
    switch fault {
    case .death(let nodes, let at, let away): return both(nodes, at, away, .dies, .returns)
    case .cut(let nodes, let at, let length):
      return both(nodes, at, length, .isCut(true), .isCut(false))
    case .lateness(let nodes, let at, let length):
      return both(nodes, at, length, .isLate(true), .isLate(false))
    case .drain(let nodes, let at):
      return nodes.map { FleetChange(at: at, what: .node($0, .drains)) }
    case .outage(let at, let length, let forgets):
      return [
        FleetChange(at: at, what: .registry(isUp: false, forgets: false)),
        FleetChange(at: at + length, what: .registry(isUp: true, forgets: forgets)),
      ]
    case .burst(let rate, let at, let length):
      return [
        FleetChange(at: at, what: .rate(rate)), FleetChange(at: at + length, what: .rate(-rate)),
      ]
    }
  }
}
