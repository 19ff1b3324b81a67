/// The limits of Twilio's parameters, checked before anything is sent.
enum TwilioRules {
  /// A number, a name, a `client:` or `sip:` address.
  static func text(
    _ text: String, _ parameter: String
  ) throws(ParameterError) -> String {
    guard (1...256).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      throw ParameterError(parameter: parameter, reason: "must be 1 to 256 plain characters")
    }
    return text
  }
}
