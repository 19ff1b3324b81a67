import CLibWebSockets

/// A virtual host of libwebsockets' that a client's connections with one TLS context belong to.
@safe
final class TLSClientHost {
  let context: TLSContext
  let pointer: OpaquePointer

  init(context: TLSContext, pointer: OpaquePointer) {
    self.context = context
    unsafe self.pointer = pointer
  }
}

/// The client hosts of one loop: those with connections, and a few that may be asked for again.
/// Loop thread only.
final class TLSClientHosts {
  private static let keptCount = 8
  private var hosts: [TLSClientHost] = []

  /// The host for `context`; `make` makes libwebsockets' side of a new one.
  func host(
    for context: TLSContext, _ make: (TLSContext) -> OpaquePointer?
  ) -> TLSClientHost? {
    if let host = hosts.first(where: { $0.context === context }) { return host }
    if hosts.count >= Self.keptCount { dropIdle() }
    guard let pointer = unsafe make(context) else { return nil }
    let host = unsafe TLSClientHost(context: context, pointer: pointer)
    hosts.append(host)
    return host
  }

  /// Each connection holds its host, so one that only this list holds has none.
  private func dropIdle() {
    var index = 0
    while index < hosts.count {
      if isKnownUniquelyReferenced(&hosts[index]) {
        unsafe lws_vhost_destroy(hosts[index].pointer)
        hosts.remove(at: index)
      } else {
        index += 1
      }
    }
  }
}
