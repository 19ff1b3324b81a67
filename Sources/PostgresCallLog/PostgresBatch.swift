import CallLog
import Telephony

/// Events on their way to their rows: what is read once for all of them, and what has changed.
struct PostgresBatch {
  /// What callbacks of calls that no node carries have written on a day.
  struct Told: Hashable {
    var rows = 0
    var bytes = 0
  }

  private let limits: PostgresCallLog.Limits
  private let carried: Set<String>
  private var calls: [String: StoredCall] = [:]
  private var names: Set<String> = []
  /// Before this batch; nil where no callback is in it.
  private let told: Told?
  /// By this batch.
  private(set) var added = Told()

  init(rows: [StoredCall], carried: Set<String>, told: Told?, limits: PostgresCallLog.Limits) {
    self.limits = limits
    self.carried = carried
    self.told = told
    for call in rows { calls[call.row] = call }
  }

  /// The rows to write, in one order on every node.
  var changed: [StoredCall] { names.sorted().compactMap { calls[$0] } }

  /// Joins one event to its row; false where it is left out.
  mutating func join(_ event: CallLogEvent) -> Bool {
    guard event.isIdentified else { return false }
    let found = calls[event.row]
    let isServers = event.origin == .server || found?.isServers ?? false
    if event.origin == .callback {
      if let found, found.told >= CallRecord.mostCallbacks { return false }
      let bytes = (told?.bytes ?? 0) + added.bytes
      let rows = (told?.rows ?? 0) + added.rows
      let isFull =
        bytes >= limits.callbackBytesADay || found == nil && rows >= limits.callbackRowsADay
      let isOurs = isServers || event.facts.callSID.map(carried.contains) ?? false
      if isFull, !isOurs { return false }
    }
    var record = found?.record ?? CallRecord()
    switch record.take(event) {
    case .joined: break
    case .known: return true
    case .full: return false
    }
    calls[event.row] = StoredCall(row: event.row, isServers: isServers, record: record)
    names.insert(event.row)
    if event.origin == .callback, !isServers {
      added.bytes += record.jsonValue().json.utf8.count
      if found == nil { added.rows += 1 }
    }
    return true
  }
}

extension StoredCall {
  /// A row of `row, is_servers, told, record`.
  init(_ columns: [String?]) {
    self.init(
      row: columns[0] ?? "", isServers: columns[1] == "t", record: CallRecord(json: columns[3]))
  }
}
