import Telephony

// What the endpoints of all platforms make of requests, and of answers.

extension CallbackFields {
  /// Reads a request that the listener has taken.
  init(_ request: HTTPRequest) {
    self.init(
      query: URLQuery(request.query), contentType: request.headers["content-type"],
      body: request.body)
  }
}

extension HTTPResponse {
  /// More was asked than can be found out.
  static var busy: HTTPResponse {
    HTTPResponse(status: 503, headers: ["Retry-After": "1"], body: "Too many requests wait.\n")
  }

  static func json(_ status: Int, _ body: String) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "application/json", body: body)
  }
}
