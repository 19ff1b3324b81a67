import Telephony

/// A row of a store: what it is known by, whose it is, and its record.
public struct StoredCall: Hashable, Sendable {
  /// What it is known by (``CallLogEvent/row``).
  public var row: String
  /// Whether a server that carried it has told of it.
  public var isServers: Bool
  /// What is known.
  public var record: CallRecord

  /// Makes a row.
  public init(row: String, isServers: Bool, record: CallRecord) {
    self.row = row
    self.isServers = isServers
    self.record = record
  }

  /// What callbacks have told of it.
  public var told: Int { record.events.count { !$0.isServers } }
}

extension CallRecord {
  /// A record as a store holds it; one in which nothing is known where that is none.
  public init(json text: String?) {
    self.init(text.flatMap { try? JSONValue($0) } ?? .null)
  }
}
