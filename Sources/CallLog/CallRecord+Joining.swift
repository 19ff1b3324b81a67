import Telephony

// How what was told becomes one record, and how large that may grow.
extension CallRecord {
  private typealias IdentityField = WritableKeyPath<CallRecord, String?> & Sendable

  /// What became of an event; see ``CallRecord/take(_:)``.
  public enum Taking: Hashable, Sendable {
    /// It is in the record now.
    case joined
    /// It was in the record before.
    case known
    /// It was left out: callbacks have told enough of this call.
    case full
  }

  /// More callbacks are not kept of one row.
  public static let mostCallbacks = 48
  /// More events of any origin are not kept of one row; the oldest go.
  public static let mostEvents = 64
  /// Different words than the record's own that are kept of one field.
  public static let mostClaims = 4

  static let mostOfName = 256
  private static let mostOfIdentifier = 256
  private static let mostOfText = 1_024
  private static let mostOfParameters = 4_096

  /// Fields that callbacks may fill and never change, by their names in JSON.
  private static let identity: [(name: String, field: any IdentityField)] = [
    ("platform", \.platformName), ("callSid", \.callSID), ("streamSid", \.streamSID),
    ("accountSid", \.accountSID), ("legSid", \.legSID), ("from", \.from), ("to", \.to),
    ("customField", \.customField),
  ]

  /// Joins one event.
  ///
  /// What the server says of its socket is the record's own. A callback fills what nobody has said yet;
  /// what disagrees is kept beside, in ``claims``, whichever came first.
  public mutating func take(_ event: CallLogEvent) -> Taking {
    guard !events.contains(where: { $0.key == event.event.key }) else { return .known }
    switch event.origin {
    case .server:
      if events.count >= Self.mostEvents {
        events.remove(at: events.firstIndex { !$0.isServers } ?? 0)
      }
      absorb(server: event.facts)
    case .callback:
      guard events.count(where: { !$0.isServers }) < Self.mostCallbacks else { return .full }
      absorb(callback: event.facts)
    }
    var told = event.event
    told.isServers = event.origin == .server
    events.append(told)
    return .joined
  }

  /// A stream's record with what was told of its call as a whole.
  ///
  /// - Parameters:
  ///   - call: the call's own row.
  ///   - isNewest: whether this is the newest of the call's streams: what was told of a stream without
  ///     its name is of that one.
  /// - Returns: the record as readers see it.
  public func completed(by call: CallRecord, isNewest: Bool) -> CallRecord {
    var record = self
    var facts = call
    if !isNewest { facts.outcome = call.outcome?.ofWholeCall }
    // What is told of this stream by its name goes before.
    if var outcome = facts.outcome {
      if let own = record.outcome { outcome.merge(own) }
      facts.outcome = outcome
    }
    record.absorb(callback: facts)
    for (name, values) in call.claims {
      for value in values { record.claim(value, of: name) }
    }
    let events = events + call.events
    record.events = events.enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    return record
  }

  private mutating func absorb(server facts: CallRecord) {
    func take<Value>(_ field: WritableKeyPath<CallRecord, Value?>) {
      if let value = facts[keyPath: field] { self[keyPath: field] = value }
    }
    for (name, field) in Self.identity {
      guard let value = facts[keyPath: field] else { continue }
      let earlier = self[keyPath: field]
      let isCallbacks = connectedAt == nil
      self[keyPath: field] = value
      if isCallbacks, let earlier { claim(earlier, of: name) }
    }
    take(\.streamDirection)
    take(\.customParameters)
    take(\.encoding)
    take(\.sampleRate)
    take(\.peerAddress)
    take(\.connectedAt)
    take(\.startedAt)
    take(\.endedAt)
    take(\.durationMilliseconds)
    take(\.closeCode)
    take(\.closeReason)
    take(\.closedBy)
    take(\.stop)
    take(\.statistics)
    take(\.shortfalls)
    take(\.refused)
  }

