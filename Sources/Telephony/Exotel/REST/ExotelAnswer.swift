/// Why Exotel's REST API said no.
public struct ExotelRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  /// `RestException.Code`, a number or a word such as `RATE_LIMIT_EXCEEDED`.
  public var code: String?
  /// `RestException.Message`, credentials of URLs taken out.
  public var message: String?
  /// What `Retry-After` asks for, in seconds.
  public var retryAfterSeconds: Int?

  init(_ response: HTTPResponse) {
    status = response.status
    let body = ExotelBody(response)
    code = body["RestException", "Code"]
    message = body["RestException", "Message"].map(Redaction.text)
    retryAfterSeconds = response[header: "Retry-After"].flatMap(LenientNumber.integer)
  }

  /// What to do about it, in plain words.
  public var advice: String {
    switch status {
    case 400: "A parameter was refused; the same request will be refused again."
    case 401: "The API key or token is wrong, or belongs to the other region."
    case 403: "The account may not do this: streaming is switched on per account by Exotel."
    case 404: "No such account, call or path; the path's letter case matters."
    case 429:
      retryAfterSeconds.map { "The rate limit was reached; try again after \($0) s." }
        ?? "The rate limit was reached; try again later."
    default: "Exotel refused; ask its support with the code and message."
    }
  }

  /// The refusal as one line.
  public var description: String {
    let detail = [code, message].compactMap(\.self).joined(separator: ": ")
    return "HTTP \(status)" + (detail.isEmpty ? "" : " (\(detail))") + ". \(advice)"
  }
}

/// What came of placing a call.
public enum ExotelAnswer<Value: Hashable & Sendable>: Hashable, Sendable {
  /// Exotel accepted; for a call that means accepted, not answered.
  case accepted(Value)
  /// Exotel refused, so nothing happened.
  case refused(ExotelRefusal)
  /// A 5xx, or an answer that cannot be read, or none in time. Whether it took effect is unknown:
  /// never repeat what rings a phone; look the call up instead.
  case unknown(String)
}

extension ExotelAnswer {
  /// Reads the answer to a request: what it accepts, what it refuses and what it leaves open.
  ///
  /// - Parameters:
  ///   - response: the answer, or nil where none came in time.
  ///   - read: makes the value out of a 2xx answer's body, or nil where the body does not have it.
  init(_ response: HTTPResponse?, read: (ExotelBody) -> Value?) {
    guard let response else {
      self = .unknown("no answer came")
      return
    }
    switch response.status {
    case 200..<300:
      let value = read(ExotelBody(response))
      self = value.map { .accepted($0) } ?? .unknown("the answer could not be read")
    case 400..<500 where response.status != 408:
      self = .refused(ExotelRefusal(response))
    default:
      self = .unknown("the answer was HTTP \(response.status)")
    }
  }
}

/// The body of an answer: JSON where it was asked for, XML where Exotel answers so all the same.
struct ExotelBody {
  /// The body, where it is JSON.
  let json: JSONValue?
  private let xml: String

  init(_ response: HTTPResponse) {
    json = try? unsafe JSONValue(response.body.span.bytes)
    // A reader of single elements needs no more than the first of a long document.
    xml = json == nil ? String(decoding: response.body.prefix(65_536), as: UTF8.self) : ""
  }

  /// The text of `inner` in `outer`; nil where it is missing or empty.
  subscript(outer: String, inner: String) -> String? {
    if let json { return json[outer]?[inner]?.nonEmptyText }
    return XMLText.first(inner, in: xml).flatMap { $0.isEmpty ? nil : $0 }
  }
}
