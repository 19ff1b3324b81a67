import AudioEngine
import Telephony

/// Something that a server tells of itself while it runs: a line of its log. Never one per message.
///
/// Holds no credential: what a peer wrote is redacted, and telephone numbers are left to the call log.
public struct ServerEvent: Hashable, Sendable {
  /// How much it matters.
  public enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
    /// What is needed only to find a fault.
    case debug
    /// The ordinary course of things.
    case info
    /// Something that somebody should look at.
    case warning
    /// Something that does not work.
    case error

    /// By how much it matters.
    public static func < (left: Level, right: Level) -> Bool {
      let order = allCases
      return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
    }
  }

  /// What tells it.
  public enum Module: String, Hashable, Sendable, CaseIterable {
    /// Starting and stopping.
    case server
    /// Who was not let in.
    case access
    /// Calls, from their start to their end.
    case call
    /// Where calls are written down.
    case callLog = "call-log"
    /// What calls sounded like.
    case recording
    /// What went into calls and came out.
    case trace
    /// The other nodes, and the registry of all.
    case fleet
  }

  /// A fact, by name.
  public struct Fact: Hashable, Sendable {
    /// Its name, in camel case.
    public let name: String
    /// Its value.
    public let value: Value
  }

  /// What a fact says: numbers are not told as text, so that machines can count with them.
  public enum Value: Hashable, Sendable {
    /// Words, ids and addresses, at most 256 characters.
    case text(String)
    /// A count, a code or a time.
    case number(Int)

    /// The value as people read it.
    public var text: String {
      switch self {
      case .text(let text): text
      case .number(let number): String(number)
      }
    }
  }

  /// How much it matters.
  public let level: Level
  /// What tells it.
  public let module: Module
  /// What happened, in a few words that are always the same.
  public let message: String
  /// What it happened to.
  public let facts: [Fact]

  /// Makes an event; facts without a value are left out.
  package init(
    _ level: Level, _ module: Module, _ message: String,
    _ facts: [(String, (any ServerEventFact)?)] = []
  ) {
    self.level = level
    self.module = module
    self.message = message
    self.facts = facts.compactMap { name, value in
      value.map { Fact(name: name, value: $0.eventValue) }
    }
  }
}

/// What can be told as a fact of an event.
package protocol ServerEventFact {
  var eventValue: ServerEvent.Value { get }
}

extension String: ServerEventFact {
  package var eventValue: ServerEvent.Value { .text(String(prefix(256))) }
}

extension Int: ServerEventFact {
  package var eventValue: ServerEvent.Value { .number(self) }
}

/// Takes a server's events. Called on the loops' threads: it must not block, nor take long.
public typealias ServerLog = @Sendable (ServerEvent) -> Void

extension Call {
  /// The line of a call's start.
  func startEvent(_ start: StreamStart) -> ServerEvent {
    ServerEvent(
      .info, .call, "call started",
      [
        ("callSid", start.callSID), ("streamSid", start.streamSID),
        ("platform", session.platform?.name), ("peer", upgrade.peerAddress),
        ("format", wireFormat.map { "\($0.encoding.rawValue) \($0.rate.hertz) Hz" }),
      ])
  }

  /// The line of a socket whose stream goes on over a newer one.
  func replacedLine() -> ServerEvent {
    ServerEvent(
      .warning, .call, StreamEvidence.replacedReason,
      [
        ("callSid", session.start?.callSID), ("streamSid", session.start?.streamSID),
        ("platform", session.platform?.name), ("peer", upgrade.peerAddress),
      ])
  }

  /// The line of a call's end: a warning where the connection was lost, the audio fell short or no
  /// stream had begun, with what could not be used of what came.
  func endEvent(reason: String) -> ServerEvent {
    let shortfalls = session.configuration.serviceLevel.shortfalls(in: statistics)
    let isLost = closeCode == nil
    let lasted = startedAt.map { (loop.now - $0.loop).wholeNanoseconds / 1_000_000 }
    let words = Redaction.text(String(reason.prefix(123)))
    var facts: [(String, (any ServerEventFact)?)] = [
      ("callSid", session.start?.callSID), ("streamSid", session.start?.streamSID),
      ("platform", session.platform?.name), ("closeCode", Int(closeCode ?? 1006)),
    ]
    if !words.isEmpty { facts.append(("reason", words)) }
    if let lasted { facts.append(("durationMs", Int(lasted))) }
    if !shortfalls.isEmpty {
      facts.append(("shortfalls", shortfalls.map(\.description).joined(separator: "; ")))
    }
    guard startedAt != nil else {
      let refused = session.refused.map { "\($0.key)=\($0.value)" }.sorted()
      facts.append(("peer", upgrade.peerAddress))
      facts.append(("messages", Int(session.messagesReceived)))
      if !refused.isEmpty { facts.append(("refused", refused.joined(separator: " "))) }
      return ServerEvent(.warning, .call, "call ended before its start", facts)
    }
    return ServerEvent(
      isLost || !shortfalls.isEmpty ? .warning : .info, .call, "call ended", facts)
  }

  /// The line of a bot that has thrown: which error, without what may be a credential.
  func botFailedEvent(_ error: any Error) -> ServerEvent {
    ServerEvent(
      .warning, .call, "bot failed",
      [
        ("callSid", session.start?.callSID), ("streamSid", session.start?.streamSID),
        ("platform", session.platform?.name), ("errorType", ServerMetrics.typeName(error)),
        ("error", Redaction.text(String(String(describing: error).prefix(256)))),
      ])
  }
}
