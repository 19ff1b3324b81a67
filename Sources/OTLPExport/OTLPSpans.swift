import AudioEngine
import BotTransport
import CallLog
import Telephony

/// Calls as OTLP/HTTP writes them in JSON (opentelemetry-proto, `ExportTraceServiceRequest`): a trace a call, its
/// root span `call`, a span `turn` below it for each turn.
///
/// No telephone number, no parameter of the caller's: identifiers, counts and times, as the server's log has them.
enum OTLPSpans {
  /// Spans that a call makes.
  static func count(of call: FinishedCall) -> Int { 1 + call.turns.count }

  /// The body of a request.
  static func body(_ calls: [FinishedCall], resource: [(String, JSONValue)]) -> String {
    var random = SystemRandomNumberGenerator()
    let spans = calls.flatMap { Self.spans(of: $0, &random) }
    return JSONValue.object([
      .init(
        "resourceSpans",
        .array([
          .object([
            .init("resource", .object([.init("attributes", attributes(resource))])),
            .init(
              "scopeSpans",
              .array([
                .object([
                  .init("scope", .object([.init("name", .string("sidetone"))])),
                  .init("spans", .array(spans)),
                ])
              ])),
          ])
        ]))
    ]).json
  }

  private static func spans(
    of call: FinishedCall, _ random: inout SystemRandomNumberGenerator
  ) -> [JSONValue] {
    let record = call.record
    let trace = hex(random.next()) + hex(random.next())
    let root = hex(random.next())
    let end = record.endedAt?.milliseconds ?? 0
    let start = record.startedAt?.milliseconds ?? end
    let diagnosis = record.diagnosis(by: .standard)
    var facts: [(String, JSONValue?)] = [
      ("platform", text(record.platform?.name)),
      ("call_sid", text(record.callSID)),
      ("stream_sid", text(record.streamSID)),
      ("encoding", text(record.encoding)),
      ("sample_rate", record.sampleRate.map(number)),
      ("peer", text(record.peerAddress)),
      ("close_code", record.closeCode.map(number)),
      ("closed_by", text(record.closedBy?.rawValue)),
      ("stop", text(record.stop?.reason.rawValue)),
      ("verdict", text(diagnosis.verdict.rawValue)),
      ("side", text(diagnosis.side.rawValue)),
      ("turns_left_out", call.turnsLeftOut > 0 ? number(call.turnsLeftOut) : nil),
    ]
    if let shortfalls = record.shortfalls, !shortfalls.isEmpty {
      let values = JSONValue.array(shortfalls.map { .object([.init("stringValue", .string($0))]) })
      facts.append(
        ("shortfalls", .object([.init("arrayValue", .object([.init("values", values)]))])))
    }
    for (group, counts) in [("count", record.statistics), ("refused", record.refused)] {
      for (name, count) in (counts ?? [:]).sorted(by: { $0.key < $1.key }) {
        facts.append(("\(group).\(name)", number(count)))
      }
    }
    let whole = span(
      ids: (trace, root, nil), "call", kind: 2, start, end, facts,
      error: diagnosis.verdict == .failed ? diagnosis.cause : nil)
    return [whole]
      + call.turns.map { timed in
        let turn = timed.turn
        let parts = Turn.Part.allCases.map { part in
          ("\(part.rawValue)_ms", turn[part].map(milliseconds))
        }
        let facts: [(String, JSONValue?)] =
          [
            ("response_ms", milliseconds(turn.response)),
            ("interrupted", .object([.init("boolValue", .bool(turn.isInterrupted))])),
            ("overlap_ms", milliseconds(turn.overlap)),
          ] + parts
        let start = timed.speechEnd.milliseconds
        return span(
          ids: (trace, hex(random.next()), root), "turn", kind: 1, start,
          start + turn.response.wholeNanoseconds / 1_000_000, facts)
      }
  }

  /// A span; times in milliseconds since 1970.
  private static func span(
    ids: (trace: String, own: String, parent: String?), _ name: String, kind: Int, _ start: Int64,
    _ end: Int64, _ facts: [(String, JSONValue?)], error: String? = nil
  ) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("traceId", .string(ids.trace)), .init("spanId", .string(ids.own)),
    ]
    if let parent = ids.parent { members.append(.init("parentSpanId", .string(parent))) }
    members += [
      .init("name", .string(name)), .init("kind", .number("\(kind)")),
      // 64 bits are texts in protobuf's JSON.
      .init("startTimeUnixNano", .string("\(start)000000")),
      .init("endTimeUnixNano", .string("\(max(start, end))000000")),
      .init(
        "attributes",
        attributes(facts.compactMap { name, value in value.map { ("sidetone." + name, $0) } })),
    ]
    if let error {
      members.append(
        .init("status", .object([.init("code", .number("2")), .init("message", .string(error))])))
    }
    return .object(members)
  }

  private static func attributes(_ facts: [(String, JSONValue)]) -> JSONValue {
    .array(facts.map { .object([.init("key", .string($0)), .init("value", $1)]) })
  }

  static func text(_ text: String?) -> JSONValue? {
    text.map { .object([.init("stringValue", .string($0))]) }
  }

  private static func number(_ number: Int) -> JSONValue {
    .object([.init("intValue", .string(String(number)))])
  }

  private static func milliseconds(_ duration: Duration) -> JSONValue {
    number(Int(duration.wholeNanoseconds / 1_000_000))
  }

  /// Sixteen digits; an identifier of zeros alone would be none.
  private static func hex(_ number: UInt64) -> String {
    let digits = String(max(number, 1), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
