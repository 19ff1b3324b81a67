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
}
