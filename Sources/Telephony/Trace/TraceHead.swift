import AudioEngine

/// What a trace begins with: how the call was carried, and what is said of it.
struct TraceHead: Sendable {
  /// Something that is said of the call, by name.
  struct Fact: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// The platform that the path named; nil where the first messages were to tell.
  var platform: String?
  /// When the socket was accepted, on the call's clock.
  var began: MonotonicTime
  var query: [URLQuery.Item]
  var configuration: CallConfiguration
  var facts: [Fact]

  /// The newest that is understood, and what is written.
  private static let version = 1

  private static let mostFacts = 32

  func write(to bytes: inout TraceBytes) {
    bytes.append(byte: TraceKind.head.rawValue)
    bytes.append(began.nanoseconds)
    bytes.append(Self.version)
    bytes.append(optional: platform) { $0.append($1) }
    bytes.append(query.prefix(Self.mostFacts).count)
    for item in query.prefix(Self.mostFacts) {
      bytes.append(item.name)
      bytes.append(item.value)
    }
    bytes.append(facts.prefix(Self.mostFacts).count)
    for fact in facts.prefix(Self.mostFacts) {
      bytes.append(fact.name)
      bytes.append(fact.value)
    }
    // The media session's own configuration has the rest.
    bytes.append(configuration.startTimeout)
    bytes.append(configuration.mostBadMessages)
    bytes.append(configuration.bargeInDetector != nil)
    configuration.bargeIn.write(to: &bytes)
  }

  /// Reads the record behind its kind.
  init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    began = try cursor.time()
    guard try cursor.int() == Self.version else { throw TraceCursor.Failure() }
    platform = try cursor.optional { (cursor) throws(TraceCursor.Failure) in try cursor.text() }
    query = []
    for _ in 0..<(try Self.count(&cursor)) {
      query.append(URLQuery.Item(name: try cursor.text(), value: try cursor.text()))
    }
    facts = []
    for _ in 0..<(try Self.count(&cursor)) {
      facts.append(Fact(name: try cursor.text(), value: try cursor.text()))
    }
    configuration = CallConfiguration()
    configuration.startTimeout = try cursor.capacity()
    configuration.mostBadMessages = try cursor.int()
    // What it said is in the trace.
    let heard = try cursor.flag()
    configuration.bargeIn = try BargeInPolicy(from: &cursor)
    if heard { configuration.bargeInDetector = { RepeatingDetector() } }
  }

  init(
    platform: String?, began: MonotonicTime, query: [URLQuery.Item],
    configuration: CallConfiguration, facts: [Fact]
  ) {
    self.platform = platform
    self.began = began
    self.query = query
    self.configuration = configuration
    self.facts = facts
  }

  private static func count(_ cursor: inout TraceCursor) throws(TraceCursor.Failure) -> Int {
    let count = try cursor.int()
    guard (0...mostFacts).contains(count) else { throw TraceCursor.Failure() }
    return count
  }
}

/// Says what a detector has said in the call that is run again, of one message.
struct RepeatingDetector: SpeechDetector {
  var hearing = TracedHearing()

  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? { hearing.edge }

  var quietDuration: Duration { hearing.quiet }

  var spoken: Duration? { hearing.spoken }
}
