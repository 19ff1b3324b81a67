import Ground

/// Which calls a server carries or has carried lately, by their identifiers.
///
/// Only calls whose caller was admitted get in, so that no stranger fills it. Kept are hashes, which Swift
/// seeds anew for each process: nobody can make an identifier that is taken for another, and all the
/// memory is there from the beginning.
final class KnownCalls: Sendable {
  private struct State {
    var known: Set<Int> = []
    /// The same in the order they came, a ring once it is full.
    var order: [Int] = []
    var oldest = 0
  }

  /// More identifiers than this are not remembered; three quarters of a megabyte.
  private let capacity: Int
  private let state = Locked(State())

  init(capacity: Int = 32_768) {
    self.capacity = capacity
  }

  /// Makes room for all that will ever be remembered; once a server begins.
  func reserve() {
    state.withLock { state in
      state.known.reserveCapacity(capacity)
      state.order.reserveCapacity(capacity)
    }
  }

  /// Remembers a call by its identifiers; once a call.
  func note(_ identifiers: [String?]) {
    state.withLock { state in
      for case let identifier? in identifiers {
        let hash = identifier.hashValue
        guard !state.known.contains(hash) else { continue }
        if state.order.count < capacity {
          state.order.append(hash)
        } else {
          state.known.remove(state.order[state.oldest])
          state.order[state.oldest] = hash
          state.oldest = (state.oldest + 1) % capacity
        }
        state.known.insert(hash)
      }
    }
  }

  /// Whether one of `identifiers` is a call's; O(1) in what is remembered.
  func knows(_ identifiers: [String?]) -> Bool {
    state.withLock { state in
      identifiers.contains { $0.map { state.known.contains($0.hashValue) } ?? false }
    }
  }
}
