/// Whole numbers as platforms write them: `7`, `"7"`, `" 7 ms"`, `"7.0"`, `"8kHz"`.
///
/// Spaces, a fraction and a unit are left off. A number of more than 18 digits is none.
enum LenientNumber {
  /// The whole number that `bytes[range]` begins with, or nil.
  @inline(__always)
  static func integer(in scanner: borrowing JSONScanner, _ range: Range<Int>) -> Int? {
    var number = 0
    var digits = 0
    for index in range {
      let digit = scanner.byte(at: index) &- UInt8(ascii: "0")
      guard digit <= 9 else {
        return integerWithUnit(in: scanner, range)
      }
      digits += 1
      guard digits <= 18 else { return nil }
      number = number &* 10 &+ Int(digit)
    }
    return digits > 0 ? number : nil
  }

  private static func integerWithUnit(in scanner: borrowing JSONScanner, _ range: Range<Int>)
    -> Int?
  {
    var number = 0
    var digits = 0
    var isNegative = false
    for index in range {
      let byte = scanner.byte(at: index)
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        guard digits <= 18 else { return nil }
        number = number * 10 + Int(byte - UInt8(ascii: "0"))
      case UInt8(ascii: " ") where digits == 0 && !isNegative: continue
      case UInt8(ascii: "-") where digits == 0 && !isNegative: isNegative = true
      default:
        guard digits > 0 else { return nil }
        return isNegative ? -number : number
      }
    }
    guard digits > 0 else { return nil }
    return isNegative ? -number : number
  }

  /// The whole number that `text` begins with, or nil.
  static func integer(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    return unsafe integer(in: JSONScanner(bytes.span.bytes), 0..<bytes.count)
  }

  /// A rate in hertz: `8000`, `"8000Hz"`, `"8kHz"`, `"16 k"`; numbers under 1,000 count kilohertz.
  static func hertz(_ text: String) -> Int? {
    guard let number = integer(text), number > 0 else { return nil }
    return number < 1_000 ? number * 1_000 : number
  }
}

extension JSONScanner {
  /// Reads the value that starts here as a whole number, be it written as a number or as a string;
  /// nil where it is something else.
  @inline(__always)
  @_lifetime(self: copy self)
  package mutating func lenientInteger(depth: Int) throws(MalformedKind) -> Int? {
    switch current {
    case UInt8(ascii: "\""):
      return LenientNumber.integer(in: self, try string().range)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipValue(depth: depth)
      return nil
    default:
      return LenientNumber.integer(in: self, try bareword())
    }
  }
}
