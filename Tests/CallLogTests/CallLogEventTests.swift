import Telephony
import TestSupport
import Testing

@testable import CallLog

@Suite("joining events to calls") struct CallLogEventTests {
  private static func event(
    _ name: String, call: String? = "c1", stream: String? = nil,
    scope: CallLogEvent.Scope = .stream, origin: CallLogEvent.Origin = .callback,
    _ fill: (inout CallRecord) -> Void = { _ in }
  ) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = call
    facts.streamSID = stream
    fill(&facts)
    return CallLogEvent(
      .init(key: name, name: name, at: WallTime(milliseconds: 0)), scope: scope, origin: origin,
      facts: facts)
  }

  private static func socket(_ name: String = "stream", stream: String = "s1") -> CallLogEvent {
    event(name, stream: stream, origin: .server) {
      $0.closeCode = 1000
      $0.connectedAt = WallTime(milliseconds: 0)
    }
  }

  private static let named = event("passthru", stream: "s1") { $0.customField = "f" }
  private static let unnamed = event("early") { $0.from = "1" }
  private static let status = event("status", scope: .call) { $0.to = "2" }

  @Test("whatever the order and however often, one call is one record")
  func orders() async throws {
    let events = [Self.socket(), Self.named, Self.unnamed, Self.status]
    for order in permutations(events) {
      let log = MemoryCallLog()
      for event in order + order { _ = try await log.write([event]) }
      let records = await log.records
      #expect(records.count == 1, "\(order.map(\.event.name))")
      let record = try #require(records.first)
      #expect(record.streamSID == "s1")
      #expect(record.closeCode == 1000)
      #expect(record.customField == "f")
      #expect(record.from == "1")
      #expect(record.to == "2")
      #expect(record.events.count == 4)
    }
  }

  @Test(
    "two streams of one call are two records; what is told of a stream without its name is of the newest"
  )
  func streams() async throws {
    let log = MemoryCallLog()
    let ended = Self.event("ended") { facts in
      facts.outcome = PlatformOutcome()
      facts.outcome?.status = "failed"
    }
    _ = try await log.write([Self.socket(), Self.socket("2", stream: "s2"), Self.status, ended])
    let records = await log.records
    #expect(records.map(\.streamSID) == ["s1", "s2"])
    #expect(records.map(\.to) == ["2", "2"])
    #expect(records.map(\.outcome?.status) == [nil, "failed"])
  }

  @Test(
    "a callback never renames what a socket said, whichever comes first", arguments: [true, false])
  func claims(socketFirst: Bool) throws {
    let foreign = Self.event("claim", call: "another", stream: "s1") { facts in
      facts.platform = .plivo
      facts.accountSID = "thief"
    }
    var record = CallRecord()
    for event in socketFirst ? [Self.socket(), foreign] : [foreign, Self.socket()] {
      #expect(event.row == "stream|s1")
      #expect(record.take(event) == .joined)
    }
    #expect(record.callSID == "c1")
    #expect(record.claims["callSid"] == ["another"])
    // What the socket did not say may be filled.
    #expect(record.accountSID == "thief")
    #expect(CallRecord(record.jsonValue()).claims == record.claims)
  }

  @Test("claims are bounded, and a number that is only written otherwise is none")
  func claimsBounded() {
    var record = CallRecord()
    _ = record.take(Self.event("n", stream: "s1") { $0.from = "+919812345678" })
    for number in 0..<100 {
      _ = record.take(
        Self.event("\(number)", call: "x\(number)", stream: "s1") { $0.from = "09812345678" })
    }
    #expect(record.claims["callSid"]?.count == CallRecord.mostClaims)
    #expect(record.claims["from"] == nil)
  }

  @Test("our own event is never refused by a full list, and callbacks are")
  func full() {
    var record = CallRecord()
    var taken = 0
    for number in 0..<200 where record.take(Self.event("\(number)", stream: "s1")) == .joined {
      taken += 1
    }
    #expect(taken == CallRecord.mostCallbacks)
    for number in 0..<200 {
      #expect(record.take(Self.socket("own \(number)")) == .joined)
      #expect(record.events.count <= CallRecord.mostEvents)
    }
    #expect(record.take(Self.socket("own 199")) == .known)
    #expect(record.events.contains { $0.key == "own 199" })
    #expect(record.closeCode == 1000)
  }

  @Test("a record's size is bounded, whatever was told")
  func sizes() {
    for filler in ["x", "\"", "\u{0}", "\u{1F600}", "\u{2028}"] {
      let long = String(repeating: filler, count: 2_000)
      let huge = String(repeating: filler, count: 70_000)
      var record = CallRecord()
      for number in 0..<100 {
        let isOwn = number % 2 == 0
        let event = Self.event(
          "\(number)" + long, call: "c" + long, stream: "s" + long,
          origin: isOwn ? .server : .callback
        ) { facts in
          facts.customParameters = Dictionary(
            uniqueKeysWithValues: (0..<64).map { ("\($0)" + long, long) })
          facts.closeReason = huge
          facts.customField = "\(number)" + huge
          facts.accountSID = "\(number)" + huge
          facts.outcome = PlatformOutcome()
          facts.outcome?.error = huge
          facts.outcome?.legs = Array(repeating: .init(status: long, answeredBy: long), count: 99)
        }
        #expect(event.size < 32_768)
        _ = record.take(event)
      }
      #expect(record.jsonValue().json.utf8.count < 65_536)
    }
  }

  private func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard elements.count > 1 else { return [elements] }
    return elements.indices.flatMap { index in
      var rest = elements
      let element = rest.remove(at: index)
      return permutations(rest).map { [element] + $0 }
    }
  }
}
