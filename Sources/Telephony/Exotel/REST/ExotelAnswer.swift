/// Why Exotel's REST API said no.
public struct ExotelRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  /// `RestException.Code`, a number or a word such as `RATE_LIMIT_EXCEEDED`; the Legs API's
  /// `error_data.code`.
  public var code: String?
  /// `RestException.Message`, or what the Legs API's `error_data` says; credentials of URLs taken out.
  public var message: String?
  /// What `Retry-After` asks for, in seconds.
  public var retryAfterSeconds: Int?

  init(_ response: RESTResponse) {
    status = response.status
    let body = ExotelBody(response)
    let error = body.json?["response"]?["error_data"]
    code = body["RestException", "Code"] ?? error?["code"]?.nonEmptyText
    let words =
      body["RestException", "Message"] ?? error?["description"]?.nonEmptyText
      ?? error?["message"]?.nonEmptyText
    message = words.map(Redaction.text)
    retryAfterSeconds = response[header: "Retry-After"].flatMap(LenientNumber.integer)
  }

  /// A request that was not even sent, for it would have been refused: as 400.
  public init(unsent error: ParameterError) {
    status = 400
    message = error.description
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

/// What came of a request to Exotel's REST API.
public typealias ExotelAnswer<Value: Hashable & Sendable> = RESTAnswer<Value, ExotelRefusal>

extension RESTAnswer where Refusal == ExotelRefusal {
  /// Reads the answer to a request; see ``RESTAnswer/init(_:refusal:value:)``.
  init(_ response: RESTResponse?, read: (ExotelBody) -> Value?) {
    self.init(response, refusal: ExotelRefusal.init) { read(ExotelBody($0)) }
  }
}

/// The body of an answer: JSON where it was asked for, XML where Exotel answers so all the same.
struct ExotelBody {
  /// The body, where it is JSON.
  let json: JSONValue?
  private let xml: String

  init(_ response: RESTResponse) {
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
