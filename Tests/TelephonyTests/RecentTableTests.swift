import Telephony
import Testing

@Suite struct RecentTableTests {
  @Test("remembers no more than it says, the newest; the newest value counts")
  func bounded() {
    var table = RecentTable<String, Int>(capacity: 4_096)
    #expect(table.isEmpty)
    for number in 0..<4_106 { table.note(302, of: "c\(number)") }
    table.note(200, of: "c10")
    #expect(table["c9"] == nil)
    #expect(table["c10"] == 200)
    #expect(table["c4105"] == 302)
    // One that is known keeps its age: it is the next to go.
    table.note(1, of: "new")
    #expect(table["c10"] == nil && table["c11"] == 302)
  }
}
