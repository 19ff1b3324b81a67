import AudioEngine
import Foundation
import Sockets
import Telephony

/// Plivo over HTTP: the answer URL, asked by a signed POST, whose XML says what to dial.
struct PlivoWeb: SimulatedWeb {
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
      "POST", url,
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
    guard directions.accepts(answer, to: enquiry.words),
      let response = directions.response(in: answer)
    else { return directions }
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

extension DialDirections {
  /// The root of an answer's XML; nil where there is none, which is said.
  mutating func response(in answer: WebAnswer) -> XMLElement? {
    if let type = answer.contentType, ["application/xml", "text/xml"].contains(type) {
      // As it should be.
    } else {
      object(
        "the answer is labelled \(answer.contentType ?? "with no type"); application/xml or text/xml is wanted"
      )
    }
    let root: XMLElement
    do { root = try XMLReader.read(answer.body) } catch {
      object("the answer is not XML: \(error)")
      return nil
    }
    guard root.name == "Response" else {
      object("the answer's root is <\(root.name)>; it has to be <Response>")
      return nil
    }
    return root
  }

  /// Says which attributes of an element nobody documents.
  mutating func judgeNames(of element: XMLElement, known: [String]) {
    for attribute in element.attributes where !known.contains(attribute.name) {
      let folded = attribute.name.lowercased().filter { $0 != "_" && $0 != "-" }
      let meant = known.first { $0.lowercased() == folded }
      object(
        "<\(element.name)> has the unknown attribute \(attribute.name)"
          + (meant.map { "; \($0) is meant" } ?? ""))
    }
  }

  /// The value of an attribute, or nil, which is said where it is none of `values`.
  mutating func choice(_ name: String, of values: [String], in element: XMLElement) -> String? {
    guard let value = element[name] else { return nil }
    if values.contains(value) { return value }
    let shown = BotText.excerpt(value.utf8)
    object(
      "<\(element.name)> has \(name)=\(shown); legal are \(values.joined(separator: ", "))")
    return values.first { $0.lowercased() == value.lowercased() }
  }

  /// Takes an address for callbacks from two attributes.
  mutating func takeStatus(_ urlName: String, _ methodName: String, in element: XMLElement) {
    let method = choice(methodName, of: ["GET", "POST"], in: element) ?? "POST"
    guard let url = element[urlName] else {
      if element[methodName] != nil { remark("\(methodName) without \(urlName) has no effect") }
      return
    }
    guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme),
      parts.host?.isEmpty == false
    else {
      return object(
        "<\(element.name)> has \(urlName)=\(BotText.excerpt(url.utf8)), which is no http or https address"
      )
    }
    status = (url, method)
  }
}
