import AudioEngine
import Ground

/// Why a call that the access policy lets in is refused all the same.
enum UpgradeRefusal: String, Hashable, Sendable, CaseIterable {
  /// Its credentials or its address would not do.
  case access
  /// It could not be read, or was no proper handshake.
  case request
  /// The server is stopping.
  case draining
  /// There are as many calls as there may be.
  case calls
  /// The loop that it came to runs late.
  case lateness
  /// Upgrades come too fast.
  case rate
  /// Upgrades come too fast from this address.
  case addressRate = "address"
  /// It waited for a token while too many others came.
  case waiting
  /// Too many wrong credentials came from its address.
  case guesses

  /// The body of the answer.
  var words: String {
    switch self {
    case .access: "Not for you.\n"
    case .request: "The request cannot be read.\n"
    case .draining: "The server is stopping.\n"
    case .calls: "No room for another call.\n"
    case .lateness: "The server has enough to do.\n"
    case .rate: "Too many calls at once.\n"
    case .addressRate: "Too many calls at once from this address.\n"
    case .waiting: "Too many calls wait for a token.\n"
    case .guesses: "Too many wrong credentials from this address.\n"
    }
  }
}

/// Decides whether a server takes one more call. Asked once per upgrade, from any loop's thread.
final class Admission: Sendable {
  private struct State {
    var isDraining = false
    /// Whether it will take no calls soon.
    var isLeaving = false
    /// Whether it was told that the account's streams run out.
    var hasToldOfStreams = false
    var told = TokenBucket(perSecond: 10)
    var all: TokenBucket
    var byAddress: TokenBuckets<String>
  }

  private let limits: ServerLimits
  private let state: Locked<State>

  init(_ limits: ServerLimits) {
    self.limits = limits
    state = Locked(
      State(
        all: TokenBucket(perSecond: limits.upgradesPerSecond ?? 1),
        byAddress: TokenBuckets(perSecond: limits.upgradesPerSecondAndAddress ?? 1)))
  }

  /// How many calls there may be; nil for no bound.
  var mostCalls: Int? { limits.calls }

  /// Whether calls are taken at all.
  var isReady: Bool { state.withLock { !$0.isDraining } }

  /// Whether one more refusal goes into the log.
  func mayTell(at now: MonotonicTime) -> Bool { state.withLock { $0.told.take(at: now) } }

  /// Whether it is to be told that the account's streams run out: once, until there is room again.
  func mayTell(of room: StreamRoom) -> Bool {
    guard room.limit != nil else { return false }
    return state.withLock { state in
      defer { state.hasToldOfStreams = room.isNear }
      return room.isNear && !state.hasToldOfStreams
    }
  }

  /// How many addresses are remembered.
  var addressCount: Int { state.withLock { $0.byAddress.count } }

  /// Whether there is room for one more call beside `activeCalls`, whatever the rate is.
  func hasRoom(beside activeCalls: Int) -> Bool {
    isReady && limits.calls.map { activeCalls < $0 } ?? true
  }

  /// Whether no calls are taken any more, or soon will not be: who sends them here should stop.
  var isLeaving: Bool { state.withLock { $0.isDraining || $0.isLeaving } }

  /// Says that calls are taken for a short time only.
  func leave() { state.withLock { $0.isLeaving = true } }

  /// Takes no call from now on.
  func drain() { state.withLock { $0.isDraining = true } }

  /// Judges one upgrade.
  ///
  /// - Parameters:
  ///   - peer: the address and port that it comes from.
  ///   - now: the loop's time.
  ///   - activeCalls: how many calls there are.
  ///   - isLate: whether the loop that would carry it runs late.
  /// - Returns: why the call may not come in now; nil where it may, which uses up one upgrade.
  func refusal(
    of peer: String, at now: MonotonicTime, activeCalls: Int, isLate: Bool = false
  ) -> UpgradeRefusal? {
    state.withLock { state in
      if state.isDraining { return .draining }
      if let most = limits.calls, activeCalls >= most { return .calls }
      // Before the rates: what is refused for this uses up nothing.
      if isLate { return .lateness }
      if limits.upgradesPerSecondAndAddress != nil,
        !state.byAddress.take(Gate.host(peer), at: now)
      {
        return .addressRate
      }
      if limits.upgradesPerSecond != nil, !state.all.take(at: now) { return .rate }
      return nil
    }
  }
}
