import Ground

/// Why a call cannot be handed over.
public enum HandOffError: Error, Hashable, Sendable {
  /// Its platform asks nobody where the call goes on, or has not named the call.
  case noBranches
  /// It has ended.
  case ended
}

extension Call {
  /// Ends the stream, so that the flow goes on at its Passthru applet, which is answered with `branch`: this
  /// is how a bot hands its caller to a person. What waits to be said is dropped: await it first.
  ///
  /// The answer is ``ExotelEndpoints``', of a server that shares the ``ServerConfiguration/notices`` of this
  /// one, and goes before ``ExotelEndpoints/chooseBranch``. It stays the same however often the applet asks.
  ///
  /// - Throws: ``HandOffError``, where nothing was changed.
  public func handOff(to branch: ExotelEndpoints.Branch) throws(HandOffError) {
    guard !isOver else { throw .ended }
    guard platform == .exotel, let callSID = start.callSID else { throw .noBranches }
    configuration.notices.handOffs.note(branch.rawValue, of: callSID)
    hangUp(reason: "handed over")
  }
}

/// Where calls go on that bots have handed over, by their identifiers.
final class HandOffs: Sendable {
  private struct State {
    var branches: [String: Int] = [:]
    var order: [String] = []
    var oldest = 0
  }

  /// More are not remembered: the oldest was asked for long ago.
  static let capacity = 4_096

  private let state = Locked(State())

  /// Whether there are any.
  var isEmpty: Bool { state.withLock { $0.branches.isEmpty } }

  /// Remembers where a call goes on; the newest counts.
  func note(_ branch: Int, of callSID: String) {
    state.withLock { state in
      guard state.branches.updateValue(branch, forKey: callSID) == nil else { return }
      if state.order.count < Self.capacity {
        state.order.append(callSID)
      } else {
        state.branches[state.order[state.oldest]] = nil
        state.order[state.oldest] = callSID
        state.oldest = (state.oldest + 1) % Self.capacity
      }
    }
  }

  /// Where a call goes on; nil for one that nobody has handed over.
  func branch(of callSID: String) -> Int? { state.withLock { $0.branches[callSID] } }
}
