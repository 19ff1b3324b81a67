import Foundation
import Testing

@testable import CallSimulator

@Suite("WireText") struct WireTextTests {
  private let value = WireText.object([
    .init(key: "a/b", value: .string("x\"\\/\u{1}\n\u{E9}")),
    .init(key: "list", value: .array([.null, .bare("-1.5e3"), .array([])])),
  ])

  @Test("writes JSON that Foundation reads back, in every spelling")
  func spellings() throws {
    for escapes in [false, true] {
      for spaced in [false, true] {
        let text = value.text(.init(escapesSlashes: escapes, isSpaced: spaced))
        let json = try #require(
          try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
        #expect(json["a/b"] as? String == "x\"\\/\u{1}\n\u{E9}")
        #expect((json["list"] as? [Any])?.count == 3)
      }
    }
    #expect(String(decoding: value.text(), as: UTF8.self).hasPrefix(#"{"a/b":"x\"\\/\u0001\u000a"#))
    let escaped = value.text(.init(escapesSlashes: true, isSpaced: true))
    #expect(String(decoding: escaped, as: UTF8.self).hasPrefix(#"{"a\/b": "x\"\\\/\u0001"#))
  }
}
