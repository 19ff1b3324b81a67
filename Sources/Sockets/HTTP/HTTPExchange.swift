/// A plain HTTP request to a listener.
public struct HTTPRequest: Sendable {
  /// `GET`, `POST` and so on.
  public var method: String
  /// The path, percent-decoded, beginning with a slash.
  public var path: String
  /// The query's items in order, percent-decoded; at most 256.
  public var query: [QueryItem]
  /// As in ``UpgradeRequest/target``.
  public var target: String
  /// As in ``UpgradeRequest/headers``.
  public var headers: HTTPHeaders
  /// The body, at most ``HTTPRequest/maximumBodySize`` bytes.
  public var body: [UInt8]
  /// The peer's address and port, as text.
  public var peerAddress: String

  /// Makes a request; its target is its path where none is given.
  public init(
    method: String, path: String, query: [QueryItem] = [], headers: HTTPHeaders = HTTPHeaders(),
    body: [UInt8] = [], peerAddress: String = "", target: String? = nil
  ) {
    self.target = target ?? path
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.peerAddress = peerAddress
  }

  /// The largest body taken; a larger one is answered with 413.
  public static let maximumBodySize = 65_536
}

/// A request that was answered with an error because it could not be read, or was no proper handshake.
public struct RequestFault: Sendable {
  /// The status that was answered: 400, 408, 411, 413, 414, 417, 426, 431, 501 or 505.
  public let status: Int
  /// What was wrong, in words of our own.
  public let reason: String
  /// The peer's address and port, as text.
  public let peer: String
}

/// The answer to a plain HTTP request. The connection closes after it.
public struct HTTPResponse: Sendable {
  /// The status code, 200 to 599.
  public var status: Int
  /// The media type of the body.
  public var contentType: String
  /// Further headers; names and values must not hold line breaks.
  public var headers: HTTPHeaders
  /// The body.
  public var body: [UInt8]
  /// Gives the true answer to what it is handed, once, later and from any thread, where that takes
  /// other threads to find out; what never comes is cut off at the handshake's deadline.
  package private(set) var later: (@Sendable (@escaping @Sendable (HTTPResponse) -> Void) -> Void)?

  /// Makes an answer with a body of text.
  public init(
    status: Int, contentType: String = "text/plain; charset=utf-8",
    headers: HTTPHeaders = HTTPHeaders(), body: String
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = Array(body.utf8)
  }

  /// Makes an answer that is found out later.
  package init(later: @escaping @Sendable (@escaping @Sendable (HTTPResponse) -> Void) -> Void) {
    self.init(status: 500, body: "")
    self.later = later
  }

  /// The answer as it goes over the wire (RFC 9112).
  func serialized(withBody sendsBody: Bool) -> [UInt8] {
    var head = "HTTP/1.1 \(status) \(Self.phrase(status))\r\n"
    head += "Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\n"
    for (name, value) in headers.fields { head += "\(name): \(value)\r\n" }
    head += "Connection: close\r\n\r\n"
    return Array(head.utf8) + (sendsBody ? body : [])
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 302: "Found"
    case 303: "See Other"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 417: "Expectation Failed"
    case 426: "Upgrade Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}
