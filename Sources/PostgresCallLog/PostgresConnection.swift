import CPostgreSQL

/// One connection to a PostgreSQL server, by its own client library. Blocks; not thread-safe: its owner sees
/// to both. Every wait has an end: for the connection, for a statement, for a lock, for a peer that is gone.
@safe
final class PostgresConnection {
  private let connection: OpaquePointer
  private let name: String

  /// The version of PostgreSQL that statements here need, as the library numbers it.
  private static let oldestServer: Int32 = 110_000
  /// What an address may overrule: seconds to connect, milliseconds until a peer that does not acknowledge
  /// is gone, milliseconds of a statement and of a lock.
  private static let bounds: [(String, String)] = [
    ("application_name", "sidetone"), ("connect_timeout", "5"), ("tcp_user_timeout", "10000"),
    ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
    ("options", "-c statement_timeout=30000 -c lock_timeout=10000"),
  ]

  /// Connects; blocks for some seconds at most.
  init(_ address: PostgresAddress) throws(PostgresCallLogError) {
    name = address.name
    let words = Self.bounds + [("dbname", address.text)]
    let opened = unsafe Self.withPointers(words.map(\.0)) { keys in
      unsafe Self.withPointers(words.map(\.1)) { values in
        unsafe PQconnectdbParams(keys, values, 1)
      }
    }
    guard let connection = unsafe opened else {
      throw .database(name, "not enough memory for a connection")
    }
    unsafe self.connection = connection
    guard unsafe PQstatus(connection) == CONNECTION_OK else {
      throw .database(name, Self.sentence(unsafe String(cString: PQerrorMessage(connection))))
    }
    let version = unsafe PQserverVersion(connection)
    guard version >= Self.oldestServer else {
      throw .database(name, "PostgreSQL \(version / 10_000) is too old: 11 or newer is needed")
    }
  }

  deinit { unsafe PQfinish(connection) }

  /// Runs one statement with values for `$1`, `$2` and so on; gives back its rows.
  @discardableResult
  func rows(
    _ statement: String, _ values: [String?] = []
  ) throws(PostgresCallLogError) -> [[String?]] {
    // A zero byte would end a text; no identifier has one, and none may cut another short.
    let texts = values.map { $0.map { $0.replacing("\0", with: "\u{FFFD}") } }
    let result = unsafe Self.withPointers(texts) { pointers in
      unsafe PQexecParams(
        connection, statement, Int32(texts.count), nil, pointers, nil, nil, 0)
    }
    defer { unsafe PQclear(result) }
    switch unsafe PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
      break
    default:
      throw unsafe failure(of: result)
    }
    let columns = unsafe PQnfields(result)
    return unsafe (0..<PQntuples(result)).map { row in
      (0..<columns).map { column in
        unsafe PQgetisnull(result, row, column) == 1
          ? nil : String(cString: PQgetvalue(result, row, column))
      }
    }
  }

  /// Runs several statements that give nothing back.
  func run(_ statements: String) throws(PostgresCallLogError) {
    let result = unsafe PQexec(connection, statements)
    defer { unsafe PQclear(result) }
    switch unsafe PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
    default: throw unsafe failure(of: result)
    }
  }

  /// Runs `body` as one transaction: all of it or, where it throws, nothing.
  func transaction<Result>(
    _ body: () throws(PostgresCallLogError) -> Result
  ) throws(PostgresCallLogError) -> Result {
    try run("BEGIN")
    do throws(PostgresCallLogError) {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      try? run("ROLLBACK")
      throw error
    }
  }

  private func failure(of result: OpaquePointer?) -> PostgresCallLogError {
    let reason = Self.sentence(unsafe String(cString: PQerrorMessage(connection)))
    let state = unsafe result.flatMap { unsafe PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }
    // Data that can never be written (class 22) or that breaks a rule of the table (23): not for want of time.
    let code = unsafe state.map { unsafe String(cString: $0) } ?? ""
    return code.hasPrefix("22") || code.hasPrefix("23")
      ? .refused(name, reason) : .database(name, reason)
  }

  /// The library's words in one line, without their "ERROR:".
  private static func sentence(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
      .joined(separator: "; ")
    return String(line.hasPrefix("ERROR:  ") ? line.dropFirst(8) : line[...])
  }

  /// Texts as C has them, with a null behind them.
  private static func withPointers<Result>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    var bytes: [CChar] = []
    let offsets = texts.map { text -> Int? in
      guard let text else { return nil }
      defer { bytes += text.utf8CString }
      return bytes.count
    }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      let base = buffer.baseAddress
      let pointers =
        unsafe offsets.map { offset in
          unsafe offset.flatMap { offset in unsafe base.map { unsafe $0 + offset } }
        } + [nil]
      return unsafe pointers.withUnsafeBufferPointer { list in
        // It holds the null at least.
        guard let first = list.baseAddress else { fatalError("an empty list has a null") }
        return unsafe body(first)
      }
    }
  }
}

/// Lists of values as PostgreSQL writes them, so that a batch is one statement whatever its size.
enum PostgresArray {
  static func text(_ values: [String?]) -> String {
    let items = values.map { value -> String in
      guard let value else { return "NULL" }
      return "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    return "{" + items.joined(separator: ",") + "}"
  }

  static func numbers(_ values: [Int64?]) -> String {
    "{" + values.map { $0.map(String.init) ?? "NULL" }.joined(separator: ",") + "}"
  }
}
