/// Something that a simulated account does wrong on purpose: `KIND`, `KIND@PLACE`, `KIND@PLACE*COUNT`.
public struct AccountFault: Hashable, Sendable {
  /// What goes wrong. A status refuses and does nothing; all but those do what was asked first.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Refused with that status.
    case badRequest = "400"
    /// Refused with that status.
    case unauthorized = "401"
    /// Refused with that status.
    case forbidden = "403"
    /// Refused with that status.
    case missing = "404"
    /// Refused with that status, and told when to come again.
    case throttled = "429"
    /// Done, and answered with that status all the same.
    case broken = "500"
    /// Done, and answered with a page of HTML.
    case garbled
    /// Done, and answered, or told, three seconds late.
    case slow
    /// Done, and never answered; an event that is never told.
    case lost
    /// An event that is told twice.
    case twice

    /// The status that refuses; nil for another kind.
    var refusal: Int? {
      switch self {
      case .badRequest, .unauthorized, .forbidden, .missing, .throttled: Int(rawValue)
      default: nil
      }
    }

    /// Whether it can befall an event.
    var isOfEvents: Bool { [.slow, .lost, .twice].contains(self) }
  }

  /// What goes wrong.
  public let kind: Kind
  /// The request or the event that it befalls; nil for every request.
  public let place: String?
  /// How often; nil for ever.
  public let count: Int?

  /// The word for all events.
  static let events = "events"

  /// Reads `KIND[@PLACE][*COUNT]`.
  ///
  /// - Parameters:
  ///   - text: for example `429@hangup*2`.
  ///   - requests: the names of the account's requests.
  ///   - events: the names of its events.
  /// - Throws: ``AccountFaultError``.
  public init(
    _ text: String, requests: [String], events: [String]
  ) throws(AccountFaultError) {
    let halves = text.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])) else {
      let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw AccountFaultError(fault: text, reason: "it begins with one of \(kinds)")
    }
    let place = parts.count == 2 ? String(parts[1]) : nil
    let events = events.isEmpty ? [] : [Self.events] + events
    let isEvent = place.map(events.contains) ?? false
    if let place, !isEvent, !requests.contains(place) {
      let places = (requests + events).joined(separator: ", ")
      throw AccountFaultError(fault: text, reason: "behind @ stands one of \(places)")
    }
    if isEvent, !kind.isOfEvents {
      throw AccountFaultError(fault: text, reason: "an event can be slow, lost or twice")
    }
    if !isEvent, kind == .twice {
      throw AccountFaultError(fault: text, reason: "only an event can be twice: twice@events")
    }
    count = halves.count == 2 ? Int(halves[1]) : nil
    guard halves.count == 1 || (1...1_000_000).contains(count ?? 0) else {
      throw AccountFaultError(fault: text, reason: "behind * stands how often, 1 to 1000000")
    }
    self.kind = kind
    self.place = place
  }
}

/// A text that names no fault.
public struct AccountFaultError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text as it was given.
  public let fault: String
  /// What is wrong with it.
  public let reason: String

  /// One clear sentence without a full stop.
  public var description: String { "'\(fault)' is no fault: \(reason)" }
}

/// The faults of one account, some of which run out.
struct AccountFaults {
  private var faults: [(fault: AccountFault, left: Int?)]

  init(_ faults: [AccountFault]) { self.faults = faults.map { ($0, $0.count) } }

  /// The fault that befalls a request, if any: the first that fits.
  mutating func befalling(request place: String) -> AccountFault.Kind? {
    take { $0.place == nil || $0.place == place }
  }

  /// The fault that befalls an event, if any.
  mutating func befalling(event name: String) -> AccountFault.Kind? {
    take { $0.place == AccountFault.events || $0.place == name }
  }

  private mutating func take(_ fits: (AccountFault) -> Bool) -> AccountFault.Kind? {
    guard let index = faults.firstIndex(where: { fits($0.fault) && $0.left != 0 }) else {
      return nil
    }
    faults[index].left = faults[index].left.map { $0 - 1 }
    return faults[index].fault.kind
  }
}
