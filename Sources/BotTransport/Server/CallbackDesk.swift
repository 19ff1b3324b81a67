import AudioEngine
import CallLog
import Dispatch
import Ground
import Sockets

/// Where callbacks are read, checked and judged: a thread beside the event loops.
///
/// What waits is bounded, in all and for each address, and for strangers more narrowly: what they
/// leave over is for those who have shown who they are.
final class CallbackDesk: Sendable {
  /// What became of callbacks, for metrics.
  enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// It was believed.
    case taken
    /// Nobody had shown who it was, and it named no call of ours.
    case unknown
    /// Too many waited.
    case dropped
  }

  /// Who asks, and whether that was shown.
  struct Sender {
    /// The address, without a port.
    let address: String
    let isTrusted: Bool
  }

  private struct State {
    var waiting = 0
    var strangers: [String: Int] = [:]
    var waitingOfStrangers = 0
    var counts: [Outcome: Int] = [:]
    var lookups = TokenBucket(perSecond: CallbackDesk.lookupsPerSecond)
    var handOffs = TokenBucket(perSecond: CallbackDesk.handOffsPerSecond)
  }

  /// Requests that wait, each with a body of 64 KiB at most.
  static let mostWaiting = 512
  static let mostOfStrangers = 128
  static let mostOfStranger = 32
  /// What a stranger names is looked for in the call log so often, which has other work.
  static let lookupsPerSecond = 50
  /// Peers are asked so often whether a call was handed over that nothing here vouches for, each time for a
  /// second at most: these never fill the desk.
  static let handOffsPerSecond = 100

  private let queue = DispatchQueue(label: "callbacks", qos: .utility)
  private let state = Locked(State())
  let known = KnownCalls()
  let peers = Locked<(any ServerPeers)?>(nil)

  /// What became of the callbacks so far.
  var counts: [Outcome: Int] { state.withLock { $0.counts } }

  /// Has `work` done soon, on the desk's thread; false where too much waits.
  func take(_ sender: Sender, _ work: @escaping @Sendable () -> Void) -> Bool {
    let isTaken = state.withLock { state in
      guard state.waiting < Self.mostWaiting else { return false }
      if !sender.isTrusted {
        guard state.waitingOfStrangers < Self.mostOfStrangers,
          state.strangers[sender.address, default: 0] < Self.mostOfStranger
        else { return false }
        state.waitingOfStrangers += 1
        state.strangers[sender.address, default: 0] += 1
      }
      state.waiting += 1
      return true
    }
    guard isTaken else {
      count(.dropped)
      return false
    }
    queue.async { [self] in
      work()
      state.withLock { state in
        state.waiting -= 1
        guard !sender.isTrusted else { return }
        state.waitingOfStrangers -= 1
        let left = state.strangers[sender.address, default: 1] - 1
        state.strangers[sender.address] = left > 0 ? left : nil
      }
    }
    return true
  }

  /// Has `then` done for a callback that may be believed: its sender has shown who it is, or it names a
  /// call that this server has or had, that a peer has, or that `log` has a record of. On the desk's thread, or later.
  func judge(
    _ sender: Sender, naming identifiers: [String?], in log: CallLogWriter?,
    _ then: @escaping @Sendable () -> Void
  ) {
    if sender.isTrusted || known.knows(identifiers) {
      count(.taken)
      return then()
    }
    let names = identifiers.compactMap(\.self)
    let peers = peers.withLock { $0 }
    guard log != nil || peers != nil, !names.isEmpty,
      state.withLock({ $0.lookups.take(at: EventLoop.now) })
    else {
      return count(.unknown)
    }
    state.withLock { $0.waiting += 1 }
    Task.detached { [self] in
      var isRecorded = await peers?.knows(anyOf: names) ?? false
      if !isRecorded { isRecorded = await log?.knows(anyOf: names) ?? false }
      count(isRecorded ? .taken : .unknown)
      if isRecorded { then() }
      state.withLock { $0.waiting -= 1 }
    }
  }

  /// Whether the peers may be asked of a call.
  func mayAskPeers(_ sender: Sender, of callSID: String) -> Bool {
    sender.isTrusted || known.knows([callSID])
      || state.withLock { $0.handOffs.take(at: EventLoop.now) }
  }

  /// Has `then` done on the desk's thread with what `find` gives.
  func find<Value: Sendable>(
    _ find: @escaping @Sendable () async -> Value, _ then: @escaping @Sendable (Value) -> Void
  ) {
    state.withLock { $0.waiting += 1 }
    Task.detached { [self] in
      let value = await find()
      queue.async { [self] in
        then(value)
        state.withLock { $0.waiting -= 1 }
      }
    }
  }

  /// Waits until nothing waits any more, at most for `limit`.
  func flush(within limit: Duration) async {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while state.withLock({ $0.waiting > 0 }), clock.now < deadline {
      // Also from a task that has been cancelled, where Task.sleep would return at once.
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
  }

  private func count(_ outcome: Outcome) {
    state.withLock { $0.counts[outcome, default: 0] += 1 }
  }
}
