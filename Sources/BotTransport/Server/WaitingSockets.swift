import AudioEngine
import Ground
import Sockets

/// The sockets that were let in without credentials because a token may still come with `start`.
///
/// They are no calls yet: they have a bound of their own. Where it is reached the oldest is closed for
/// the newest, since a platform says `start` at once and a stranger waits.
final class WaitingSockets: Sendable {
  private struct State {
    /// By address, oldest first.
    var calls: [String: [Call]] = [:]
    var count = 0
    var told = TokenBucket(perSecond: 10)

    mutating func remove(_ call: Call, from address: String) {
      guard let index = calls[address]?.firstIndex(where: { $0 === call }) else { return }
      calls[address]?.remove(at: index)
      count -= 1
      if calls[address]?.isEmpty == true { calls[address] = nil }
    }
  }

  /// Each costs a socket, and at most 64 KiB of a message that is not whole.
  static let most = 256
  static let mostOfAddress = 64

  private let state = Locked(State())

  /// How many there are.
  var count: Int { state.withLock { $0.count } }

  /// Whether one more that was closed goes into the log: a flood must not fill it.
  func mayTell(at now: MonotonicTime) -> Bool { state.withLock { $0.told.take(at: now) } }

  /// All of them.
  var calls: [Call] { state.withLock { $0.calls.values.flatMap(\.self) } }

  /// Adds one.
  ///
  /// - Returns: the one that has to go for it.
  func enter(_ call: Call) -> Call? {
    let address = Gate.host(call.clientAddress)
    return state.withLock { state in
      state.calls[address, default: []].append(call)
      state.count += 1
      let busiest =
        state.calls[address, default: []].count > Self.mostOfAddress
        ? address
        : state.count > Self.most ? state.calls.max { $0.value.count < $1.value.count }?.key : nil
      guard let busiest, let oldest = state.calls[busiest]?.first else { return nil }
      state.remove(oldest, from: busiest)
      return oldest
    }
  }

  /// Removes one, if it is there still.
  func leave(_ call: Call) {
    state.withLock { $0.remove(call, from: Gate.host(call.clientAddress)) }
  }
}
