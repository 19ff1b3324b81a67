import AudioEngine
import Foundation
import Sockets
import Telephony

/// Plivo over HTTP: the answer URL, asked by a signed POST, whose XML says what to dial.
struct PlivoWeb: SimulatedWeb {
  /// How the answer URL is asked: `GET` or `POST`.
  var answerMethod = "POST"

  let enquiry = Enquiry(name: "answer", words: "answer URL", patience: .seconds(15))

  func call() -> WebCall {
    WebCall(
      callID: Self.uuid(), streamID: Self.uuid(), from: "919812345670", to: "914440001234")
  }

  /// A random identifier in the form of RFC 9562.
  static func uuid() -> String {
    let digits = Array("0123456789abcdef")
    return [8, 4, 4, 4, 12].map { length in
      String((0..<length).map { _ in digits[Int.random(in: 0..<16)] })
    }.joined(separator: "-")
  }

  func request(asking url: String, about call: WebCall) -> WebRequest {
    signed(
      answerMethod, url,
      [
        .init("CallUUID", call.callID), .init("From", call.from), .init("To", call.to),
        .init("Direction", "inbound"), .init("CallStatus", "ringing"), .init("Event", "StartApp"),
      ], secret: call.secret)
  }

  /// A request that carries the V3 signature where there is a token.
  func signed(
    _ method: String, _ url: String, _ fields: [WebRequest.Field], secret: String?
  ) -> WebRequest {
    var request = method == "GET" ? WebRequest.query(url, fields) : .form(url, fields)
    let nonce = String((0..<20).map { _ in "0123456789".randomElement() ?? "0" })
    guard let secret,
      let signer = PlivoSigner(
        tokens: [secret], hmac: { HMACSHA256.code(key: $0, message: $1) }),
      var signed = PlivoSignedRequest(method == "GET" ? .get : .post, url: url)
    else { return request }
    signed.parameters = fields.map { URLQuery.Item(name: $0.name, value: $0.value) }
    guard let signature = signer.signature(of: signed, nonce: nonce) else { return request }
    request.headers += [
      .init("X-Plivo-Signature-V3", signature), .init("X-Plivo-Signature-Ma-V3", signature),
      .init("X-Plivo-Signature-V3-Nonce", nonce),
    ]
    return request
  }

  func directions(
    from answer: WebAnswer, to request: WebRequest, about call: WebCall
  ) -> DialDirections {
    var directions = DialDirections()
    guard let response = directions.response(in: answer, to: enquiry.words) else {
      return directions
    }
    let streams = response.children.enumerated().filter { $0.element.name == "Stream" }
    guard let (place, stream) = streams.first else {
      directions.object("the answer has no <Stream>: the call has no audio for a bot")
      return directions
    }
    if streams.count > 1 {
      directions.object("the answer has \(streams.count) <Stream>; one is allowed")
    }
    let before = response.children[..<place].filter { $0.name != "Record" }
    if let first = before.first {
      directions.remark(
        "<\(first.name)> stands before <Stream>: it delays the socket until it has ended")
    }
    let after = response.children[(place + 1)...]
    if after.contains(where: { $0.name == "Record" }) {
      directions.object("<Record> stands behind <Stream>; it records nothing there")
    }
    PlivoStreamReading(stream: stream, isLast: after.isEmpty).read(into: &directions)
    return directions
  }
}
