/// Something to be joined to a call's record: the end of its socket, or a callback.
public struct CallLogEvent: Hashable, Sendable {
  /// Which streams of a call an event is about.
  public enum Scope: Hashable, Sendable {
    /// The stream it names, or else the call's newest.
    case stream
    /// All of them.
    case call
  }

  /// What it was, when it came, and how duplicates are known.
  public var event: CallRecord.Event
  /// What it is about.
  public var scope: Scope
  /// What it says; nil fields say nothing. Its identifiers tell whose record it belongs to.
  public var facts: CallRecord

  /// Makes an event.
  public init(_ event: CallRecord.Event, scope: Scope = .stream, facts: CallRecord) {
    self.event = event
    self.scope = scope
    self.facts = facts
  }

  /// Whether it names the call it belongs to.
  public var isIdentified: Bool { facts.callSID != nil || facts.streamSID != nil }

  /// Joins the event to the records of its call.
  ///
  /// A stream that is named gets a record of its own; one that nothing but callbacks without a stream's
  /// name knew of becomes its record. An event that a record has already is not joined again.
  ///
  /// - Parameter records: every record with the call's or the stream's identifier, oldest first.
  /// - Returns: the indices of the records that changed; the last of them may be new.
  public func join(to records: inout [CallRecord]) -> [Int] {
    let isTold = records.contains { record in record.events.contains { $0.key == event.key } }
    guard !isTold else { return [] }
    var targets: [Int]
    switch (scope, facts.streamSID) {
    case (.call, _): targets = Array(records.indices)
    case (.stream, let name?):
      let index =
        records.lastIndex { $0.streamSID == name } ?? records.lastIndex { $0.streamSID == nil }
      targets = index.map { [$0] } ?? []
    case (.stream, nil): targets = records.indices.last.map { [$0] } ?? []
    }
    if targets.isEmpty {
      records.append(CallRecord())
      targets = [records.count - 1]
    }
    return targets.filter { index in
      guard records[index].events.count < CallRecord.maximumEvents else { return false }
      records[index].merge(facts)
      records[index].events.append(event)
      return true
    }
  }
}
