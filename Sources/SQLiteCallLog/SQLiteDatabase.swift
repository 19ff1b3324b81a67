import CSQLite
import Glibc

/// A value on its way into SQLite or out of it.
enum SQLiteValue {
  case text(String?)
  case integer(Int?)

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }
}

/// One connection to a database. Not thread-safe: its owner sees to that.
@safe
final class SQLiteDatabase {
  private let connection: OpaquePointer
  private let path: String

  /// The file that was opened, as the system knows it.
  private let file: (device: dev_t, node: ino_t)?

  /// How long a statement waits for another process's lock, in milliseconds. A writer tries again, and
  /// whoever runs the server is to hear of it at once.
  private static func lockTimeout(isReadOnly: Bool) -> Int32 { isReadOnly ? 2_000 : 250 }

  init(path: String, isReadOnly: Bool) throws(CallLogError) {
    self.path = path
    var opened: OpaquePointer?
    let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let connection = unsafe opened else {
      unsafe sqlite3_close_v2(opened)
      throw .database(path: path, unsafe String(cString: sqlite3_errstr(code)))
    }
    unsafe self.connection = connection
    file = Self.file(path)
    unsafe sqlite3_busy_timeout(connection, Self.lockTimeout(isReadOnly: isReadOnly))
  }

  deinit { unsafe sqlite3_close_v2(connection) }

  /// Whether the file of this name is still the one that was opened.
  func isAt(_ path: String) -> Bool {
    guard let file, let now = Self.file(path) else { return false }
    return now == file
  }

  private static func file(_ path: String) -> (device: dev_t, node: ino_t)? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? (status.st_dev, status.st_ino) : nil
  }

  /// Runs statements that give nothing back.
  func run(_ statements: String) throws(CallLogError) {
    guard unsafe sqlite3_exec(connection, statements, nil, nil, nil) == SQLITE_OK else {
      throw failure
    }
  }

  /// The number that a statement gives, 0 where it gives none.
  func integer(_ statement: String) throws(CallLogError) -> Int {
    try rows(statement, []).first?.first?.integer ?? 0
  }

  /// Runs one statement that changes rows, and gives back how many it has changed.
  func change(_ text: String, _ values: [SQLiteValue]) throws(CallLogError) -> Int {
    _ = try rows(text, values)
    return Int(unsafe sqlite3_changes(connection))
  }

  /// The rows that one statement gives; values are bound to `?1`, `?2` and so on.
  func rows(
    _ text: String, _ values: [SQLiteValue]
  ) throws(CallLogError) -> [[SQLiteValue]] {
    var prepared: OpaquePointer?
    guard unsafe sqlite3_prepare_v2(connection, text, -1, &prepared, nil) == SQLITE_OK,
      let statement = unsafe prepared
    else { throw failure }
    defer { unsafe sqlite3_finalize(statement) }
    for (offset, value) in values.enumerated() {
      guard unsafe Self.bind(value, to: statement, at: Int32(offset + 1)) == SQLITE_OK else {
        throw failure
      }
    }
    var rows: [[SQLiteValue]] = []
    while true {
      switch unsafe sqlite3_step(statement) {
      case SQLITE_ROW:
        let count = unsafe sqlite3_column_count(statement)
        rows.append((0..<count).map { unsafe Self.column($0, of: statement) })
      case SQLITE_DONE:
        return rows
      default:
        throw failure
      }
    }
  }

  private static func bind(
    _ value: SQLiteValue, to statement: OpaquePointer, at index: Int32
  ) -> Int32 {
    switch value {
    case .text(let text?):
      unsafe sidetone_bind_text(statement, index, text, Int32(clamping: text.utf8.count))
    case .integer(let number?): unsafe sqlite3_bind_int64(statement, index, Int64(number))
    case .text(nil), .integer(nil): unsafe sqlite3_bind_null(statement, index)
    }
  }

  private static func column(_ index: Int32, of statement: OpaquePointer) -> SQLiteValue {
    if unsafe sqlite3_column_type(statement, index) == SQLITE_INTEGER {
      return .integer(Int(unsafe sqlite3_column_int64(statement, index)))
    }
    let bytes = unsafe sqlite3_column_text(statement, index)
    return .text(unsafe bytes.map { unsafe String(cString: $0) })
  }

  private var failure: CallLogError {
    let reason = unsafe String(cString: sqlite3_errmsg(connection))
    switch unsafe sqlite3_errcode(connection) {
    case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH:
      return .refused(path: path, reason)
    default:
      return .database(path: path, reason)
    }
  }
}
