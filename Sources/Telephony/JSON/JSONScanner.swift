#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A string literal in a message, as offsets: nothing is copied until somebody asks.
package struct JSONString: Hashable, Sendable {
  /// The bytes between the quotes.
  package var range: Range<Int>
  /// Whether a backslash is among them.
  package var hasEscapes: Bool
}

/// Walks JSON text in place: no copy, no allocation, one pass.
///
/// Grammar is RFC 8259's, with two tolerances that cost a phone call nothing: control characters may
/// stand in strings, and a number is any run of digits, signs, dots and exponents. UTF-8 is not
/// checked; WebSocket text has been. Whatever the bytes, a walk ends in a result or a
/// ``MalformedKind``; every read is bounded by the text's end.
package struct JSONScanner: ~Escapable {
  /// Objects and arrays may be nested this deep.
  package static let maximumDepth = 32

  /// The text.
  package let bytes: RawSpan
  /// Where the next byte is read.
  package private(set) var offset = 0
  private let count: Int
  /// Members and elements that may still be passed.
  private var budget: Int

  /// Starts at the first byte of `bytes`; a text with more than `mostItems` members and elements, in
  /// all its objects and arrays, is ``MalformedKind/tooLarge``.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, mostItems: Int = .max) {
    self.bytes = bytes
    self.count = bytes.byteCount
    budget = mostItems
  }

  /// The next byte, or 0 at the end: no JSON token starts with NUL, so it fits no grammar rule.
  @inline(__always)
  package var current: UInt8 { byte(at: offset) }

  /// What is wrong when the byte at ``offset`` fits no rule: the text is over, or it is not JSON.
  package var fault: MalformedKind { offset >= count ? .truncated : .notJSON }

  /// Passes over white space.
  @inline(__always)
  @_lifetime(self: copy self)
  package mutating func skipWhitespace() {
    while current <= 0x20, isWhitespace(current) { offset += 1 }
  }

  /// Passes over what may stand before a text: a byte order mark, which RFC 8259 section 8.1 lets a
  /// reader ignore, and white space.
  @_lifetime(self: copy self)
  package mutating func beginText() {
    if offset == 0, byte(at: 0) == 0xEF, byte(at: 1) == 0xBB, byte(at: 2) == 0xBF { offset = 3 }
    skipWhitespace()
  }

  /// Enters the message's own object. Another value is read to its end, so that
  /// ``MalformedKind/notAnObject`` means JSON all the same.
  @_lifetime(self: copy self)
  package mutating func beginMessage() throws(MalformedKind) {
    beginText()
    guard current != UInt8(ascii: "{") else {
      offset += 1
      return
    }
    guard offset < count else { throw .empty }
    try skipValue(depth: 0)
    try finish()
    throw .notAnObject
  }

  /// Enters the object that starts here, or returns false and stays where the value is none.
  @inline(__always)
  @_lifetime(self: copy self)
  package mutating func beginObject() -> Bool {
    guard current == UInt8(ascii: "{") else { return false }
    offset += 1
    return true
  }

  /// Reads the next key of the object that was entered, up to the start of its value; nil at the
  /// object's end. `isFirst` belongs to the object: true at first, then kept by this function.
  @inline(__always)
  @_lifetime(self: copy self)
  package mutating func nextKey(isFirst: inout Bool) throws(MalformedKind) -> JSONString? {
    skipWhitespace()
    if current == UInt8(ascii: "}") {
      offset += 1
      return nil
    }
    if !isFirst {
      guard current == UInt8(ascii: ",") else { throw fault }
      offset += 1
      skipWhitespace()
    }
    isFirst = false
    try takeItem()
    let key = try string()
    skipWhitespace()
    guard current == UInt8(ascii: ":") else { throw fault }
    offset += 1
    skipWhitespace()
    return key
  }

  /// Reads the string literal that starts here.
  @inline(__always)
  @_lifetime(self: copy self)
  package mutating func string() throws(MalformedKind) -> JSONString {
    guard current == UInt8(ascii: "\"") else { throw fault }
    let start = offset + 1
    var end = start
    while end + 8 <= count {
      let hits = Self.quotesAndBackslashes(in: word(at: end))
      guard hits == 0 else {
        end += hits.trailingZeroBitCount >> 3
        break
      }
      end += 8
    }
    while end < count, byte(at: end) != UInt8(ascii: "\"") {
      if byte(at: end) == UInt8(ascii: "\\") { return try escapedString(start, from: end) }
      end += 1
    }
    guard end < count else {
      offset = count
      throw .truncated
    }
    offset = end + 1
    return JSONString(range: start..<end, hasEscapes: false)
  }

  /// Reads on in a literal whose first backslash is at `index`.
  ///
  /// Sixty-four bytes at a time and without a branch on any of them, for whoever writes the text chooses
  /// where its backslashes and quotes are.
  @inline(never)
  @_lifetime(self: copy self)
  private mutating func escapedString(
    _ start: Int, from index: Int
  ) throws(MalformedKind) -> JSONString {
    var end = index
    // 1 where the first byte of a block stands behind a backslash that counts.
    var carry: UInt64 = 0
    while end + 64 <= count {
      var (quotes, backslashes): (UInt64, UInt64) = (0, 0)
      for part in 0..<8 {
        let eight = word(at: end + 8 * part)
        quotes |= Self.places(of: 0x22, in: eight) << (8 * UInt64(part))
        backslashes |= Self.places(of: 0x5C, in: eight) << (8 * UInt64(part))
      }
      let hits = quotes & ~Self.escaped(by: backslashes, &carry)
      if hits != 0 {
        end += hits.trailingZeroBitCount
        offset = end + 1
        return JSONString(range: start..<end, hasEscapes: true)
      }
      end += 64
    }
    if carry == 1 { end += 1 }
    while end < count {
      switch byte(at: end) {
      case UInt8(ascii: "\""):
        offset = end + 1
        return JSONString(range: start..<end, hasEscapes: true)
      case UInt8(ascii: "\\"): end += 2
      default: end += 1
      }
    }
    offset = count
    throw .truncated
  }

  /// Reads the string literal that starts here, quickest where it is kilobytes long: the C
  /// library's vector search finds the closing quote, and tells whether a backslash precedes it.
  @_lifetime(self: copy self)
  package mutating func longString() throws(MalformedKind) -> JSONString {
    guard current == UInt8(ascii: "\"") else { throw fault }
    let start = offset + 1
    guard let end = find(UInt8(ascii: "\""), in: start..<count) else {
      offset = count
      throw .truncated
    }
    if find(UInt8(ascii: "\\"), in: start..<end) != nil { return try string() }
    offset = end + 1
    return JSONString(range: start..<end, hasEscapes: false)
  }

  /// Reads a number or a literal (`true`, `false`, `null`) as its text.
  @_lifetime(self: copy self)
  package mutating func bareword() throws(MalformedKind) -> Range<Int> {
    let start = offset
    while isBareword(current) { offset += 1 }
    guard start < offset else { throw fault }
    let first = byte(at: start)
    if first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      return start..<offset
    }
    let text = start..<offset
    if equal(text, "true") || equal(text, "false") || equal(text, "null") { return text }
    let isCut = begins(text, "true") || begins(text, "false") || begins(text, "null")
    throw offset >= count && isCut ? .truncated : .notJSON
  }

  /// Passes over the value that starts here, whatever it is; `depth` counts the objects and arrays
  /// around it.
  @_lifetime(self: copy self)
  package mutating func skipValue(depth: Int) throws(MalformedKind) {
    switch current {
    case UInt8(ascii: "\""):
      _ = try string()
    case UInt8(ascii: "{"):
      guard depth < Self.maximumDepth else { throw .tooDeep }
      offset += 1
      var isFirst = true
      while try nextKey(isFirst: &isFirst) != nil { try skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      guard depth < Self.maximumDepth else { throw .tooDeep }
      offset += 1
      var isFirst = true
      while try nextElement(isFirst: &isFirst) { try skipValue(depth: depth + 1) }
    default:
      _ = try bareword()
    }
  }

  /// Goes to the next element of the array that was entered; false at the array's end.
  @_lifetime(self: copy self)
  package mutating func nextElement(isFirst: inout Bool) throws(MalformedKind) -> Bool {
    skipWhitespace()
    if current == UInt8(ascii: "]") {
      offset += 1
      return false
    }
    if !isFirst {
      guard current == UInt8(ascii: ",") else { throw fault }
      offset += 1
      skipWhitespace()
    }
    isFirst = false
    try takeItem()
    return true
  }

  @inline(__always)
  @_lifetime(self: copy self)
  private mutating func takeItem() throws(MalformedKind) {
    budget -= 1
    guard budget >= 0 else { throw .tooLarge }
  }

  /// Makes sure that nothing but white space is left.
  @_lifetime(self: copy self)
  package mutating func finish() throws(MalformedKind) {
    skipWhitespace()
    guard offset == count else { throw .trailingText }
  }

  /// Enters the array that starts here.
  @_lifetime(self: copy self)
  package mutating func beginArray() -> Bool {
    guard current == UInt8(ascii: "[") else { return false }
    offset += 1
    return true
  }
}

