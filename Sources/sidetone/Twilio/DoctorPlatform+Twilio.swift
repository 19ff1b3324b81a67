import BotTransport
import Foundation

extension DoctorPlatform {
  /// Twilio asks a voice webhook, signed, and reads TwiML.
  static let twilio = DoctorPlatform(
    name: "twilio", botCloses: false,
    lookup: (
      "POST",
      [
        ("CallSid", "CA28db92d7e14d4d9aa6b8d28d2ee6a4a1"), ("From", "+919812345670"),
        ("To", "+914440001234"), ("Direction", "inbound"), ("CallStatus", "ringing"),
      ]
    ),
    address: { streamURL(String(decoding: $0, as: UTF8.self)) },
    answerAdvice: "answer TwiML with <Connect><Stream url=\"wss://...\"/></Connect>",
    callbacks: ["/twilio/status"], ownAddress: nil,
    signing: Signing(
      headers: { method, url, form, token in
        let fields = method == "POST" ? form : []
        let request = TwilioSignedRequest(
          url, parameters: fields.map { URLQuery.Item(name: $0.0, value: $0.1) })
        let text = signer([token])?.signature(of: request)
        return text.map { [("X-Twilio-Signature", $0)] } ?? []
      },
      opens: { tokens, address in tokens.allSatisfy { opens($0, of: tokens, address) } },
      advice: "take the auth token as Twilio's console shows it, without blanks"))

  private static func signer(_ tokens: [String]) -> TwilioSigner? {
    TwilioSigner(
      tokens: tokens, sha1: { HMACSHA1.code(key: $0, message: $1) },
      sha256: { HMACSHA256.code(key: $0, message: $1) })
  }

  private static func streamURL(_ text: String) -> String? {
    guard let open = text.firstRange(of: "<Stream"),
      let end = text[open.upperBound...].firstIndex(of: ">"),
      let name = text[open.upperBound..<end].firstRange(of: " url="),
      let quote = text[name.upperBound..<end].first, quote == "\"" || quote == "'"
    else { return nil }
    let value = text[text.index(after: name.upperBound)..<end].prefix { $0 != quote }
    return String(value).replacing("&amp;", with: "&")
  }

  private static func opens(_ token: String, of tokens: [String], _ address: String) -> Bool {
    let request = TwilioSignedRequest(address + "/twilio")
    guard let gate = signer(tokens), let text = signer([token])?.signature(of: request) else {
      return false
    }
    let signature = TwilioSignature { $0 == "x-twilio-signature" ? text : nil }
    let other = TwilioSignedRequest(address + "/twilio/other")
    return gate.verify([request], signature) != nil && gate.verify([other], signature) == nil
  }
}
