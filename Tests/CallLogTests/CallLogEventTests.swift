import Telephony
import Testing

@testable import CallLog

@Suite("joining events to calls") struct CallLogEventTests {
  private static func event(
    _ name: String, call: String? = "c1", stream: String? = nil,
    scope: CallLogEvent.Scope = .stream,
    _ fill: (inout CallRecord) -> Void = { _ in }
  ) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = call
    facts.streamSID = stream
    fill(&facts)
    return CallLogEvent(
      .init(key: name, name: name, at: WallTime(milliseconds: 0)), scope: scope, facts: facts)
  }

  private static let socket = event("stream", stream: "s1") { $0.closeCode = 1000 }
  private static let named = event("passthru", stream: "s1") { $0.customField = "f" }
  private static let unnamed = event("early") { $0.from = "1" }
  private static let status = event("status", scope: .call) { $0.to = "2" }

  @Test("whatever the order and however often, one call is one record")
  func orders() throws {
    let events = [Self.socket, Self.named, Self.unnamed, Self.status]
    for order in permutations(events) {
      var records: [CallRecord] = []
      for event in order + order { _ = event.join(to: &records) }
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

  @Test("two streams of one call are two records, and a status is told to both")
  func streams() {
    var records: [CallRecord] = []
    _ = Self.socket.join(to: &records)
    _ = Self.event("stream 2", stream: "s2").join(to: &records)
    #expect(Self.status.join(to: &records) == [0, 1])
    #expect(Self.unnamed.join(to: &records) == [1])
    #expect(records.map(\.streamSID) == ["s1", "s2"])
    #expect(records.map(\.to) == ["2", "2"])
  }

  @Test("keeps a bounded number of events")
  func bounded() {
    var records: [CallRecord] = []
    for number in 0..<100 { _ = Self.event("\(number)").join(to: &records) }
    #expect(records.count == 1)
    #expect(records.first?.events.count == CallRecord.maximumEvents)
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
