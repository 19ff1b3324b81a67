/// Where calls are written down: a file, or whatever a fleet has in its place.
///
/// ``CallLogWriter`` writes, one batch after the other, never on an event loop.
public protocol CallLog: Sendable {
  /// Joins a batch of events, in order, to their rows (``CallLogEvent/row``,
  /// ``CallRecord/take(_:)``): all of them or, when it throws, none. The writer tries a batch again
  /// until it was taken, so an event that is there already changes nothing.
  ///
  /// - Returns: the positions of events that were left out for good: callbacks beyond the log's
  ///   limits, and what can never be written.
  /// - Throws: whatever keeps the log from being written for now.
  func write(_ events: [CallLogEvent]) async throws -> [Int]

  /// The newest records.
  ///
  /// - Parameters:
  ///   - time: older ones are left out, by when they were first heard of.
  ///   - limit: the most that are wanted.
  /// - Returns: newest first.
  /// - Throws: whatever keeps the log from being read.
  func records(since time: WallTime?, limit: Int) async throws -> [CallRecord]

  /// The records of one call, or of one stream, by its identifier; oldest first, empty where there is
  /// none.
  func records(of sid: String) async throws -> [CallRecord]

  /// Whether there is a record of a call or a stream with one of these identifiers. Looked up in
  /// indexes: it costs the same however much is stored.
  func knows(anyOf sids: [String]) async throws -> Bool
}
