/// Why a parameter was refused before anything was sent.
public struct TwilioParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parameter by Twilio's name, such as `statusCallback`.
  public var parameter: String
  /// What is wrong and what to do, in one sentence without the value itself, which may be secret.
  public var reason: String

  /// Makes a refusal.
  public init(parameter: String, reason: String) {
    self.parameter = parameter
    self.reason = reason
  }

  /// The refusal as one line.
  public var description: String { "\(parameter): \(reason)" }
}

/// The limits of Twilio's parameters, checked before anything is sent.
enum TwilioRules {
  /// An address with one of the given schemes and a host, at most 2,048 characters.
  static func address(
    _ url: String, _ parameter: String, schemes: [String]
  ) throws(TwilioParameterError) -> String {
    let scheme = schemes.first { url.lowercased().hasPrefix($0 + "://") }
    let host = scheme.map { url.dropFirst($0.count + 3).prefix { $0 != "/" && $0 != "?" } } ?? ""
    guard !host.isEmpty, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      let allowed = schemes.map { $0 + "://" }.joined(separator: " or ")
      throw TwilioParameterError(
        parameter: parameter, reason: "must be an address that begins with \(allowed)")
    }
    guard url.utf8.count <= 2_048 else {
      throw TwilioParameterError(parameter: parameter, reason: "is longer than 2,048 characters")
    }
    return url
  }

  /// A whole number in a range.
  static func number(
    _ number: Int, _ parameter: String, in range: ClosedRange<Int>
  ) throws(TwilioParameterError) -> Int {
    guard range.contains(number) else {
      throw TwilioParameterError(
        parameter: parameter, reason: "must be \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number, a name, a `client:` or `sip:` address.
  static func text(
    _ text: String, _ parameter: String
  ) throws(TwilioParameterError) -> String {
    guard (1...256).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      throw TwilioParameterError(parameter: parameter, reason: "must be 1 to 256 plain characters")
    }
    return text
  }

  /// An identifier that stands in a URL's path.
  static func pathSegment(
    _ text: String, _ parameter: String
  ) throws(TwilioParameterError) -> String {
    let isPlain = PercentEncoding.encode(text) == text && text != "." && text != ".."
    guard isPlain, (1...128).contains(text.utf8.count) else {
      throw TwilioParameterError(
        parameter: parameter, reason: "must be 1 to 128 letters, digits and -._~")
    }
    return text
  }
}
