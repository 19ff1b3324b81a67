public import BotTransport

// What the other nodes carry, for people who look.
extension FleetRegistry {
  /// Asks Redis.
  public func calls(atMost count: Int) async -> PeerCalls? {
    guard let list = await asked(FleetScripts.others, [member, String(count)])?.list else {
      return nil
    }
    var leases: [FleetLease] = []
    var calls: [PeerCalls.Call] = []
    for index in stride(from: 0, to: list.count - 2, by: 3) {
      guard let lease: FleetLease = list[index + 1].text.flatMap(FleetJSON.read) else { continue }
      leases.append(lease)
      for value in list[index + 2].list {
        guard let call: FleetCall = value.text.flatMap(FleetJSON.read) else { continue }
        calls.append(PeerCalls.Call(call, on: lease.node.id))
      }
    }
    let servers = FleetLease.nodes(leases).compactMap { node in
      PublicAddress(node.address).map {
        PeerCalls.Server(
          name: node.id, address: $0, calls: node.liveCalls, hasConsole: node.console ?? false)
      }
    }
    let newest = calls.sorted { ($1.since, $1.stream.callSID) < ($0.since, $0.stream.callSID) }
    return PeerCalls(servers: servers, calls: Array(newest.prefix(count)))
  }
}

extension PeerCalls.Call {
  fileprivate init(_ call: FleetCall, on node: String) {
    self.init(
      server: node,
      stream: StreamName(
        platform: call.platform.map { Platform(name: $0) }, callSID: call.callSID,
        streamSID: call.streamSID), since: call.since)
  }
}
