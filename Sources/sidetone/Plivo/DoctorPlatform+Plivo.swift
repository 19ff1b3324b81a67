import BotTransport
import Foundation

extension DoctorPlatform {
  /// Plivo asks an answer URL, signed, and reads XML.
  static let plivo = DoctorPlatform(
    name: "plivo", botCloses: false,
    lookup: (
      "POST",
      [
        ("CallUUID", "7f1d6c52-9a0e-4b6f-8f0e-2b1d6f3a9c11"), ("From", "+919812345670"),
        ("To", "+914440001234"), ("Direction", "inbound"), ("Event", "StartApp"),
        ("CallStatus", "ringing"),
      ]
    ),
    address: { streamURL(String(decoding: $0, as: UTF8.self)) },
    answerAdvice: "answer XML with <Response><Stream ...>wss://...</Stream></Response>",
    callbacks: ["/plivo/status"], ownAddress: nil,
    signing: Signing(
      headers: { signature($0, $1, $2, $3) },
      opens: { tokens, address in tokens.allSatisfy { opens($0, of: tokens, address) } },
      advice: "take the auth token as Plivo's console shows it, without blanks"))

  private static let nonce = "12345678901234567890"
  private static let hmac: PlivoSigner.HMAC = { HMACSHA256.code(key: $0, message: $1) }

  private static func streamURL(_ text: String) -> String? {
    guard let open = text.firstRange(of: "<Stream"),
      let begin = text[open.upperBound...].firstIndex(of: ">"),
      let end = text[begin...].firstRange(of: "</Stream>")
    else { return nil }
    return text[text.index(after: begin)..<end.lowerBound]
      .replacing("&amp;", with: "&").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func signature(
    _ method: String, _ url: String, _ form: [(String, String)], _ token: String
  ) -> [(name: String, value: String)] {
    guard let signer = PlivoSigner(tokens: [token], hmac: hmac),
      var request = PlivoSignedRequest(method == "POST" ? .post : .get, url: url)
    else { return [] }
    request.parameters = form.map { URLQuery.Item(name: $0.0, value: $0.1) }
    guard let text = signer.signature(of: request, nonce: nonce) else { return [] }
    return [("X-Plivo-Signature-V3", text), ("X-Plivo-Signature-V3-Nonce", nonce)]
  }

  private static func opens(_ token: String, of tokens: [String], _ address: String) -> Bool {
    guard let gate = PlivoSigner(tokens: tokens, hmac: hmac),
      let signer = PlivoSigner(tokens: [token], hmac: hmac),
      let request = PlivoSignedRequest(.get, url: address + "/plivo"),
      let text = signer.signature(of: request, nonce: nonce)
    else { return false }
    let signatures = PlivoSignatures { $0.hasSuffix("nonce") ? nonce : text }
    var other = request
    other.path += "/other"
    return gate.verify(request, signatures) && !gate.verify(other, signatures)
  }
}
