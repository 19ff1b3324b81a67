import CSQLite
public import CallLog
import Glibc
import Ground
import Telephony

/// A call log in a file, by the system's SQLite.
///
/// One table, `calls`: a row for each stream and for what is told of a call as a whole, its
/// identifiers and times as columns, all of it as JSON in `record`. The file is in write-ahead mode,
/// so that it may be read while a server writes it, and is made for its owner's eyes alone: it holds
/// telephone numbers. SQLite blocks, so the log has a thread of its own.
@safe
public actor SQLiteCallLog: CallLog {
  /// The version of the tables; a file of a newer one is refused, an older one is brought up to it.
  public static let schemaVersion = 2

  /// What the file may grow to. One row is bounded by what a record holds, at most about 64 KiB.
  public struct Limits: Hashable, Sendable {
    /// Rows in all. Beyond it each new call takes the place of the oldest, and callbacks begin none.
    public var rows = 10_000_000
    /// Rows a day that nothing but callbacks has told of.
    public var callbackRowsADay = 200_000
    /// Bytes a day that are written to such rows.
    public var callbackBytesADay = 512 << 20

    /// Makes limits.
    public init() {}
  }

  /// Streams of one call that are read.
  static let mostStreams = 64

  private let path: String
  private let limits: Limits
  private let clock: CallLogClock
  private nonisolated let thread: BlockingExecutor
  private let database: SQLiteDatabase
  private var retention: Retention?
  private var rowCount = 0
  /// What callbacks alone have written on a day, counted from 1970.
  private var told = (day: 0, rows: 0, bytes: 0)

  /// The log's own thread, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe thread.asUnownedSerialExecutor()
  }

  /// Opens a log, or makes it where there is none. Blocks; ``opened(path:keptDays:limits:)`` does not.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - isReadOnly: opens only what there is, and leaves it as it is.
  ///   - keptDays: calls first heard of longer ago are deleted, a day's worth a day; nil keeps all.
  ///   - limits: what the file may grow to.
  /// - Throws: ``CallLogError``.
  public init(
    path: String, isReadOnly: Bool = false, keptDays: Int? = nil, limits: Limits = Limits()
  ) throws(CallLogError) {
    try self.init(
      path: path, isReadOnly: isReadOnly, keptDays: keptDays, limits: limits, clock: .system)
  }

  init(
    path: String, isReadOnly: Bool = false, keptDays: Int? = nil, limits: Limits = Limits(),
    clock: CallLogClock
  ) throws(CallLogError) {
    precondition(keptDays ?? 1 > 0, "a call log keeps calls for a day at least")
    self.path = path
    self.limits = limits
    self.clock = clock
    thread = BlockingExecutor(label: "call log")
    if !isReadOnly { try PrivateFile.make(path) }
    database = try SQLiteDatabase(path: path, isReadOnly: isReadOnly)
    try Schema.prepare(database, path: path, isReadOnly: isReadOnly)
    guard !isReadOnly else { return }
    // Now that it is known to be a log, with what SQLite has made beside it.
    try PrivateFile.protect(path)
    rowCount = try database.integer("SELECT count(*) FROM calls")
    retention = keptDays.map { Retention(keptDays: $0, clock: clock) }
  }

  /// Opens a log as the initialiser does, on a thread that may block.
  public static func opened(
    path: String, keptDays: Int? = nil, limits: Limits = Limits()
  ) async throws -> SQLiteCallLog {
    try await BlockingExecutor(label: "opening the call log").run {
      try SQLiteCallLog(path: path, keptDays: keptDays, limits: limits)
    }
  }

  /// Joins events to their rows in one transaction.
  public func write(_ events: [CallLogEvent]) throws(CallLogError) -> [Int] {
    // Somebody may have moved the file away: what is written into that would be lost.
    guard database.isAt(path) else { throw .moved(path: path) }
    try database.run("BEGIN IMMEDIATE")
    let before = (rowCount, told)
    do throws(CallLogError) {
      try beginDay()
      let deleted = try retention?.sweep(database) ?? 0
      rowCount -= deleted
      var leftOut: [Int] = []
      for (index, event) in events.enumerated() {
        do throws(CallLogError) {
          if try !write(event) { leftOut.append(index) }
        } catch CallLogError.refused {
          leftOut.append(index)
        }
      }
      try endDay()
      try database.run("COMMIT")
      return leftOut
    } catch {
      (rowCount, told) = before
      try? database.run("ROLLBACK")
      throw error
    }
  }

  /// Joins one event to its row; false where it is left out.
  private func write(_ event: CallLogEvent) throws(CallLogError) -> Bool {
    guard event.isIdentified else { return false }
    let found = try database.rows(
      "SELECT id, is_servers, told, record FROM calls WHERE row = ?1", [.text(event.row)]
    ).first
    let isServers = event.origin == .server || found?[1].integer == 1
    if event.origin == .callback {
      // Before anything is read: refusing costs least.
      if let told = found?[2].integer, told >= CallRecord.mostCallbacks { return false }
      if try !hasRoom(forNewRow: found == nil, isServers: isServers, event) { return false }
    }
    var record = found.map { CallRecord(json: $0[3].text) } ?? CallRecord()
    switch record.take(event) {
    case .joined: break
    case .known: return true
    case .full: return false
    }
    let json = record.jsonValue().json
    let values: [SQLiteValue] = [
      .text(event.row), .text(record.platform?.name), .text(record.callSID),
      .text(record.streamSID),
      .integer(record.firstSeen.map { Int($0.milliseconds) } ?? 0),
      .integer(record.startedAt.map { Int($0.milliseconds) }), .integer(isServers ? 1 : 0),
      .integer(record.events.count { !$0.isServers }), .text(json),
    ]
    if let id = found?[0].integer {
      _ = try database.rows(
        "UPDATE calls SET row = ?1, platform = ?2, call_sid = ?3, stream_sid = ?4, "
          + "first_seen = ?5, started_at = ?6, is_servers = ?7, told = ?8, record = ?9 "
          + "WHERE id = ?10", values + [.integer(id)])
    } else {
      if rowCount >= limits.rows { try dropOldest() }
      _ = try database.rows(
        "INSERT INTO calls (row, platform, call_sid, stream_sid, first_seen, started_at, "
          + "is_servers, told, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", values)
      rowCount += 1
    }
    if event.origin == .callback, !isServers {
      told.bytes += json.utf8.count
      if found == nil { told.rows += 1 }
    }
    return true
  }

  /// Whether a callback may still write today. What tells of a call that this server carried is bounded
  /// by that call's record; the rest by the day.
  private func hasRoom(
    forNewRow isNew: Bool, isServers: Bool, _ event: CallLogEvent
  ) throws(CallLogError) -> Bool {
    if isServers { return true }
    if isNew, rowCount >= limits.rows { return false }
    guard told.bytes >= limits.callbackBytesADay || isNew && told.rows >= limits.callbackRowsADay
    else { return true }
    guard let call = event.facts.callSID else { return false }
    return try !database.rows(
      "SELECT 1 FROM calls WHERE call_sid = ?1 AND is_servers = 1 LIMIT 1", [.text(call)]
    ).isEmpty
  }

  private func dropOldest() throws(CallLogError) {
    _ = try database.rows(
      "DELETE FROM calls WHERE id = (SELECT id FROM calls ORDER BY first_seen, id LIMIT 1)", [])
    rowCount -= 1
  }

  private func beginDay() throws(CallLogError) {
    let day = Int(clock.wall().milliseconds / 86_400_000)
    guard day != told.day else { return }
    let counts = try database.rows("SELECT rows, bytes FROM days WHERE day = ?1", [.integer(day)])
      .first
    told = (day, counts?[0].integer ?? 0, counts?[1].integer ?? 0)
  }

  private func endDay() throws(CallLogError) {
    _ = try database.rows(
      "INSERT OR REPLACE INTO days (day, rows, bytes) VALUES (?1, ?2, ?3)",
      [.integer(told.day), .integer(told.rows), .integer(told.bytes)])
    _ = try database.rows("DELETE FROM days WHERE day < ?1", [.integer(told.day - 7)])
  }

  /// A call's own row `c`, which stands for the call only where no stream does. Tells it by what files
  /// of every version have.
  private static let isAside = """
    (stream_sid IS NULL AND started_at IS NULL AND EXISTS \
    (SELECT 1 FROM calls AS s WHERE s.call_sid = c.call_sid AND s.id <> c.id))
    """

  /// The newest records.
  public func records(since time: WallTime?, limit: Int) throws(CallLogError) -> [CallRecord] {
    let records = try rows(
      "SELECT record FROM calls AS c WHERE first_seen >= ?1 AND NOT \(Self.isAside) "
        + "ORDER BY first_seen DESC, id DESC LIMIT ?2",
      [.integer(time.map { Int($0.milliseconds) } ?? 0), .integer(max(limit, 0))])
    var completed: [CallRecord] = []
    for record in records { completed.append(try complete(record)) }
    return completed
  }

  /// The records of one call or stream.
  public func records(of sid: String) throws(CallLogError) -> [CallRecord] {
    // However many streams callbacks have made up, those that were carried are among them.
    let records = try rows(
      "SELECT record FROM calls AS c WHERE (call_sid = ?1 OR stream_sid = ?1) AND NOT "
        + "\(Self.isAside) ORDER BY started_at IS NULL, id LIMIT ?2",
      [.text(sid), .integer(Self.mostStreams)])
    var completed: [CallRecord] = []
    for record in records { completed.append(try complete(record)) }
    return completed
  }

  /// Whether there is a record of a call or a stream of one of these names.
  public func knows(anyOf sids: [String]) throws(CallLogError) -> Bool {
    for sid in sids.prefix(8) {
      let found = try database.rows(
        "SELECT 1 FROM calls WHERE call_sid = ?1 OR stream_sid = ?1 LIMIT 1", [.text(sid)])
      if !found.isEmpty { return true }
    }
    return false
  }

  /// A stream's record with what its call's own row says.
  private func complete(_ record: CallRecord) throws(CallLogError) -> CallRecord {
    guard let call = record.callSID,
      let row = try rows(
        "SELECT record FROM calls WHERE call_sid = ?1 AND stream_sid IS NULL "
          + "AND started_at IS NULL ORDER BY id LIMIT 1", [.text(call)]
      ).first, row.events != record.events
    else { return record }
    let newest = try database.rows(
      "SELECT stream_sid FROM calls WHERE call_sid = ?1 AND NOT (stream_sid IS NULL "
        + "AND started_at IS NULL) ORDER BY started_at IS NULL, id DESC LIMIT 1", [.text(call)]
    ).first?[0].text
    return record.completed(by: row, isNewest: newest == record.streamSID)
  }

  /// The rows behind one, in the order in which they came, for whoever moves a log.
  ///
  /// - Parameters:
  ///   - id: the `next` of the part before; 0 for the first.
  ///   - limit: how many at most.
  /// - Returns: the rows, and where the next part begins; nothing at the end.
  /// - Throws: ``CallLogError``.
  public func stored(
    after id: Int, limit: Int
  ) throws(CallLogError) -> (calls: [StoredCall], next: Int) {
    let rows = try database.rows(
      "SELECT id, row, is_servers, record FROM calls WHERE id > ?1 ORDER BY id LIMIT ?2",
      [.integer(id), .integer(limit)])
    let calls = rows.map { row in
      StoredCall(
        row: row[1].text ?? "row|\(row[0].integer ?? 0)", isServers: row[2].integer == 1,
        record: CallRecord(json: row[3].text))
    }
    return (calls, rows.last?[0].integer ?? id)
  }

  /// How many rows there are.
  ///
  /// - Throws: ``CallLogError``.
  public func rowsStored() throws(CallLogError) -> Int {
    try database.integer("SELECT count(*) FROM calls")
  }

  private func rows(
    _ statement: String, _ values: [SQLiteValue]
  ) throws(CallLogError) -> [CallRecord] {
    try database.rows(statement, values).map { CallRecord(json: $0.last?.text) }
  }
}
