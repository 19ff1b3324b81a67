/// Where calls are written down: a file, or whatever a fleet has in its place.
///
/// Calls come from ``CallLogWriter`` one after the other, never on an event loop.
public protocol CallLog: Sendable {
  /// Joins events, in order, to the records of their calls (``CallLogEvent/join(to:)``); all of them
  /// or, when it throws, none.
  func write(_ events: [CallLogEvent]) async throws

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
}
