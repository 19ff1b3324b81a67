/// Why a parameter of a platform's API was refused before anything was sent.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parameter by the platform's name, such as `StreamUrl` or `statusCallback`.
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

/// What the parameters of every platform's API have to keep to, checked before anything is sent.
enum ParameterRules {
  /// An address with one of the given schemes and a host, of no more characters than the platform takes.
  static func address(
    _ url: String, _ parameter: String, schemes: [String], atMost limit: Int = .max
  ) throws(ParameterError) -> String {
    let scheme = schemes.first { url.lowercased().hasPrefix($0 + "://") }
    let host = scheme.map { url.dropFirst($0.count + 3).prefix { $0 != "/" && $0 != "?" } } ?? ""
    guard !host.isEmpty, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      let allowed = schemes.map { $0 + "://" }.joined(separator: " or ")
      throw ParameterError(
        parameter: parameter, reason: "must be an address that begins with \(allowed)")
    }
    guard url.utf8.count <= limit else {
      throw ParameterError(parameter: parameter, reason: "is longer than \(limit) characters")
    }
    return url
  }

  /// A whole number in a range.
  static func number(
    _ number: Int, _ parameter: String, in range: ClosedRange<Int>
  ) throws(ParameterError) -> Int {
    guard range.contains(number) else {
      throw ParameterError(
        parameter: parameter, reason: "must be \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An identifier that stands in a URL's path.
  static func pathSegment(_ text: String, _ parameter: String) throws(ParameterError) -> String {
    let isPlain = PercentEncoding.encode(text) == text && text != "." && text != ".."
    guard isPlain, (1...128).contains(text.utf8.count) else {
      throw ParameterError(
        parameter: parameter, reason: "must be 1 to 128 letters, digits and -._~")
    }
    return text
  }
}
