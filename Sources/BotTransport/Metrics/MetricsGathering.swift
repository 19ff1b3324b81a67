import AudioEngine
import Ground

/// What the loops of a server know at one moment.
struct LoopFindings: Sendable {
  /// The media of all calls, ended and live.
  var media = MediaTotals()
  /// How late each loop's timers fired, in the order of the loops.
  var lags: [Histogram]
}

/// Asks each loop of a server, once, what its calls have counted, without holding any thread.
///
/// A loop reads so many calls a turn that those it paces do not notice. A call that ends meanwhile is
/// counted as live with all that it had; one that opens meanwhile is for the next time. So what is
/// found never falls from one time to the next, as counters must not.
final class MetricsGathering: Sendable {
  /// How many calls are read in one turn of their loop.
  static let callsPerTurn = 64

  private struct State {
    var findings: LoopFindings
    var waitingFor: Int
  }

  private let state: Locked<State>
  private let onFound: @Sendable (LoopFindings) -> Void

  /// Asks.
  ///
  /// - Parameters:
  ///   - loops: at least one.
  ///   - calls: the calls that they carry.
  ///   - onFound: is told once, on the thread of the loop that answers last.
  static func gather(
    from loops: [EventLoop], _ calls: CallTable,
    onFound: @escaping @Sendable (LoopFindings) -> Void
  ) {
    let gathering = MetricsGathering(loopCount: loops.count, onFound: onFound)
    for (index, loop) in loops.enumerated() {
      loop.perform {
        let live = calls.live(on: loop)
        gathering.read(live[...], calls.metrics.ended(on: loop), on: loop, at: index)
      }
    }
  }

  private init(loopCount: Int, onFound: @escaping @Sendable (LoopFindings) -> Void) {
    let nothing = LoopFindings(lags: Array(repeating: Histogram(), count: loopCount))
    state = Locked(State(findings: nothing, waitingFor: loopCount))
    self.onFound = onFound
  }

  /// Adds some of `calls` to `totals`, and the rest in later turns. On the thread of `loop`.
  private func read(
    _ calls: ArraySlice<Call>, _ totals: MediaTotals, on loop: EventLoop, at index: Int
  ) {
    var totals = totals
    for call in calls.prefix(Self.callsPerTurn) {
      let (statistics, refused) = call.assumeIsolated { ($0.statistics, $0.refused) }
      totals.add(statistics, refused: refused)
    }
    let rest = calls.dropFirst(Self.callsPerTurn)
    guard rest.isEmpty else {
      loop.perform { [totals] in self.read(rest, totals, on: loop, at: index) }
      return
    }
    let lag = loop.timerLateness
    let findings = state.withLock { state in
      state.findings.media.add(totals)
      state.findings.lags[index] = lag
      state.waitingFor -= 1
      return state.waitingFor == 0 ? state.findings : nil
    }
    if let findings { onFound(findings) }
  }
}
