/// The limits of Exotel's parameters, checked before anything is sent.
enum ExotelRules {
  /// A number to dial: E.164, or with a leading 0 in India's national form where that is permitted.
  static func dialable(
    _ number: String, _ parameter: String, permitsNational: Bool
  ) throws(ParameterError) -> String {
    let digits = number.dropFirst().utf8
    let areDigits = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    if number.first == "+", areDigits, (7...15).contains(digits.count),
      digits.first != UInt8(ascii: "0")
    {
      return number
    }
    if permitsNational, number.first == "0", areDigits, digits.count == 10 { return number }
    throw ParameterError(
      parameter: parameter,
      reason: permitsNational
        ? "must be E.164 (+ and 7 to 15 digits, such as +919812345670) or 0 and 10 digits"
        : "must be E.164: + and 7 to 15 digits, such as +919812345670")
  }

  /// A number of ours: digits, perhaps behind a `+`.
  static func exophone(_ number: String, _ parameter: String) throws(ParameterError) -> String {
    let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
    let areDigits = digits.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    guard areDigits, (3...15).contains(digits.utf8.count) else {
      throw ParameterError(
        parameter: parameter,
        reason: "must be your ExoPhone: 3 to 15 digits, perhaps behind a +, without spaces")
    }
    return number
  }

  /// A text of a limited length.
  static func text(
    _ text: String, _ parameter: String, atMost limit: Int
  ) throws(ParameterError) -> String {
    guard text.count <= limit else {
      throw ParameterError(
        parameter: parameter, reason: "is \(text.count) characters long; Exotel takes \(limit)")
    }
    return text
  }

  /// A whole number in a range.
  static func number(
    _ number: Int, _ parameter: String, in range: ClosedRange<Int>
  ) throws(ParameterError) -> String {
    String(try ParameterRules.number(number, parameter, in: range))
  }
}
