/// Why a call log in PostgreSQL cannot be used.
public enum PostgresCallLogError: Error, Hashable, CustomStringConvertible {
  /// Its tables are of a newer version.
  case newerSchema(String, version: Int)
  /// It has no tables, and they may not be made.
  case notALog(String)
  /// What was to be written can never be, whenever.
  case refused(String, String)
  /// The server says no, in its own words, or there is none.
  case database(String, String)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .newerSchema(let name, let version):
      "\(name) holds a call log of version \(version); this version reads up to "
        + "\(PostgresCallLog.schemaVersion): use a newer sidetone"
    case .notALog(let name): "\(name) holds no call log: name another database"
    case .refused(let name, let reason), .database(let name, let reason):
      "call log \(name): \(reason)"
    }
  }
}
