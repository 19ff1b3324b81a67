import Telephony
import Testing

@Suite struct PlivoTroubleTests {
  @Test("every trouble knows its name, a cause and checks", arguments: PlivoTrouble.allCases)
  func complete(trouble: PlivoTrouble) {
    // Nobody but us calls the last one by its name; Plivo describes it.
    let text = trouble == .disconnected ? "connection disconnected" : trouble.rawValue
    #expect(PlivoTrouble(named: "Error: \(text)!") == trouble)
    #expect(trouble.cause.hasSuffix(".") && !trouble.checks.isEmpty)
  }

  @Test("other words name none", arguments: ["", "completed", "ok"])
  func none(text: String) { #expect(PlivoTrouble(named: text) == nil) }

  @Test("hangup codes that matter to streams have a meaning")
  func hangups() {
    for code in [2070, 4000, 4010, 5030, 6000, 6010, 6020, 7011, 7013, 8011, 8013] {
      #expect(PlivoHangup.meaning(ofCode: code) != nil)
    }
    #expect(PlivoHangup.meaning(ofCode: 1) == nil)
    #expect(PlivoHangup.meaning(ofCode: 4010, streamSeconds: 2)?.contains("keepCallAlive") == true)
    #expect(
      PlivoHangup.meaning(ofCode: 4010, streamSeconds: 60)?.contains("keepCallAlive") == false)
  }
}
