/// Letter case and digits of ASCII, without locale or allocation.
enum ASCII {
  /// `byte` in lower case where it is a capital letter.
  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// `text` in lower case, with letters and digits alone.
  static func folded(_ text: some StringProtocol) -> String {
    String(
      decoding: text.utf8.lazy.map(lowercased).filter {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }, as: UTF8.self)
  }

  /// At most `maximumBytes` of `text`'s UTF-8, cut at a character's edge.
  static func prefix(_ text: String, _ maximumBytes: Int) -> String {
    guard text.utf8.count > maximumBytes else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: maximumBytes)
    while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { text.utf8.formIndex(before: &end) }
    return String(text[..<end])
  }
}
