public import BotTransport
import Dispatch
import Foundation
import Ground

/// A node of a fleet: its lease and its calls in Redis, and what it knows of the other nodes.
///
/// All that waits for Redis is done by two threads of its own, one that asks and one that listens. What a
/// call or a callback wants of it is answered from memory, or left for them.
///
/// While Redis is away calls go on. New ones are spread by the last view of the others for as long as a
/// lease lasts, and are this node's own after that. Whatever was missed is made good when it is back.
public final class FleetRegistry: ServerPeers {
  /// How it takes part.
  public let configuration: FleetConfiguration
  /// The process in the registry.
  let member: String
  let since = WallTime.now.milliseconds
  let state: Locked<State>
  let served = Locked<ServedCalls?>(nil)
  /// Signalled where the asking thread has something to do before its time.
  let wake = DispatchSemaphore(value: 0)

  /// What a thread does with a connection; without one it says that it cannot.
  typealias Job = @Sendable (RedisConnection?) throws(RedisError) -> Void

  /// A stream that this node carries.
  struct Carried {
    let stream: StreamName
    let json: String
    /// What Redis gave for it; nil where it has not been told yet.
    var ticket: String?
  }

  struct State {
    var router: FleetRouter
    var addresses: [String: PublicAddress] = [:]
    var carried: [String: Carried] = [:]
    /// Streams of which Redis is to be told, in their order; each at most once.
    var changed: [String] = []
    var isChanged: Set<String> = []
    /// Calls that were handed over here, and where they go on: Redis is told before it is told of their ends.
    var handOffs: [(callSID: String, branch: Int)] = []
    var jobs: [Job] = []
    /// Whether all is to be told anew.
    var needsAll = true
    /// Whether the lease is to be renewed at once.
    var isHurried = true
    var wasTold = false
    var isEnding = false
    /// Threads that have not ended.
    var threads = 0
    var counts = PeerCounts()
  }

  /// Jobs that wait, each of a few hundred bytes.
  private static let mostJobs = 1_024
  /// Calls handed over of which Redis has not been told; of more the oldest was asked about long ago.
  private static let mostHandOffs = 1_024

  /// Makes a node that takes part once a server begins with it in ``ServerConfiguration/peers``.
  public init(_ configuration: FleetConfiguration) {
    precondition(
      FleetConfiguration.isName(configuration.node)
        && (.seconds(1)...(.seconds(60))).contains(configuration.lease),
      "FleetConfiguration: a node's name and a lease of 1 s to 60 s")
    self.configuration = configuration
    member = configuration.node + "#" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    var state = State(
      router: FleetRouter(own: configuration.node, configuration: configuration.routing))
    // A series that is there from the beginning shows its first step.
    state.counts.assignments = Dictionary(
      uniqueKeysWithValues: Assignment.outcomes.map { ($0, 0) })
    self.state = Locked(state)
  }

  /// Begins to take part.
  public func begin(_ server: ServedCalls) {
    served.withLock { $0 = server }
    state.withLock { state in
      state.isEnding = false
      state.needsAll = true
    }
    for (name, body) in [("fleet", ask), ("fleet-hear", hear)] as [(String, @Sendable () -> Void)] {
      state.withLock { $0.threads += 1 }
      let thread = Thread { [state] in
        body()
        state.withLock { $0.threads -= 1 }
      }
      thread.name = name
      thread.start()
    }
  }

  /// Where a new call goes: memory alone.
  public func address(for own: PublicAddress, hint: String?) -> PublicAddress {
    state.withLock { state in
      var random = SystemRandomNumberGenerator()
      let assignment = state.router.assign(
        hint: configuration.keepsCallers ? hint : nil, at: EventLoop.now, using: &random)
      state.counts.assignments[assignment.outcome, default: 0] += 1
      guard case .node(let node) = assignment, node.id != configuration.node else { return own }
      return state.addresses[node.id] ?? own
    }
  }

  /// Has Redis told of a stream.
  public func started(_ stream: StreamName, identifiers: [String]) {
    guard let key = stream.key else { return }
    let call = FleetCall(
      platform: stream.platform?.name, callSID: stream.callSID, streamSID: stream.streamSID,
      since: WallTime.now.milliseconds, sids: identifiers)
    guard let json = FleetJSON.text(of: call) else { return }
    note(key) { $0.carried[key] = Carried(stream: stream, json: json) }
  }

  /// Has Redis told of a stream's end.
  public func ended(_ stream: StreamName) {
    guard let key = stream.key else { return }
    note(key) { $0.carried[key] = nil }
  }

