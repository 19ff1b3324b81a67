import AudioEngine
import Foundation
import Sockets
import Telephony

/// Twilio over HTTP: the voice webhook, asked by a signed POST, whose TwiML says what to dial.
struct TwilioWeb: SimulatedWeb {
  private static let account = TwilioWriter.Identity().account

  let enquiry = Enquiry(name: "answer", words: "answer URL", patience: .seconds(15))

  func call() -> WebCall {
    WebCall(
      callID: Self.sid("CA"), streamID: Self.sid("MZ"), from: "+919800000001", to: "+918000000002")
  }

  /// A random identifier: two letters and 32 hexadecimal digits.
  static func sid(_ prefix: String) -> String {
    prefix + (0..<32).map { _ in String(UInt8.random(in: 0...15), radix: 16) }.joined()
  }

  func request(asking url: String, about call: WebCall) -> WebRequest {
    signed(
      "POST", url,
      [
        .init("AccountSid", Self.account), .init("ApiVersion", "2010-04-01"),
        .init("CallSid", call.callID), .init("CallStatus", "ringing"),
        .init("Called", call.to), .init("Caller", call.from), .init("Direction", "inbound"),
        .init("From", call.from), .init("To", call.to),
      ], secret: call.secret)
  }

  /// A request that carries the signature where there is a token.
  func signed(
    _ method: String, _ url: String, _ fields: [WebRequest.Field], secret: String?
  ) -> WebRequest {
    var request = method == "GET" ? WebRequest.query(url, fields) : .form(url, fields)
    guard let secret,
      let signer = TwilioSigner(
        tokens: [secret], sha1: { HMACSHA1.code(key: $0, message: $1) },
        sha256: { HMACSHA256.code(key: $0, message: $1) })
    else { return request }
    let form = method == "GET" ? [] : fields.map { URLQuery.Item(name: $0.name, value: $0.value) }
    let signed = TwilioSignedRequest(request.url, parameters: form)
    guard let signature = signer.signature(of: signed) else { return request }
    request.headers.append(.init("X-Twilio-Signature", signature))
    return request
  }

  func directions(
    from answer: WebAnswer, to request: WebRequest, about call: WebCall
  ) -> DialDirections {
    var directions = DialDirections()
    guard let response = directions.response(in: answer, to: enquiry.words) else {
      return directions
    }
    directions.format = WireFormat(.mulaw, .hz8000)
    let verbs = response.children.enumerated().filter { verb in
      ["Connect", "Start"].contains(verb.element.name)
        && verb.element.children.contains { $0.name == "Stream" }
    }
    guard let (place, verb) = verbs.first,
      let stream = verb.children.first(where: { $0.name == "Stream" })
    else {
      directions.object(
        response.children.contains { $0.name == "Stream" }
          ? "<Stream> stands in <Response>; it has to stand in <Connect> or <Start>"
          : "the answer has no <Connect><Stream> or <Start><Stream>: the call has no audio for a bot"
      )
      return directions
    }
    if verb.children.count > 1 {
      directions.object(
        "<\(verb.name)> holds \(verb.children.count) elements; one <Stream> is played")
    }
    if let first = response.children[..<place].first {
      directions.remark(
        "<\(first.name)> stands before <\(verb.name)>: it delays the socket until it has ended")
    }
    let isLast = place == response.children.count - 1
    TwilioStreamReading(verb: verb, stream: stream, isLast: isLast)
      .read(into: &directions, askedAt: request.url)
    return directions
  }
}
