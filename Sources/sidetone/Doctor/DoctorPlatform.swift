import BotTransport

/// What the doctor has to know of a platform: what it asks over HTTP, and how it signs. One is a file in
/// the platform's folder and a line in ``CommandTable/doctorPlatforms``.
struct DoctorPlatform: Sendable {
  /// How a platform signs with a secret.
  struct Signing: Sendable {
    /// The header fields of a signed request with these fields in its form.
    let headers:
      @Sendable (_ method: String, _ url: String, _ form: [(String, String)], _ token: String) ->
        [(name: String, value: String)]
    /// Whether a server with these tokens at an address opens what each of them signs, and nothing else.
    let opens: @Sendable (_ tokens: [String], _ address: String) -> Bool
    /// Where tokens are to be had.
    let advice: String
  }

  /// As ``SimulatedProvider`` has it.
  let name: String
  /// Whether the bot closes the socket after the stop; else the platform does.
  let botCloses: Bool
  /// How it asks for the address to dial: the method, and the fields of its query or form.
  let lookup: (method: String, fields: [(String, String)])
  /// Where an answer says to dial; nil where it does not.
  let address: @Sendable (_ body: [UInt8]) -> String?
  /// How an answer has to look.
  let answerAdvice: String
  /// Where our server takes its callbacks.
  let callbacks: [String]
  /// Where our server gives its own address, as a lookup's answer; nil for nowhere.
  let ownAddress: String?
  /// nil where it signs nothing.
  let signing: Signing?

  static func named(_ name: String) -> DoctorPlatform? {
    CommandTable.doctorPlatforms.first { $0.name == name }
  }
}
