import AudioEngine
import Telephony
import Testing

@Suite struct JSONTextTests {
  @Test(
    "reads escapes as RFC 8259 writes them",
    arguments: [
      (#"a\"b\\c\/d\b\f\n\r\t"#, "a\"b\\c/d\u{8}\u{C}\n\r\t"),
      (#"\u0041\u00e9\u20AC"#, "A\u{E9}\u{20AC}"),
      (#"\ud83d\ude00!"#, "\u{1F600}!"), (#"\ud83dx"#, "\u{FFFD}x"), (#"\ude00"#, "\u{FFFD}"),
      (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\u0000"#, "\u{0}"), (#"\x"#, "x"), (#"\u12"#, "u12"),
      ("caf\u{E9}", "caf\u{E9}"), ("a\nb", "a\nb"),
    ])
  func unescapes(literal: String, expected: String) throws {
    #expect(try JSONValue("\"\(literal)\"") == .string(expected))
  }

  @Test("what is written is read back, every scalar below 0x180 and some above")
  func roundTrip() throws {
    let scalars = (0..<0x180).compactMap(Unicode.Scalar.init)
    var text = String(String.UnicodeScalarView(scalars))
    text += "\u{20AC}\u{1F600}\u{2028}"
    let quoted = JSONText.quoted(text)
    #expect(quoted.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    #expect(try JSONValue(quoted) == .string(text))
  }

  @Test("base64 loses escapes and white space and keeps its memory")
  func base64() {
    var scratch = Array("left over".utf8)
    let text = Array("AA\\/A\\n AB\r\nC\\u002B==".utf8)
    unsafe JSONText.base64(in: text.span.bytes, into: &scratch)
    #expect(String(decoding: scratch, as: UTF8.self) == "AA/AABC+==")
  }

  @Test("escapes what a terminal may obey, and nothing beside it")
  func terminal() throws {
    let obeyed =
      "\u{1B}\u{7F}\u{80}\u{9B}\u{9F}\u{61C}\u{200E}\u{200F}\u{2028}\u{202E}\u{2066}\u{2069}"
    let quoted = JSONText.quoted(obeyed)
    #expect(quoted.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
    #expect(try JSONValue(quoted) == .string(obeyed))
    let plain =
      "\u{A0}\u{E9}\u{61B}\u{61D}\u{200D}\u{2010}\u{2027}\u{202F}\u{2065}\u{206A}\u{20AC}\u{1F600}"
    #expect(JSONText.quoted(plain) == "\"\(plain)\"")
  }
}
