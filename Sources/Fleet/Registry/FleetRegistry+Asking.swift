import BotTransport
import Dispatch
import Ground

// The thread that asks Redis: leases, calls, and what others leave for it.
extension FleetRegistry {
  /// Streams of which Redis is told in one step.
  private static let batch = 128
  /// Tries to connect begin so far apart, each then twice as far, up to a third of the lease.
  static let firstPause: Duration = .milliseconds(50)

  @Sendable func ask() {
    var connection: RedisConnection?
    var pause = Self.firstPause
    var due = EventLoop.now
    while !state.withLock({ $0.isEnding }) {
      do throws(RedisError) {
        let asked: RedisConnection
        if let connection {
          asked = connection
        } else {
          asked = try RedisConnection(configuration.registry, within: configuration.beat)
          connection = asked
          state.withLock { $0.needsAll = true }
        }
        let isHurried = state.withLock { state in
          defer { state.isHurried = false }
          return state.isHurried || state.needsAll
        }
        if isHurried || due <= EventLoop.now {
          due = EventLoop.now + configuration.beat
          try renew(asked)
          pause = Self.firstPause
        }
        try tellChanges(asked)
        try work(asked)
        if state.withLock({
          $0.changed.isEmpty && $0.handOffs.isEmpty && $0.jobs.isEmpty && !$0.isHurried
        }) {
          rest(for: due - EventLoop.now)
        }
      } catch {
        connection = nil
        told(isUp: false, error.description)
        let deadline = EventLoop.now + pause * Double.random(in: 0.5...1)
        pause = min(pause * 2, configuration.beat)
        repeat {
          // What waits here has no answer coming.
          try? work(nil)
          rest(for: deadline - EventLoop.now)
        } while EventLoop.now < deadline && !state.withLock { $0.isEnding }
      }
    }
    if let connection {
      _ = try? connection.run(FleetScripts.leave, keys: FleetScripts.keys, [member])
    }
    state.withLock { $0.counts.isRegistryUp = false }
    try? work(nil)
  }

  private func rest(for time: Duration) {
    guard time > .zero else { return }
    _ = wake.wait(timeout: .now() + .nanoseconds(Int(time.wholeNanoseconds)))
  }

  /// Renews the lease and reads of the others.
  private func renew(_ connection: RedisConnection) throws(RedisError) {
    guard let figures = served.withLock({ $0 })?.figures() else { return }
    // By its own limit it refuses calls, whatever the router's is.
    let late = figures.isLate ? configuration.routing.latenessLimitMs + 1 : 0
    let node = FleetNode(
      id: configuration.node, address: configuration.address.description,
      capacity: figures.mostCalls ?? figures.loops * FleetConfiguration.callsPerLoop,
      liveCalls: figures.calls, latenessMs: max(Int(figures.lateness / .milliseconds(1)), late),
      draining: figures.isDraining, version: figures.version ?? "",
      console: configuration.hasConsole)
    let asked = EventLoop.now
    let answer = try connection.run(
      FleetScripts.renew, keys: FleetScripts.keys,
      [
        member, FleetLease(node: node, since: since).json,
        String(Int(configuration.lease / .milliseconds(1))),
      ]
    ).list
    let nodes = FleetLease.nodes(FleetLease.read(answer.dropFirst().first?.list ?? []))
    let needsAll = state.withLock { state in
      state.router.update(nodes, at: asked)
      state.addresses = Dictionary(
        nodes.compactMap { node in PublicAddress(node.address).map { (node.id, $0) } },
        uniquingKeysWith: { $1 })
      state.counts.servers = nodes.count
      defer { state.needsAll = false }
      return state.needsAll || answer.first?.integer != 1
    }
    told(isUp: true, "")
    if needsAll { try tellAll(connection) }
  }

