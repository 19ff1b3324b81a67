import AudioEngine
import Ground
import Telephony

/// What one server has done, for `/metrics`.
///
/// A call's media are counted by its session and added here when it ends; upgrades and calls are
/// counted as they come. So the lock, which all loops share, is never taken per message. What live
/// calls have counted so far is asked of their loops; see ``MetricsGathering``.
final class ServerMetrics: Sendable {
  struct State {
    var activeCalls = 0
    var startedCalls: [String: Int] = [:]
    var replacedSockets = 0
    var neverStarted: [String: Int] = [:]
    var closeCodes: [UInt16: Int] = [:]
    var sparedDetectors = 0
    /// How long the last ping of each ended call took.
    var pings = Histogram()
    var refusedUpgrades: [UpgradeRefusal: Int] = [:]
    /// Bots that have thrown, by the error's type.
    var botErrors: [String: Int] = [:]
    /// What proxied bots did wrong.
    var botFaults: [BotFault: Int] = [:]
    /// The media of ended calls, by loop: a loop reads its own together with its live calls, so that
    /// a call which ends meanwhile is counted once.
    var ended: [ObjectIdentifier: MediaTotals] = [:]
  }

  private let state = Locked(State())

  /// The counts of this moment.
  var snapshot: State { state.withLock { $0 } }

  /// The media of the calls that have ended on `loop`.
  func ended(on loop: EventLoop) -> MediaTotals {
    state.withLock { $0.ended[ObjectIdentifier(loop)] ?? MediaTotals() }
  }

  func opened() { state.withLock { $0.activeCalls += 1 } }

  func started(on platform: Platform?) {
    let name = platform?.description ?? "unknown"
    state.withLock { $0.startedCalls[name, default: 0] += 1 }
  }

  func replaced() { state.withLock { $0.replacedSockets += 1 } }

  /// A socket has ended on which no stream had begun.
  func neverStarted(on platform: Platform?) {
    let name = platform?.description ?? "unknown"
    state.withLock { $0.neverStarted[name, default: 0] += 1 }
  }

  func refused(_ reason: UpgradeRefusal) {
    state.withLock { $0.refusedUpgrades[reason, default: 0] += 1 }
  }

  /// A call has been given the spare detector, since its loop runs late.
  func sparedDetector() { state.withLock { $0.sparedDetectors += 1 } }

  /// Types of errors that are counted by name; those met later are "other".
  static let mostErrorTypes = 32

  /// Counts a bot that has thrown.
  func botFailed(_ error: any Error) {
    let name = Self.typeName(error)
    state.withLock { state in
      let isKnown = state.botErrors[name] != nil || state.botErrors.count < Self.mostErrorTypes
      state.botErrors[isKnown ? name : "other", default: 0] += 1
    }
  }

  /// A call has ended whose last ping took so long.
  func pinged(_ roundTrip: Duration) { state.withLock { $0.pings.add(roundTrip) } }

  /// Adds what a call's proxied bot did wrong, once per call.
  func botFaulted(_ faults: [BotFault: Int]) {
    state.withLock { $0.botFaults.merge(faults, uniquingKeysWith: +) }
  }

  /// An error's type as its source names it, module and all, at most 128 characters.
  static func typeName(_ error: any Error) -> String {
    String(String(reflecting: type(of: error)).prefix(128))
  }

  /// Adds what a call's session has counted, once per call that had opened, on the thread of its loop.
  /// Without a `code` the connection was lost, which counts as 1006.
  func ended(
    code: UInt16?, statistics: SessionStatistics, refused: [RefusedInput: Int], on loop: EventLoop
  ) {
    state.withLock { state in
      state.activeCalls -= 1
      // A peer may choose among 65,536 codes; only the registered ones get a series of their own.
      let code = code ?? 1006
      state.closeCodes[(1000...1014).contains(code) ? code : 0, default: 0] += 1
      state.ended[ObjectIdentifier(loop), default: MediaTotals()].add(statistics, refused: refused)
    }
  }
}