  private func note(_ key: String, _ change: (inout State) -> Void) {
    state.withLock { state in
      change(&state)
      // While Redis is away nothing is collected: all is told when it is back.
      guard state.counts.isRegistryUp else { return }
      if state.isChanged.insert(key).inserted { state.changed.append(key) }
    }
    wake.signal()
  }

  /// Has whoever carries the stream told.
  public func pass(_ backlog: BacklogNotice) {
    var message = FleetMessage(.backlog)
    message.stream = backlog.stream.key
    message.percent = backlog.percent
    message.key = String(backlog.key.prefix(256))
    guard let stream = message.stream, let json = message.json else { return }
    let isTaken = perform { [self] connection throws(RedisError) in
      let told = try connection?.run(
        FleetScripts.tell, keys: FleetScripts.keys, [stream, json])
      countPassed((told?.integer ?? 0) > 0)
    }
    if !isTaken { countPassed(false) }
  }

  private func countPassed(_ isPassed: Bool) {
    state.withLock { state in
      if isPassed { state.counts.passed += 1 } else { state.counts.unpassed += 1 }
    }
  }

  /// Has Redis told, now or when it is back.
  public func keep(handOff branch: Int, of callSID: String) {
    guard callSID.utf8.count <= 256 else { return }
    state.withLock { state in
      if state.handOffs.count == Self.mostHandOffs { state.handOffs.removeFirst() }
      state.handOffs.append((callSID, branch))
    }
    wake.signal()
  }

  /// Asks Redis.
  public func handOff(of callSID: String) async -> Int? {
    guard callSID.utf8.count <= 256 else { return nil }
    let deadline = EventLoop.now + .seconds(1)
    while true {
      let answer = await asked(FleetScripts.handOff, [callSID])?.integer
      guard answer == 0 else { return answer }
      guard EventLoop.now < deadline else { return nil }
      try? await Task.sleep(for: .milliseconds(50))
      if Task.isCancelled { return nil }
    }
  }

  /// Asks Redis.
  public func knows(anyOf identifiers: [String]) async -> Bool {
    await asked(FleetScripts.knows, Array(identifiers.prefix(8)))?.integer == 1
  }

  /// What a script gives; nil where Redis is away, or too much waits.
  func asked(_ script: String, _ values: [String]) async -> RedisValue? {
    await withCheckedContinuation { continuation in
      let isTaken = perform { connection throws(RedisError) in
        do throws(RedisError) {
          continuation.resume(
            returning: try connection?.run(script, keys: FleetScripts.keys, values))
        } catch {
          continuation.resume(returning: nil)
          throw error
        }
      }
      if !isTaken { continuation.resume(returning: nil) }
    }
  }

  /// Leaves a job for the asking thread; false where too many wait.
  @discardableResult
  func perform(_ job: @escaping Job) -> Bool {
    let isTaken = state.withLock { state in
      guard state.jobs.count < Self.mostJobs, state.threads > 0, !state.isEnding else {
        return false
      }
      state.jobs.append(job)
      return true
    }
    if isTaken { wake.signal() }
    return isTaken
  }

  /// Has the lease renewed at once.
  func hurry() {
    state.withLock { $0.isHurried = true }
    wake.signal()
  }

  /// Says that this node takes no calls soon, and waits until the others have read that and whom they sent
  /// before has come: one lease. At once where there are none, or Redis is away.
  public func leave() async {
    hurry()
    _ = await wait(within: configuration.lease) { state in
      !state.counts.isRegistryUp || state.counts.servers < 2
    }
  }

  /// Gives the lease back and ends the threads.
  public func end() async {
    state.withLock { $0.isEnding = true }
    wake.signal()
    _ = await wait(within: .seconds(3)) { $0.threads == 0 }
    // The server holds its peers: neither would ever be let go.
    served.withLock { $0 = nil }
  }

  private func wait(within limit: Duration, _ condition: (inout State) -> Bool) async -> Bool {
    let deadline = EventLoop.now + limit
    while EventLoop.now < deadline {
      if state.withLock(condition) { return true }
      // Also from a task that has been cancelled, where Task.sleep would return at once.
      await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
    return state.withLock(condition)
  }

  /// What became of all this.
  public var counts: PeerCounts { state.withLock { $0.counts } }
}

extension Assignment {
  /// Every word there may be.
  static let outcomes = ["node", "refused"] + Fallback.allCases.map(\.rawValue)

  /// In a word, for metrics.
  var outcome: String {
    switch self {
    case .node: "node"
    case .itself(let reason): reason.rawValue
    case .refused: "refused"
    }
  }
}
