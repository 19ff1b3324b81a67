/// Something to be joined to a call's record: the end of its socket, or a callback.
///
/// Events are idempotent: one that is written twice, as after an answer that was lost, is joined once.
public struct CallLogEvent: Hashable, Sendable {
  /// Which streams of a call an event is about.
  public enum Scope: String, Hashable, Sendable {
    /// The stream it names, or else the call's newest.
    case stream
    /// All of them.
    case call
  }

  /// Who says it.
  public enum Origin: String, Hashable, Sendable {
    /// This server, of a socket that it carried. Goes first, is never refused, and is believed.
    case server
    /// A callback, which anybody may have sent. Waits, may be refused, and overwrites nothing that the
    /// server says.
    case callback
  }

  /// What it was, when it came, and how duplicates are known.
  public var event: CallRecord.Event
  /// What it is about.
  public var scope: Scope
  /// Who says it.
  public var origin: Origin
  /// What it says; nil fields say nothing. Its identifiers tell whose record it belongs to.
  public var facts: CallRecord

  /// Makes an event. Texts are cut to the sizes that records have.
  public init(
    _ event: CallRecord.Event, scope: Scope = .stream, origin: Origin = .callback,
    facts: CallRecord
  ) {
    self.event = CallRecord.Event(
      key: CallRecord.key(event.key), name: CallRecord.cut(event.name, CallRecord.mostOfName),
      at: event.at)
    self.scope = scope
    self.origin = origin
    self.facts = facts
    self.facts.bound()
  }

  /// Whether it names the call it belongs to.
  public var isIdentified: Bool { facts.callSID != nil || facts.streamSID != nil }

  /// The one row of a store that the event is joined to, told from the event alone: a stream's, a
  /// nameless socket's, or that of a call as a whole, which readers join to the call's streams
  /// (``CallRecord/completed(by:isNewest:)``). So joining costs the same however much is stored, and a
  /// batch can be read and written by its rows.
  public var row: String {
    switch (scope, facts.streamSID, facts.callSID) {
    case (.call, _, let call?): "call|\(call)"
    case (_, let stream?, _): "stream|\(stream)"
    case (_, nil, let call?) where origin == .callback: "call|\(call)"
    case (_, nil, _): "socket|\(event.key)"
    }
  }

  /// About how many bytes of memory it takes.
  var size: Int { 256 + event.key.utf8.count + event.name.utf8.count + facts.size }
}
