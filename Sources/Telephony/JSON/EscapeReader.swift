/// Reads the UTF-8 behind a JSON string literal, byte by byte, escapes undone.
///
/// RFC 8259 section 7. Half a surrogate pair becomes U+FFFD; a backslash before anything that is no
/// escape is dropped, and the byte after it stands for itself.
struct EscapeReader: ~Escapable {
  private let scanner: JSONScanner
  private var index: Int
  private let end: Int
  /// UTF-8 bytes of the last escape that are still to be given, first in the lowest bits.
  private var pending: UInt32 = 0

  @_lifetime(copy scanner)
  init(_ scanner: JSONScanner, _ range: Range<Int>) {
    self.scanner = scanner
    index = range.lowerBound
    end = range.upperBound
  }

  /// The next byte, or nil at the end.
  @_lifetime(self: copy self)
  mutating func next() -> UInt8? {
    if pending != 0 { return takePending() }
    guard index < end else { return nil }
    let byte = scanner.byte(at: index)
    index += 1
    guard byte == UInt8(ascii: "\\"), index < end else { return byte }
    let escaped = scanner.byte(at: index)
    index += 1
    switch escaped {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "u"): return unicode()
    default: return escaped
    }
  }

  /// Reads the four digits after `\u`, and the second half of a pair where this is the first.
  @_lifetime(self: copy self)
  private mutating func unicode() -> UInt8 {
    guard let first = fourDigits(at: index) else { return UInt8(ascii: "u") }
    index += 4
    var scalar = first
    if (0xD800..<0xDC00).contains(first), scanner.byte(at: index) == UInt8(ascii: "\\"),
      index + 6 <= end, scanner.byte(at: index + 1) == UInt8(ascii: "u"),
      let second = fourDigits(at: index + 2), (0xDC00..<0xE000).contains(second)
    {
      index += 6
      scalar = 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    // NUL is its own encoding and could not be told from "nothing pending".
    guard scalar != 0 else { return 0 }
    if (0xD800..<0xE000).contains(scalar) { scalar = 0xFFFD }
    // RFC 3629 section 3.
    let last = 0x80 | scalar & 0x3F
    let second = 0x80 | scalar >> 6 & 0x3F
    switch scalar {
    case ..<0x80: return UInt8(scalar)
    case ..<0x800: pending = 0xC0 | scalar >> 6 | last << 8
    case ..<0x1_0000: pending = 0xE0 | scalar >> 12 | second << 8 | last << 16
    default:
      pending = 0xF0 | scalar >> 18 | (0x80 | scalar >> 12 & 0x3F) << 8 | second << 16 | last << 24
    }
    return takePending()
  }

  @_lifetime(self: copy self)
  private mutating func takePending() -> UInt8 {
    defer { pending >>= 8 }
    return UInt8(truncatingIfNeeded: pending)
  }

  private func fourDigits(at start: Int) -> UInt32? {
    guard start + 4 <= end else { return nil }
    var number: UInt32 = 0
    for offset in 0..<4 {
      guard let digit = PercentEncoding.hexadecimal(scanner.byte(at: start + offset)) else {
        return nil
      }
      number = number << 4 | UInt32(digit)
    }
    return number
  }
}
