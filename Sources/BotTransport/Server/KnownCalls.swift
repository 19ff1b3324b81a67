import Ground
import Telephony

/// Which calls a server carries or has carried lately, by their identifiers.
///
/// Only calls whose caller was admitted get in, so that no stranger fills it. Kept are hashes, which Swift
/// seeds anew for each process: nobody can make an identifier that is taken for another, and all the
/// memory is there from the beginning.
final class KnownCalls: Sendable {
  /// More identifiers than the table takes are not remembered; less than a megabyte.
  private let table: Locked<RecentTable<Int, Bool>>

  init(capacity: Int = 32_768) {
    table = Locked(RecentTable(capacity: capacity))
  }

  /// Makes room for all that will ever be remembered; once a server begins.
  func reserve() { table.withLock { $0.reserve() } }

  /// Remembers a call by its identifiers; once a call.
  func note(_ identifiers: [String?]) {
    table.withLock { table in
      for case let identifier? in identifiers { table.note(true, of: identifier.hashValue) }
    }
  }

  /// Whether one of `identifiers` is a call's; O(1) in what is remembered.
  func knows(_ identifiers: [String?]) -> Bool {
    table.withLock { table in
      identifiers.contains { $0.map { table[$0.hashValue] != nil } ?? false }
    }
  }
}
