import AudioEngine
import Telephony

/// What one server has done and is doing, for `/metrics`.
///
/// A call's media are counted by its session and added here when it ends; upgrades and calls are
/// counted as they come. So the lock, which all loops share, is never taken per message.
final class ServerMetrics: Sendable {
  struct State {
    var activeCalls = 0
    var startedCalls: [String: Int] = [:]
    var closeCodes: [UInt16: Int] = [:]
    var refusedInput: [String: Int] = [:]
    var refusedUpgrades: [UpgradeRefusal: Int] = [:]
    var inboundMessages = 0
    var inboundBytes = 0
    var outboundMessages = 0
    var outboundBytes = 0
    var underruns = 0
    var interruptions = 0
    var clears = 0
    var insertedSilence: Duration = .zero
    var lateness = Histogram()
    var lead = Histogram()
    var residue = Histogram()
  }

  private let state = Locked(State())

  /// The counts of this moment.
  var snapshot: State { state.withLock { $0 } }

  func opened() { state.withLock { $0.activeCalls += 1 } }

  func started(on platform: Platform?) {
    let name = platform?.description ?? "unknown"
    state.withLock { $0.startedCalls[name, default: 0] += 1 }
  }

  func refused(_ reason: UpgradeRefusal) {
    state.withLock { $0.refusedUpgrades[reason, default: 0] += 1 }
  }

  /// Adds what a call's session has counted, once per call that had opened. Without a `code` the
  /// connection was lost, which counts as 1006.
  func ended(code: UInt16?, statistics: SessionStatistics, refused: [RefusedInput: Int]) {
    state.withLock { state in
      state.activeCalls -= 1
      // A peer may choose among 65,536 codes; only the registered ones get a series of their own.
      let code = code ?? 1006
      state.closeCodes[(1000...1014).contains(code) ? code : 0, default: 0] += 1
      for (kind, count) in refused { state.refusedInput[kind.description, default: 0] += count }
      state.inboundMessages += statistics.inbound.messages
      state.inboundBytes += statistics.inbound.bytes
      let outbound = statistics.outbound
      state.outboundMessages += outbound.messages
      state.outboundBytes += outbound.sentBytes + outbound.resentBytes + outbound.paddingBytes
      state.underruns += outbound.underruns
      state.interruptions += outbound.interruptions
      state.clears += outbound.clears
      state.insertedSilence += outbound.insertedSilence
      state.lateness.add(outbound.lateness)
      state.lead.add(outbound.lead)
      state.residue.add(outbound.residue)
    }
  }
}
