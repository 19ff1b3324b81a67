import AudioEngine

/// The limits of Plivo's parameters, checked before anything is sent.
enum PlivoRules {
  /// `k=v,k2=v2`, values percent-encoded, so that the separators of either syntax cannot appear.
  static func headers(
    _ pairs: [(name: String, value: String)], _ parameter: String
  ) throws(ParameterError) -> String {
    for (name, _) in pairs {
      let isKey = name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
      }
      guard isKey, !name.isEmpty else {
        throw ParameterError(
          parameter: parameter, reason: "names must be letters, digits, _ and -")
      }
    }
    let text = pairs.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }
      .joined(separator: ",")
    guard text.utf8.count <= 512 else {
      throw ParameterError(
        parameter: parameter, reason: "is \(text.utf8.count) bytes long; Plivo takes 512")
    }
    return text
  }

  /// `audio/x-mulaw;rate=8000` and the like.
  static func contentType(
    _ format: WireFormat, _ parameter: String
  ) throws(ParameterError) -> String {
    let isOffered =
      format.encoding == .mulaw && format.rate == .hz8000
      || format.encoding == .linear16 && format.rate.isTelephony
    guard isOffered else {
      throw ParameterError(
        parameter: parameter,
        reason: "must be mu-law at 8000 Hz or linear16 at 8000, 16000 or 24000 Hz")
    }
    return PlivoContentType(encoding: format.encoding).rawValue + ";rate=\(format.rate.hertz)"
  }
}