  /// Says once that Redis is away, and once that it is back.
  private func told(isUp: Bool, _ reason: String) {
    let isNews = state.withLock { state in
      let isNews = !state.wasTold || state.counts.isRegistryUp != isUp
      state.wasTold = true
      state.counts.isRegistryUp = isUp
      if !isUp {
        state.changed.removeAll()
        state.isChanged.removeAll()
      }
      return isNews
    }
    guard isNews, let log = served.withLock({ $0 })?.log else { return }
    log(
      isUp
        ? ServerEvent(
          .info, .fleet, "registry is up",
          [("registry", configuration.registry.name), ("node", configuration.node)])
        : ServerEvent(
          .warning, .fleet, "registry is away, calls go on and new ones stay here",
          [("reason", reason), ("node", configuration.node)]))
  }

  /// Tells of every stream anew: a registry that knew them changes nothing, an empty one is whole.
  private func tellAll(_ connection: RedisConnection) throws(RedisError) {
    let known = try connection.ask(["HKEYS", FleetScripts.calls(of: member)]).list
    state.withLock { state in
      let keys = Set(known.compactMap(\.text)).union(state.carried.keys)
      state.isChanged = keys
      state.changed = Array(keys)
    }
  }

  /// Tells of streams that have begun or ended, and hears which of them go on elsewhere.
  private func tellChanges(_ connection: RedisConnection) throws(RedisError) {
    while true {
      var begun: [(key: String, carried: Carried)] = []
      var ended: [String] = []
      var handOffs: [(callSID: String, branch: Int)] = []
      state.withLock { state in
        handOffs = state.handOffs
        for key in state.changed.prefix(Self.batch) {
          state.isChanged.remove(key)
          if let carried = state.carried[key] {
            begun.append((key, carried))
          } else {
            ended.append(key)
          }
        }
        state.changed.removeFirst(min(Self.batch, state.changed.count))
      }
      guard !begun.isEmpty || !ended.isEmpty || !handOffs.isEmpty else { return }
      if !handOffs.isEmpty { try keep(handOffs, connection) }
      if !ended.isEmpty {
        _ = try connection.run(
          FleetScripts.release, keys: FleetScripts.keys, [member] + ended)
      }
      guard !begun.isEmpty else { continue }
      let answer = try connection.run(
        FleetScripts.claim, keys: FleetScripts.keys,
        [member] + begun.flatMap { [$0.key, $0.carried.json, $0.carried.ticket ?? ""] }
      ).list
      for (index, (key, carried)) in begun.enumerated() where index * 2 + 1 < answer.count {
        let ticket = answer[index * 2].text ?? ""
        let isTaken = answer[index * 2 + 1].integer == 1
        state.withLock { state in
          if isTaken { state.counts.takenOver += 1 }
          // It may have ended, or begun anew, meanwhile.
          if !ticket.isEmpty, state.carried[key]?.json == carried.json {
            state.carried[key]?.ticket = ticket
          }
        }
        if ticket.isEmpty { lose(key, carried.ticket) }
      }
    }
  }

  /// Tells where calls go on that were handed over; those of which Redis was not told yet stay for the next time.
  private func keep(
    _ handOffs: [(callSID: String, branch: Int)], _ connection: RedisConnection
  ) throws(RedisError) {
    let time = String(Int(configuration.lease * 20 / .milliseconds(1)))
    _ = try connection.run(
      FleetScripts.keep, keys: [],
      [time] + handOffs.flatMap { [$0.callSID, String($0.branch)] })
    let told = Set(handOffs.map(\.callSID))
    state.withLock { $0.handOffs.removeAll { told.contains($0.callSID) } }
  }

  /// A stream goes on elsewhere: its socket here ends as one that was replaced. `ticket` is with which it
  /// was held; one that has begun here since then stays.
  func lose(_ key: String, _ ticket: String?) {
    let stream = state.withLock { state -> StreamName? in
      guard let carried = state.carried[key], carried.ticket == ticket else { return nil }
      // Once: whatever tells of it again finds nothing.
      state.carried[key] = nil
      state.counts.lost += 1
      return carried.stream
    }
    if let stream { served.withLock { $0 }?.replace(stream) }
  }

  /// Does what has been left to do; without a connection it is told so.
  private func work(_ connection: RedisConnection?) throws(RedisError) {
    while true {
      let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
      guard let job else { return }
      try job(connection)
    }
  }
}
