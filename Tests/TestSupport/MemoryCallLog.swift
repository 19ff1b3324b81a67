package import CallLog

/// A call log that keeps what it is told, and fails or hangs as it is told.
package actor MemoryCallLog: CallLog {
  package struct Failure: Error {}

  package private(set) var records: [CallRecord] = []
  package private(set) var writes = 0
  private var failures: Int
  private let gate: AsyncStream<Never>?

  /// - Parameters:
  ///   - failures: so many writes fail first.
  ///   - gate: each write waits for its end.
  package init(failures: Int = 0, gate: AsyncStream<Never>? = nil) {
    self.failures = failures
    self.gate = gate
  }

  package func write(_ events: [CallLogEvent]) async throws {
    writes += 1
    if let gate { for await _ in gate {} }
    if failures > 0 {
      failures -= 1
      throw Failure()
    }
    for event in events {
      var own = records.filter { $0.callSID == event.facts.callSID }
      let others = records.filter { $0.callSID != event.facts.callSID }
      _ = event.join(to: &own)
      records = others + own
    }
  }

  package func records(since time: WallTime?, limit: Int) -> [CallRecord] {
    Array(records.reversed().prefix(limit))
  }

  package func records(of sid: String) -> [CallRecord] {
    records.filter { $0.callSID == sid || $0.streamSID == sid }
  }
}
