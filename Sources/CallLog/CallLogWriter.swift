import Ground

/// Stands between the server and a call log: takes events at once, writes them when the log can.
///
/// Handing in an event never waits for the log, so it may be done on an event loop. What waits is
/// bounded: beyond that events are dropped and counted.
public final class CallLogWriter: Sendable {
  /// What became of the events that were handed in.
  public struct Counts: Hashable, Sendable {
    /// Written, or joined to a record that had them already.
    public var written = 0
    /// Dropped because too many waited.
    public var dropped = 0
    /// Given up because the log failed three times.
    public var failed = 0
    /// Dropped because they name no call.
    public var unidentified = 0
  }

  private struct State {
    var waiting: [CallLogEvent] = []
    var counts = Counts()
    var isWriting = false
  }

  /// The log that is written.
  public let log: any CallLog
  private let capacity: Int
  private let state = Locked(State())

  /// Events written together, so that a burst of them costs few transactions.
  private static let batch = 256
  private static let attempts = 3

  /// Makes a writer.
  ///
  /// - Parameters:
  ///   - log: is written by this writer alone.
  ///   - capacity: the most events that wait, at least 1.
  public init(_ log: any CallLog, capacity: Int = 4_096) {
    precondition(capacity >= 1, "a call log's queue holds at least one event")
    self.log = log
    self.capacity = capacity
  }

  /// What became of the events so far.
  public var counts: Counts { state.withLock { $0.counts } }

  /// Hands in an event. Any thread; never waits. Allocates; once per call and callback.
  public func submit(_ event: CallLogEvent) {
    let begins = state.withLock { state in
      guard event.isIdentified else {
        state.counts.unidentified += 1
        return false
      }
      guard state.waiting.count < capacity else {
        state.counts.dropped += 1
        return false
      }
      state.waiting.append(event)
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if begins { Task.detached { await self.write() } }
  }

  /// Waits until everything handed in so far was written or given up, at most for `limit`.
  ///
  /// - Returns: whether nothing waits any more.
  @discardableResult
  public func flush(within limit: Duration = .seconds(5)) async -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while state.withLock({ $0.isWriting }) {
      guard clock.now < deadline else { return false }
      // Also from a task that has been cancelled, where Task.sleep would return at once.
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
    return true
  }

  private func write() async {
    while let events = next() {
      let isWritten = await write(events)
      state.withLock { state in
        if isWritten {
          state.counts.written += events.count
        } else {
          state.counts.failed += events.count
        }
      }
    }
  }

  private func write(_ events: [CallLogEvent]) async -> Bool {
    for attempt in 1...Self.attempts {
      do {
        try await log.write(events)
        return true
      } catch {
        if attempt < Self.attempts { try? await Task.sleep(for: .milliseconds(100 * attempt)) }
      }
    }
    return false
  }

  private func next() -> [CallLogEvent]? {
    state.withLock { state in
      let events = Array(state.waiting.prefix(Self.batch))
      state.waiting.removeFirst(events.count)
      if events.isEmpty { state.isWriting = false }
      return events.isEmpty ? nil : events
    }
  }
}
