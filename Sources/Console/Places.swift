import Ground

/// How many sockets of pages are open at once: each may place a call, or watch one.
final class Places: Sendable {
  /// More are refused.
  static let limit = 32

  /// A place among them, given back when nobody has it any more.
  final class Place: Sendable {
    private let count: Places

    fileprivate init(_ count: Places) { self.count = count }

    deinit { count.open.withLock { $0 -= 1 } }
  }

  private let open = Locked(0)

  /// A place; nil where all are taken.
  func take() -> Place? {
    let isFree = open.withLock { open in
      guard open < Self.limit else { return false }
      open += 1
      return true
    }
    return isFree ? Place(self) : nil
  }
}
