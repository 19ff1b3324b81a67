/// Letter case and digits of ASCII, without locale or allocation.
enum ASCII {
  /// `byte` in lower case where it is a capital letter.
  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// Whether `byte` is a small letter or a digit.
  @inline(__always)
  static func isFolded(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// `text` in lower case, with letters and digits alone.
  static func folded(_ text: some StringProtocol) -> String { folded(text.utf8) }

  /// The same of UTF-8.
  static func folded(_ text: some Collection<UInt8>) -> String {
    String(decoding: text.lazy.map(lowercased).filter(isFolded), as: UTF8.self)
  }

  /// Whether two names are the same with letter case and separators aside; other alphabets' letters differ
  /// from all. Allocates nothing and ends at the first difference.
  static func areAlike(_ one: String, _ other: String) -> Bool {
    var (left, right) = (one.utf8.makeIterator(), other.utf8.makeIterator())
    // Separators are few: a name that is much longer is another.
    guard one.utf8.count <= 2 * other.utf8.count else { return false }
    while true {
      let byte = nextFolded(&left)
      guard byte == nextFolded(&right) else { return false }
      if byte == nil { return true }
    }
  }

  @inline(__always)
  private static func nextFolded(_ bytes: inout String.UTF8View.Iterator) -> UInt8? {
    while let byte = bytes.next() {
      let small = lowercased(byte)
      if isFolded(small) || small >= 0x80 { return small }
    }
    return nil
  }

  /// Whether `text` begins with `front`, a text in lower case, whatever its own letter case is.
  static func begins(_ text: String, with front: String) -> Bool {
    text.utf8.lazy.map(lowercased).starts(with: front.utf8)
  }

  /// `bytes` without blanks and control characters at its ends.
  static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
    // Byte by byte through a string's indices costs ten times as much.
    let found = bytes.withContiguousStorageIfAvailable { unsafe blanks(around: $0) }
    let (front, back) = found ?? blanks(around: Array(bytes))
    return bytes.dropFirst(front).dropLast(back)
  }

  private static func blanks(around bytes: some RandomAccessCollection<UInt8>) -> (Int, Int) {
    let front = bytes.prefix { $0 <= 0x20 }.count
    return (front, bytes.dropFirst(front).reversed().prefix { $0 <= 0x20 }.count)
  }

  /// At most `maximumBytes` of `text`'s UTF-8, cut at a character's edge.
  static func prefix(_ text: String, _ maximumBytes: Int) -> String {
    guard text.utf8.count > maximumBytes else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: maximumBytes)
    while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { text.utf8.formIndex(before: &end) }
    return String(text[..<end])
  }
}
