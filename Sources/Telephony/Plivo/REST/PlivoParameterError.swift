import AudioEngine

/// Why a parameter was refused before anything was sent.
public struct PlivoParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parameter by Plivo's name, such as `extraHeaders`.
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

/// The limits of Plivo's parameters, checked before anything is sent.
enum PlivoRules {
  /// An address with one of the given schemes and a host, at most 2,048 characters.
  static func address(
    _ url: String, _ parameter: String, schemes: [String]
  ) throws(PlivoParameterError) -> String {
    let scheme = schemes.first { url.lowercased().hasPrefix($0 + "://") }
    let host = scheme.map { url.dropFirst($0.count + 3).prefix { $0 != "/" && $0 != "?" } } ?? ""
    guard !host.isEmpty, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      let allowed = schemes.map { $0 + "://" }.joined(separator: " or ")
      throw PlivoParameterError(
        parameter: parameter, reason: "must be an address that begins with \(allowed)")
    }
    guard url.utf8.count <= 2_048 else {
      throw PlivoParameterError(parameter: parameter, reason: "is longer than 2,048 characters")
    }
    return url
  }

  /// A whole number in a range.
  static func number(
    _ number: Int, _ parameter: String, in range: ClosedRange<Int>
  ) throws(PlivoParameterError) -> Int {
    guard range.contains(number) else {
      throw PlivoParameterError(
        parameter: parameter, reason: "must be \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An identifier that stands in a URL's path.
  static func pathSegment(
    _ text: String, _ parameter: String
  ) throws(PlivoParameterError) -> String {
    let isPlain = PercentEncoding.encode(text) == text && text != "." && text != ".."
    guard isPlain, (1...128).contains(text.utf8.count) else {
      throw PlivoParameterError(
        parameter: parameter, reason: "must be 1 to 128 letters, digits and -._~")
    }
    return text
  }

  /// `k=v,k2=v2`, values percent-encoded, so that the separators of either syntax cannot appear.
  static func headers(
    _ pairs: [(name: String, value: String)], _ parameter: String
  ) throws(PlivoParameterError) -> String {
    for (name, _) in pairs {
      let isKey = name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
      }
      guard isKey, !name.isEmpty else {
        throw PlivoParameterError(
          parameter: parameter, reason: "names must be letters, digits, _ and -")
      }
    }
    let text = pairs.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }
      .joined(separator: ",")
    guard text.utf8.count <= 512 else {
      throw PlivoParameterError(
        parameter: parameter, reason: "is \(text.utf8.count) bytes long; Plivo takes 512")
    }
    return text
  }

  /// `audio/x-mulaw;rate=8000` and the like.
  static func contentType(
    _ format: WireFormat, _ parameter: String
  ) throws(PlivoParameterError) -> String {
    let isOffered =
      format.encoding == .mulaw && format.rate == .hz8000
      || format.encoding == .linear16 && format.rate.isTelephony
    guard isOffered else {
      throw PlivoParameterError(
        parameter: parameter,
        reason: "must be mu-law at 8000 Hz or linear16 at 8000, 16000 or 24000 Hz")
    }
    return PlivoContentType(encoding: format.encoding).rawValue + ";rate=\(format.rate.hertz)"
  }
}
