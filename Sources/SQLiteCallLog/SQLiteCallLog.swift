import CSQLite
public import CallLog
import Glibc
import Telephony

/// A call log in a file, by the system's SQLite.
///
/// One table, `calls`: a row for each record, its identifiers and times as columns, all of it as JSON in
/// `record`. The file is in write-ahead mode, so that it may be read while a server writes it, and is
/// made for its owner's eyes alone: it holds telephone numbers. SQLite blocks, so the log has a thread
/// of its own.
@safe
public actor SQLiteCallLog: CallLog {
  /// The version of the tables; a file of a newer one is refused.
  public static let schemaVersion = 1

  /// Records of one call that are looked at when an event is joined to it.
  private static let mostRecordsOfCall = 64

  /// Calls first heard of so many days ago are deleted; nil keeps all.
  private let keptDays: Int?
  /// When old calls were last looked for.
  private var lastSweep: WallTime?

  private nonisolated let thread = BlockingExecutor()
  private let database: SQLiteDatabase

  /// The log's own thread, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe thread.asUnownedSerialExecutor()
  }

  /// Opens a log, or makes it where there is none.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - isReadOnly: opens only what there is, and leaves it as it is.
  ///   - keptDays: calls first heard of longer ago are deleted, with the first event of each hour; nil
  ///     keeps all.
  /// - Throws: ``CallLogError``.
  public init(
    path: String, isReadOnly: Bool = false, keptDays: Int? = nil
  ) throws(CallLogError) {
    precondition(keptDays ?? 1 > 0, "a call log keeps calls for a day at least")
    self.keptDays = keptDays
    if !isReadOnly {
      // SQLite would make it readable by everybody.
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      if descriptor >= 0 { close(descriptor) }
    }
    database = try SQLiteDatabase(path: path, isReadOnly: isReadOnly)
    let version = try database.integer("PRAGMA user_version")
    guard version <= Self.schemaVersion else { throw .newerSchema(path: path, version: version) }
    if isReadOnly {
      guard version > 0 else { throw .notALog(path: path) }
      return
    }
    _ = try database.integer("PRAGMA journal_mode=WAL")
    try database.run("PRAGMA synchronous=NORMAL")
    if version == 0 {
      guard try database.integer("SELECT count(*) FROM sqlite_master") == 0 else {
        throw .notALog(path: path)
      }
      try database.run(Self.tables)
    }
  }

  private static let tables = """
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS calls (
      id INTEGER PRIMARY KEY,
      platform TEXT,
      call_sid TEXT,
      stream_sid TEXT,
      first_seen INTEGER NOT NULL,
      started_at INTEGER,
      record TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS calls_by_call ON calls (call_sid);
    CREATE INDEX IF NOT EXISTS calls_by_stream ON calls (stream_sid);
    CREATE INDEX IF NOT EXISTS calls_by_time ON calls (first_seen);
    PRAGMA user_version = 1;
    COMMIT;
    """

  /// Joins events to their records in one transaction.
  public func write(_ events: [CallLogEvent]) throws(CallLogError) {
    try database.run("BEGIN IMMEDIATE")
    do {
      try sweep(at: .now)
      for event in events where event.isIdentified { try write(event) }
      try database.run("COMMIT")
    } catch {
      try? database.run("ROLLBACK")
      throw error
    }
  }

  /// Deletes what is older than it may become, once an hour.
  private func sweep(at now: WallTime) throws(CallLogError) {
    guard let keptDays, now.milliseconds - (lastSweep?.milliseconds ?? 0) >= 3_600_000 else {
      return
    }
    lastSweep = now
    let oldest = Int(now.milliseconds) - keptDays * 86_400_000
    _ = try database.rows("DELETE FROM calls WHERE first_seen < ?1", [.integer(oldest)])
  }

  private func write(_ event: CallLogEvent) throws(CallLogError) {
    // The newest of them, oldest first. What is nil equals nothing in SQL.
    let rows = try rows(
      "SELECT id, record FROM calls WHERE call_sid = ?1 OR stream_sid = ?2 ORDER BY id DESC LIMIT ?3",
      [
        .text(event.facts.callSID), .text(event.facts.streamSID),
        .integer(Self.mostRecordsOfCall),
      ]
    ).reversed()
    var records = rows.map(\.record)
    let ids = rows.map(\.id)
    for index in event.join(to: &records) {
      let record = records[index]
      let values: [SQLiteValue] = [
        .text(record.platform?.name), .text(record.callSID), .text(record.streamSID),
        .integer(record.firstSeen.map { Int($0.milliseconds) } ?? 0),
        .integer(record.startedAt.map { Int($0.milliseconds) }), .text(record.jsonValue.json),
      ]
      if index < ids.count {
        _ = try database.rows(
          "UPDATE calls SET platform = ?1, call_sid = ?2, stream_sid = ?3, first_seen = ?4, "
            + "started_at = ?5, record = ?6 WHERE id = ?7", values + [.integer(ids[index])])
      } else {
        _ = try database.rows(
          "INSERT INTO calls (platform, call_sid, stream_sid, first_seen, started_at, record) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6)", values)
      }
    }
  }

  /// The newest records.
  public func records(since time: WallTime?, limit: Int) throws(CallLogError) -> [CallRecord] {
    try rows(
      "SELECT id, record FROM calls WHERE first_seen >= ?1 ORDER BY first_seen DESC, id DESC LIMIT ?2",
      [.integer(time.map { Int($0.milliseconds) } ?? 0), .integer(max(limit, 0))]
    ).map(\.record)
  }

  /// The records of one call or stream.
  public func records(of sid: String) throws(CallLogError) -> [CallRecord] {
    try rows(
      "SELECT id, record FROM calls WHERE call_sid = ?1 OR stream_sid = ?1 ORDER BY id LIMIT ?2",
      [.text(sid), .integer(Self.mostRecordsOfCall)]
    ).map(\.record)
  }

  private func rows(
    _ statement: String, _ values: [SQLiteValue]
  ) throws(CallLogError) -> [(id: Int, record: CallRecord)] {
    try database.rows(statement, values).map { columns in
      let json = columns.last?.text.flatMap { try? JSONValue($0) } ?? .null
      return (columns.first?.integer ?? 0, CallRecord(json))
    }
  }
}

/// Why a call log cannot be used.
public enum CallLogError: Error, Hashable, CustomStringConvertible {
  /// The file was written by a newer version.
  case newerSchema(path: String, version: Int)
  /// The file is something else.
  case notALog(path: String)
  /// SQLite says no, in its own words.
  case database(path: String, String)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .newerSchema(let path, let version):
      "\(path) is a call log of version \(version); this version reads up to "
        + "\(SQLiteCallLog.schemaVersion): use a newer sidetone"
    case .notALog(let path): "\(path) is no call log: name another file"
    case .database(let path, let reason): "call log \(path): \(reason)"
    }
  }
}
