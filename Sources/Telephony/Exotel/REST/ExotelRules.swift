/// The limits of Exotel's parameters, checked before anything is sent.
enum ExotelRules {
  /// A number to dial: E.164, or with a leading 0 in India's national form where that is permitted.
  static func dialable(
    _ number: String, _ parameter: String, permitsNational: Bool
  ) throws(ExotelParameterError) -> String {
    let digits = number.dropFirst().utf8
    let areDigits = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    if number.first == "+", areDigits, (7...15).contains(digits.count),
      digits.first != UInt8(ascii: "0")
    {
      return number
    }
    if permitsNational, number.first == "0", areDigits, digits.count == 10 { return number }
    throw ExotelParameterError(
      parameter: parameter,
      reason: permitsNational
        ? "must be E.164 (+ and 7 to 15 digits, such as +919812345670) or 0 and 10 digits"
        : "must be E.164: + and 7 to 15 digits, such as +919812345670")
  }

  /// A number of ours: digits, perhaps behind a `+`.
  static func exophone(_ number: String, _ parameter: String) throws(ExotelParameterError) -> String
  {
    let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
    let areDigits = digits.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    guard areDigits, (3...15).contains(digits.utf8.count) else {
      throw ExotelParameterError(
        parameter: parameter,
        reason: "must be your ExoPhone: 3 to 15 digits, perhaps behind a +, without spaces")
    }
    return number
  }

  /// An identifier that stands in a URL's path.
  static func pathSegment(
    _ text: String, _ parameter: String
  ) throws(ExotelParameterError) -> String {
    let isPlain = PercentEncoding.encode(text) == text && text != "." && text != ".."
    guard isPlain, (1...128).contains(text.utf8.count) else {
      throw ExotelParameterError(
        parameter: parameter, reason: "must be 1 to 128 letters, digits and -._~")
    }
    return text
  }

  /// A text of a limited length.
  static func text(
    _ text: String, _ parameter: String, atMost limit: Int
  ) throws(ExotelParameterError) -> String {
    guard text.count <= limit else {
      throw ExotelParameterError(
        parameter: parameter, reason: "is \(text.count) characters long; Exotel takes \(limit)")
    }
    return text
  }

  /// A whole number in a range.
  static func number(
    _ number: Int, _ parameter: String, in range: ClosedRange<Int>
  ) throws(ExotelParameterError) -> String {
    guard range.contains(number) else {
      throw ExotelParameterError(
        parameter: parameter, reason: "must be \(range.lowerBound) to \(range.upperBound)")
    }
    return String(number)
  }

  /// An address with one of the given schemes and a host.
  static func address(
    _ url: String, _ parameter: String, schemes: [String]
  ) throws(ExotelParameterError) -> String {
    let scheme = schemes.first { url.lowercased().hasPrefix($0 + "://") }
    let host = scheme.map { url.dropFirst($0.count + 3).prefix { $0 != "/" && $0 != "?" } } ?? ""
    guard !host.isEmpty, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      let allowed = schemes.map { $0 + "://" }.joined(separator: " or ")
      throw ExotelParameterError(
        parameter: parameter, reason: "must be an address that begins with \(allowed)")
    }
    return url
  }
}
