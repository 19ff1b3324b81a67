import Ground

/// The identifiers of the calls that a server carries or has carried lately, newest first to be kept.
///
/// Only calls whose caller was admitted get in, so that no stranger fills it.
final class KnownCalls: Sendable {
  private struct State {
    var known: Set<String> = []
    /// The same in the order they came, a ring once it is full.
    var order: [String] = []
    var oldest = 0
  }

  /// More identifiers than this are not remembered: some 10 MB of long ones.
  private let capacity: Int
  private let state = Locked(State())

  init(capacity: Int = 65_536) {
    self.capacity = capacity
  }

  /// Remembers a call by its identifiers; once a call.
  func note(_ identifiers: [String?]) {
    state.withLock { state in
      for case let identifier? in identifiers where state.known.insert(identifier).inserted {
        if state.order.count < capacity {
          state.order.append(identifier)
        } else {
          state.known.remove(state.order[state.oldest])
          state.order[state.oldest] = identifier
          state.oldest = (state.oldest + 1) % capacity
        }
      }
    }
  }

  /// Whether one of `identifiers` is a call's; O(1) in what is remembered.
  func knows(_ identifiers: [String?]) -> Bool {
    state.withLock { state in
      identifiers.contains { $0.map(state.known.contains) ?? false }
    }
  }
}