// The only reads of the text: each is bounded here and nowhere else.
extension JSONScanner {
  @inline(__always)
  package func byte(at index: Int) -> UInt8 {
    guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return 0 }
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
  }

  /// The eight bytes from `index`, the first in the lowest bits. The caller has checked the end.
  @inline(__always)
  private func word(at index: Int) -> UInt64 {
    let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
    return UInt64(littleEndian: word)
  }

  private func find(_ wanted: UInt8, in range: Range<Int>) -> Int? {
    unsafe bytes.withUnsafeBytes { text in
      guard let base = text.baseAddress, !range.isEmpty else { return nil }
      let found = unsafe memchr(base + range.lowerBound, Int32(wanted), range.count)
      return unsafe found.map { unsafe UnsafeRawPointer($0) - base }
    }
  }

  /// Whether the bytes of `range`, which lies in the text, are `text`.
  ///
  /// Two overlapping words cover 8 to 16 bytes, the length of nearly every key, without a call.
  @inline(__always)
  package func equal(_ range: Range<Int>, _ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard range.count == length, range.upperBound <= count else { return false }
    let wanted = unsafe UnsafeRawPointer(text.utf8Start)
    switch length {
    case 8...16:
      let last = length - 8
      return unsafe word(at: range.lowerBound)
        == UInt64(littleEndian: wanted.loadUnaligned(as: UInt64.self))
        && word(at: range.lowerBound + last)
          == UInt64(littleEndian: wanted.loadUnaligned(fromByteOffset: last, as: UInt64.self))
    default:
      for offset in 0..<length
      where unsafe byte(at: range.lowerBound + offset) != text.utf8Start[offset] { return false }
      return true
    }
  }

  /// Whether `text` begins with the bytes of `range`, which lies in the scanner's text.
  private func begins(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count <= text.utf8CodeUnitCount
      && (0..<range.count).allSatisfy { offset in
        unsafe byte(at: range.lowerBound + offset) == text.utf8Start[offset]
      }
  }

  /// The high bit of each byte that is `"` or `\`. Bits above the lowest set one may be false; the
  /// lowest is exact, since a borrow only runs upwards from a true zero byte.
  @inline(__always)
  static func quotesAndBackslashes(in word: UInt64) -> UInt64 {
    let quotes = word ^ 0x2222_2222_2222_2222
    let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
    let low: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    return ((quotes &- low) & ~quotes | (backslashes &- low) & ~backslashes) & high
  }

  /// One bit for each of the eight bytes: whether it is `wanted`.
  @inline(__always)
  private static func places(of wanted: UInt64, in word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let other = word ^ wanted &* 0x0101_0101_0101_0101
    // The high bit of each byte that is zero, exactly; then the eight of them side by side.
    let zeros = ~((other & low) &+ low | other | low)
    return ((zeros >> 7) &* 0x0102_0408_1020_4080) >> 56
  }

  /// The bits behind an odd run of `backslashes`, lowest first (Langdale and Lemire, "Parsing gigabytes of
  /// JSON per second", 2019, section 3.1.1). `carry` goes from one block to the next.
  @inline(__always)
  private static func escaped(by backslashes: UInt64, _ carry: inout UInt64) -> UInt64 {
    let even: UInt64 = 0x5555_5555_5555_5555
    let runs = backslashes & ~carry
    let behind = runs << 1 | carry
    let oddStarts = runs & ~even & ~behind
    let (ends, overflow) = oddStarts.addingReportingOverflow(runs)
    carry = overflow ? 1 : 0
    return (even ^ ends << 1) & behind
  }

  @inline(__always)
  private func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private func isBareword(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
