public import CallLog
import Ground
import Telephony

/// A call log in PostgreSQL, which the nodes of a fleet share.
///
/// One table, `sidetone_calls`: a row for each stream and for what is told of a call as a whole, its
/// identifiers and times as columns, all of it as JSON in `record`. A batch is one transaction of three
/// statements whatever its size, and three more where callbacks are in it: its rows are locked in one order,
/// so that nodes which write the same row wait for each other and never for ever, then read, then written by
/// one upsert. Times are milliseconds since 1970. The client
/// library blocks, so the log has a thread of its own; it connects when it is made, and
/// ``CallLogWriter`` makes it anew where a write has failed.
@safe
public actor PostgresCallLog: CallLog {
  /// The version of the tables; those of a newer one are refused, older ones are brought up to it.
  public static var schemaVersion: Int { PostgresSchema.version }

  /// What strangers may make it grow by in a day, by callbacks of calls that no node carries.
  public struct Limits: Hashable, Sendable {
    /// New rows, of all nodes together.
    public var callbackRowsADay = 200_000
    /// Bytes that are written to such rows.
    public var callbackBytesADay = 512 << 20

    /// Makes limits.
    public init() {}
  }

  private let name: String
  private let limits: Limits
  private let keptDays: Int?
  private nonisolated let thread: BlockingExecutor
  private let connection: PostgresConnection
  /// When this node last looked whether calls are too old.
  private var sweptAt: ContinuousClock.Instant?

  /// Streams of one call that are read.
  private static let mostStreams = 64
  private static let day: Int64 = 86_400_000
  /// Whichever node looks first in a day does it; the others need not ask with each batch.
  private static let betweenSweeps = Duration.seconds(600)

  /// The log's own thread, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe thread.asUnownedSerialExecutor()
  }

  /// Connects to a log, and makes its tables where there are none. Blocks for some seconds at most;
  /// ``opened(at:isReadOnly:keptDays:limits:)`` does not.
  ///
  /// - Parameters:
  ///   - address: where it is.
  ///   - isReadOnly: takes only what there is, and leaves it as it is.
  ///   - keptDays: calls first heard of longer ago are deleted, a day's worth a day; nil keeps all.
  ///   - limits: what strangers may make it grow by.
  /// - Throws: ``PostgresCallLogError``.
  public init(
    at address: PostgresAddress, isReadOnly: Bool = false, keptDays: Int? = nil,
    limits: Limits = Limits()
  ) throws(PostgresCallLogError) {
    precondition(keptDays ?? 1 > 0, "a call log keeps calls for a day at least")
    name = address.name
    self.limits = limits
    self.keptDays = keptDays
    thread = BlockingExecutor(label: "call log")
    connection = try PostgresConnection(address)
    try PostgresSchema.prepare(connection, name: name, isReadOnly: isReadOnly)
  }

  /// Connects as the initialiser does, on a thread that may block.
  public static func opened(
    at address: PostgresAddress, isReadOnly: Bool = false, keptDays: Int? = nil,
    limits: Limits = Limits()
  ) async throws -> PostgresCallLog {
    try await BlockingExecutor(label: "opening the call log").run {
      try PostgresCallLog(at: address, isReadOnly: isReadOnly, keptDays: keptDays, limits: limits)
    }
  }

  /// Joins events to their rows in one transaction.
  public func write(_ events: [CallLogEvent]) throws(PostgresCallLogError) -> [Int] {
    do throws(PostgresCallLogError) {
      return try join(events)
    } catch .refused where events.count > 1 {
      // One of them can never be written: each by itself tells which.
      var leftOut: [Int] = []
      for (index, event) in events.enumerated() {
        do throws(PostgresCallLogError) {
          if try !join([event]).isEmpty { leftOut.append(index) }
        } catch .refused {
          leftOut.append(index)
        }
      }
      return leftOut
    } catch .refused where events.count == 1 {
      return [0]
    }
  }

  private func join(_ events: [CallLogEvent]) throws(PostgresCallLogError) -> [Int] {
    try connection.transaction { () throws(PostgresCallLogError) -> [Int] in
      let names = Set(events.lazy.filter(\.isIdentified).map(\.row))
      let callbacks = events.filter { $0.origin == .callback }
      var batch = PostgresBatch(
        rows: try locked(names), carried: try carried(callbacks),
        told: callbacks.isEmpty ? nil : try toldToday(), limits: limits)
      let leftOut = events.indices.filter { !batch.join(events[$0]) }
      _ = try insert(
        batch.changed,
        onConflict: "DO UPDATE SET platform = excluded.platform, call_sid = excluded.call_sid, "
          + "stream_sid = excluded.stream_sid, first_seen = excluded.first_seen, "
          + "started_at = excluded.started_at, is_servers = excluded.is_servers, "
          + "told = excluded.told, record = excluded.record")
      try count(batch.added)
      try sweep()
      return leftOut
    }
  }

  /// The rows of these names, which nobody else changes until the transaction's end.
  private func locked(_ names: Set<String>) throws(PostgresCallLogError) -> [StoredCall] {
    let list = PostgresArray.text(names.sorted())
    try connection.rows(
      "SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(r, 7305) AS h "
        + "FROM unnest($1::text[]) AS r ORDER BY 1) AS s", [list])
    return try connection.rows(
      "SELECT \"row\", is_servers, told, record FROM sidetone_calls WHERE \"row\" = ANY($1::text[])",
      [list]
    ).map(StoredCall.init)
  }

  /// The calls among those of callbacks that a node has carried.
  private func carried(_ events: [CallLogEvent]) throws(PostgresCallLogError) -> Set<String> {
    let calls = Set(events.compactMap(\.facts.callSID))
    guard !calls.isEmpty else { return [] }
    let rows = try connection.rows(
      "SELECT DISTINCT call_sid FROM sidetone_calls WHERE is_servers AND call_sid = ANY($1::text[])",
      [PostgresArray.text(calls.sorted())])
    return Set(rows.compactMap { $0[0] })
  }

  /// Writes rows; what becomes of those that are there already is for `conflict` to say.
  private func insert(
    _ calls: [StoredCall], onConflict conflict: String
  ) throws(PostgresCallLogError) -> [[String?]] {
    guard !calls.isEmpty else { return [] }
    return try connection.rows(
      "INSERT INTO sidetone_calls (\"row\", platform, call_sid, stream_sid, first_seen, started_at, "
        + "is_servers, told, record) SELECT r, p, c, s, f, b, i, t, j::json FROM unnest($1::text[], "
        + "$2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::boolean[], "
        + "$8::integer[], $9::text[]) AS u (r, p, c, s, f, b, i, t, j) ON CONFLICT (\"row\") "
        + conflict, Self.columns(of: calls))
  }

  private static func columns(of calls: [StoredCall]) -> [String] {
    let records = calls.map(\.record)
    return [
      PostgresArray.text(calls.map(\.row)), PostgresArray.text(records.map { $0.platform?.name }),
      PostgresArray.text(records.map(\.callSID)), PostgresArray.text(records.map(\.streamSID)),
      PostgresArray.numbers(records.map { $0.firstSeen?.milliseconds ?? 0 }),
      PostgresArray.numbers(records.map { $0.startedAt?.milliseconds }),
      PostgresArray.text(calls.map { $0.isServers ? "t" : "f" }),
      PostgresArray.numbers(calls.map { Int64($0.told) }),
      PostgresArray.text(records.map { $0.jsonValue().json }),
    ]
  }

  /// The server's own day, the same for every node.
  private static let today = "(extract(epoch FROM now())::bigint / 86400)"

  /// What callbacks have written today, on all nodes.
  private func toldToday() throws(PostgresCallLogError) -> PostgresBatch.Told {
    let row = try connection.rows(
      "SELECT \"rows\", bytes FROM sidetone_days WHERE day = \(Self.today)"
    ).first
    func number(_ at: Int) -> Int { row?[at].flatMap(Int.init) ?? 0 }
    return PostgresBatch.Told(rows: number(0), bytes: number(1))
  }

  private func count(_ added: PostgresBatch.Told) throws(PostgresCallLogError) {
    guard added != PostgresBatch.Told() else { return }
    try connection.rows(
      "INSERT INTO sidetone_days AS d (day, \"rows\", bytes) VALUES (\(Self.today), $1::bigint, "
        + "$2::bigint) ON CONFLICT (day) DO UPDATE SET \"rows\" = d.\"rows\" + excluded.\"rows\", "
        + "bytes = d.bytes + excluded.bytes", [String(added.rows), String(added.bytes)])
  }

  /// Deletes a day's worth of what is too old, once a day for all nodes, by the database's clock. While that
  /// clock is more than a day ahead of the newest call, nothing is deleted: it may have jumped.
  private func sweep() throws(PostgresCallLogError) {
    guard let keptDays, sweptAt.map({ $0.duration(to: .now) > Self.betweenSweeps }) ?? true else {
      return
    }
    let now = "extract(epoch FROM now())::bigint * 1000"
    let swept = try connection.rows(
      "INSERT INTO sidetone_days AS d (day, was_swept) SELECT \(Self.today), TRUE "
        + "WHERE (SELECT max(first_seen) FROM sidetone_calls) > \(now) - \(Self.day) "
        + "ON CONFLICT (day) DO UPDATE SET was_swept = TRUE WHERE NOT d.was_swept RETURNING 1")
    sweptAt = .now
    guard !swept.isEmpty else { return }
    try connection.rows(
      "DELETE FROM sidetone_calls WHERE first_seen < least(\(now) - $1::bigint, "
        + "(SELECT min(first_seen) FROM sidetone_calls) + \(Self.day))",
      [String(Int64(keptDays) * Self.day)])
    try connection.rows("DELETE FROM sidetone_days WHERE day < \(Self.today) - 7")
  }

  /// Takes over what another log holds; what is here already stays as it is.
  ///
  /// - Returns: how many rows were new.
  public func adopt(_ calls: [StoredCall]) throws(PostgresCallLogError) -> Int {
    try insert(calls, onConflict: "DO NOTHING RETURNING 1").count
  }

  /// A call's own row `c`, which stands for the call only where no stream does.
  private static let isAside = """
    (c.stream_sid IS NULL AND c.started_at IS NULL AND EXISTS \
    (SELECT 1 FROM sidetone_calls AS s WHERE s.call_sid = c.call_sid AND s.id <> c.id))
    """

  /// The newest records.
  public func records(
    since time: WallTime?, limit: Int
  ) throws(PostgresCallLogError) -> [CallRecord] {
    try completed(
      "SELECT record FROM sidetone_calls AS c WHERE first_seen >= $1::bigint AND NOT \(Self.isAside) "
        + "ORDER BY first_seen DESC, id DESC LIMIT $2::bigint",
      [String(time?.milliseconds ?? 0), String(max(limit, 0))])
  }

  /// The records of one call or stream.
  public func records(of sid: String) throws(PostgresCallLogError) -> [CallRecord] {
    // However many streams callbacks have made up, those that were carried are among them.
    try completed(
      "SELECT record FROM sidetone_calls AS c WHERE (call_sid = $1 OR stream_sid = $1) AND NOT "
        + "\(Self.isAside) ORDER BY started_at IS NULL, id LIMIT $2::bigint",
      [sid, String(Self.mostStreams)])
  }

  /// Whether there is a record of a call or a stream of one of these names.
  public func knows(anyOf sids: [String]) throws(PostgresCallLogError) -> Bool {
    try !connection.rows(
      "SELECT 1 FROM sidetone_calls WHERE call_sid = ANY($1::text[]) OR stream_sid = ANY($1::text[]) "
        + "LIMIT 1", [PostgresArray.text(sids.prefix(8).map(\.self))]
    ).isEmpty
  }

  /// Streams' records, each with what its call's own row says.
  private func completed(
    _ statement: String, _ values: [String]
  ) throws(PostgresCallLogError) -> [CallRecord] {
    let records = try connection.rows(statement, values).map { CallRecord(json: $0[0]) }
    var all: [CallRecord] = []
    for record in records { all.append(try complete(record)) }
    return all
  }

  private func complete(_ record: CallRecord) throws(PostgresCallLogError) -> CallRecord {
    guard let call = record.callSID,
      let row = try connection.rows(
        "SELECT record FROM sidetone_calls WHERE call_sid = $1 AND stream_sid IS NULL "
          + "AND started_at IS NULL ORDER BY id LIMIT 1", [call]
      ).first.map({ CallRecord(json: $0[0]) }), row.events != record.events
    else { return record }
    let newest = try connection.rows(
      "SELECT stream_sid FROM sidetone_calls WHERE call_sid = $1 AND NOT (stream_sid IS NULL "
        + "AND started_at IS NULL) ORDER BY started_at IS NULL, id DESC LIMIT 1", [call]
    ).first?[0]
    return record.completed(by: row, isNewest: newest == record.streamSID)
  }
}
