/// The tables of a call log in PostgreSQL, and how those of earlier versions become them: in the schema that
/// the connection's search path names first.
enum PostgresSchema {
  /// Of the locks that applications may choose: two nodes that start at once make the tables once.
  private static let lock = "7305808870244421"

  /// Each brings the tables from the version of its place to the next.
  private static let migrations = [
    """
    CREATE TABLE sidetone_calls (
      id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      "row" TEXT NOT NULL UNIQUE,
      platform TEXT,
      call_sid TEXT,
      stream_sid TEXT,
      first_seen BIGINT NOT NULL,
      started_at BIGINT,
      is_servers BOOLEAN NOT NULL DEFAULT FALSE,
      told INTEGER NOT NULL DEFAULT 0,
      record JSON NOT NULL
    );
    CREATE INDEX sidetone_calls_by_call ON sidetone_calls (call_sid);
    CREATE INDEX sidetone_calls_by_stream ON sidetone_calls (stream_sid);
    CREATE INDEX sidetone_calls_by_time ON sidetone_calls (first_seen, id);
    CREATE TABLE sidetone_days (
      day BIGINT PRIMARY KEY,
      "rows" BIGINT NOT NULL DEFAULT 0,
      bytes BIGINT NOT NULL DEFAULT 0,
      was_swept BOOLEAN NOT NULL DEFAULT FALSE
    );
    """
  ]

  static var version: Int { migrations.count }

  /// Sees that the tables are there, or, to read, that they can be read.
  static func prepare(
    _ connection: PostgresConnection, name: String, isReadOnly: Bool
  ) throws(PostgresCallLogError) {
    guard try found(connection, name) < version else { return }
    guard !isReadOnly else { throw .notALog(name) }
    try connection.transaction { () throws(PostgresCallLogError) in
      try connection.rows("SELECT pg_advisory_xact_lock(\(lock))")
      let found = try found(connection, name)
      guard found < version else { return }
      try connection.run("CREATE TABLE IF NOT EXISTS sidetone_schema (version INTEGER NOT NULL)")
      for migration in migrations[found...] { try connection.run(migration) }
      try connection.run("DELETE FROM sidetone_schema")
      try connection.rows("INSERT INTO sidetone_schema VALUES ($1::integer)", [String(version)])
    }
  }

  private static func found(
    _ connection: PostgresConnection, _ name: String
  ) throws(PostgresCallLogError) -> Int {
    // Not by to_regclass, which may remember from before the lock that there was none.
    let tables = try connection.rows(
      "SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = 'sidetone_schema' "
        + "AND schemaname = current_schema()")
    guard !tables.isEmpty else { return 0 }
    let text = try connection.rows("SELECT max(version) FROM sidetone_schema").first?.first ?? nil
    let found = text.flatMap(Int.init) ?? 0
    guard found <= version else { throw .newerSchema(name, version: found) }
    return found
  }
}
