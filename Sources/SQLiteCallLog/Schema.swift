/// The tables of a call log, and how those of earlier versions become them.
enum Schema {
  /// Sees that the tables are there.
  static func prepare(
    _ database: SQLiteDatabase, path: String, isReadOnly: Bool
  ) throws(CallLogError) {
    let version = try database.integer("PRAGMA user_version")
    guard version <= SQLiteCallLog.schemaVersion else {
      throw .newerSchema(path: path, version: version)
    }
    if isReadOnly {
      guard version > 0 else { throw .notALog(path: path) }
      return
    }
    if version == 0 {
      guard try database.integer("SELECT count(*) FROM sqlite_master") == 0 else {
        throw .notALog(path: path)
      }
    }
    _ = try database.integer("PRAGMA journal_mode=WAL")
    try database.run("PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864")
    if version == SQLiteCallLog.schemaVersion { return }
    // Two servers may begin at once: the second finds what the first has made.
    try database.run("BEGIN IMMEDIATE")
    do throws(CallLogError) {
      switch try database.integer("PRAGMA user_version") {
      case 0: try database.run(tables)
      case 1: try database.run(fromFirst)
      default: break
      }
      try database.run("COMMIT")
    } catch {
      try? database.run("ROLLBACK")
      throw error
    }
  }

  private static let tables = """
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY,
      row TEXT,
      platform TEXT,
      call_sid TEXT,
      stream_sid TEXT,
      first_seen INTEGER NOT NULL,
      started_at INTEGER,
      is_servers INTEGER NOT NULL DEFAULT 0,
      told INTEGER NOT NULL DEFAULT 0,
      record TEXT NOT NULL
    );
    CREATE UNIQUE INDEX calls_by_row ON calls (row);
    CREATE INDEX calls_by_call ON calls (call_sid);
    CREATE INDEX calls_by_stream ON calls (stream_sid);
    CREATE INDEX calls_by_time ON calls (first_seen);
    \(counts)
    PRAGMA user_version = 2;
    """

  private static let fromFirst = """
    ALTER TABLE calls ADD COLUMN row TEXT;
    ALTER TABLE calls ADD COLUMN is_servers INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE calls ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    CREATE UNIQUE INDEX calls_by_row ON calls (row);
    UPDATE OR IGNORE calls SET row = 'stream|' || stream_sid WHERE stream_sid IS NOT NULL;
    UPDATE OR IGNORE calls SET row = 'call|' || call_sid WHERE stream_sid IS NULL;
    UPDATE calls SET is_servers = 1 WHERE started_at IS NOT NULL;
    \(counts)
    PRAGMA user_version = 2;
    """

  private static let counts = """
    CREATE TABLE days (day INTEGER PRIMARY KEY, rows INTEGER NOT NULL, bytes INTEGER NOT NULL);
    CREATE TABLE sweeps (at INTEGER NOT NULL);
    """
}