  private mutating func absorb(callback facts: CallRecord) {
    for (name, field) in Self.identity {
      guard let value = facts[keyPath: field] else { continue }
      if self[keyPath: field] == nil {
        self[keyPath: field] = value
      } else {
        claim(value, of: name)
      }
    }
    guard let told = facts.outcome else { return }
    var merged = outcome ?? PlatformOutcome()
    merged.merge(told)
    outcome = merged
  }

  /// Keeps a value beside the record's own, if it is another.
  private mutating func claim(_ value: String, of name: String) {
    guard let field = Self.identity.first(where: { $0.name == name })?.field,
      let own = self[keyPath: field], own != value
    else { return }
    if name == "from" || name == "to", Self.isSameNumber(own, value) { return }
    var values = claims[name] ?? []
    guard values.count < Self.mostClaims, !values.contains(value) else { return }
    values.append(value)
    claims[name] = values
  }

  /// Whether two telephone numbers differ in no more than how their beginning is written.
  private static func isSameNumber(_ one: String, _ other: String) -> Bool {
    let ends = [one, other].map { $0.filter(\.isNumber).suffix(8) }
    return ends[0] == ends[1] && ends[0].count == 8
  }

  private var platformName: String? {
    get { platform?.name }
    set { platform = newValue.map(Platform.init(name:)) }
  }
}

// Sizes: a row takes a bounded number of bytes, whatever was told.
extension CallRecord {
  /// At most `most` bytes of `text` as JSON writes it.
  static func cut(_ text: String, _ most: Int) -> String {
    // Most texts need no second look.
    if text.utf8.count * 6 <= most { return text }
    var left = most
    for index in text.unicodeScalars.indices {
      left -= width(text.unicodeScalars[index])
      if left < 0 { return String(text.unicodeScalars[..<index]) }
    }
    return text
  }

  /// The bytes of a character in JSON: what a terminal might obey is written as an escape.
  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x2000...0x206F: 6
    case 0x22, 0x5C: 2
    default: UTF8.width(scalar)
    }
  }

  /// A key of bounded size: long ones end in a hash of the whole.
  static func key(_ text: String) -> String {
    guard text.utf8.count > 96 else { return text }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return cut(text, 64) + "~" + String(hash, radix: 16)
  }

  /// Cuts every text to the size that a record has room for.
  mutating func bound() {
    for (_, field) in Self.identity {
      self[keyPath: field] = self[keyPath: field].map { Self.cut($0, Self.mostOfIdentifier) }
    }
    closeReason = closeReason.map { Self.cut($0, Self.mostOfName) }
    stop = stop.map { StreamStop(reason: $0.reason, text: Self.cut($0.text, Self.mostOfName)) }
    shortfalls = shortfalls.map { $0.prefix(16).map { Self.cut($0, Self.mostOfName) } }
    customParameters = customParameters.map { parameters in
      var left = Self.mostOfParameters
      var kept: [String: String] = [:]
      for (name, value) in parameters.sorted(by: { $0.key < $1.key }) where left > 0 {
        let name = Self.cut(name, min(left, 128))
        let value = Self.cut(value, min(left, 512))
        left -= (name + value).unicodeScalars.reduce(6) { $0 + Self.width($1) }
        kept[name] = value
      }
      return kept
    }
    outcome?.cut {
      Self.cut($0, Self.mostOfIdentifier)
    } long: {
      Self.cut($0, Self.mostOfText)
    }
  }

  /// About how many bytes of memory its texts take.
  var size: Int {
    var size = 1_024
    for (_, field) in Self.identity { size += self[keyPath: field]?.utf8.count ?? 0 }
    for (name, value) in customParameters ?? [:] { size += name.utf8.count + value.utf8.count + 32 }
    for line in shortfalls ?? [] { size += line.utf8.count + 16 }
    size += (statistics?.count ?? 0) * 40 + (refused?.count ?? 0) * 40
    if outcome != nil { size += 2_048 }
    return size
  }
}
