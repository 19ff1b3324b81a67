package import CallLog

/// A call log that keeps what it is told, and fails or hangs as it is told.
package actor MemoryCallLog: CallLog {
  package struct Failure: Error {
    package init() {}
  }

  private var rows: [(name: String, record: CallRecord)] = []
  package private(set) var writes = 0
  /// The keys of the events that were taken, in order.
  package private(set) var keys: [String] = []
  private var failures: Int
  private let gate: AsyncStream<Never>?

  /// - Parameters:
  ///   - failures: so many writes fail first.
  ///   - gate: each write waits for its end.
  package init(failures: Int = 0, gate: AsyncStream<Never>? = nil) {
    self.failures = failures
    self.gate = gate
  }

  package func write(_ events: [CallLogEvent]) async throws -> [Int] {
    writes += 1
    if let gate { for await _ in gate {} }
    if failures > 0 {
      failures -= 1
      throw Failure()
    }
    var leftOut: [Int] = []
    for (index, event) in events.enumerated() {
      keys.append(event.event.key)
      var record = CallRecord()
      let row = rows.firstIndex { $0.name == event.row }
      if let row { record = rows[row].record }
      if record.take(event) == .full { leftOut.append(index) }
      if let row { rows[row].record = record } else { rows.append((event.row, record)) }
    }
    return leftOut
  }

  /// Lets so many writes fail from now on.
  package func fail(_ count: Int) { failures = count }

  /// Streams, each with what was told of its call; calls of which nothing else is known.
  package var records: [CallRecord] {
    let calls = rows.filter { $0.name.hasPrefix("call|") }.map(\.record)
    let streams = rows.filter { !$0.name.hasPrefix("call|") }.map(\.record)
    let alone = calls.filter { call in !streams.contains { $0.callSID == call.callSID } }
    return alone
      + streams.map { stream in
        guard let call = calls.first(where: { $0.callSID == stream.callSID }) else { return stream }
        let newest = streams.last { $0.callSID == stream.callSID }
        return stream.completed(by: call, isNewest: newest == stream)
      }
  }

  package func records(since time: WallTime?, limit: Int) -> [CallRecord] {
    Array(records.reversed().prefix(limit))
  }

  package func records(of sid: String) -> [CallRecord] {
    records.filter { $0.callSID == sid || $0.streamSID == sid }
  }

  package func knows(anyOf sids: [String]) -> Bool {
    rows.contains {
      sids.contains($0.record.callSID ?? "") || sids.contains($0.record.streamSID ?? "")
    }
  }
}
