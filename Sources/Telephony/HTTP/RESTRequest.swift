/// A request to a platform's REST interface as a value: what is to be sent, not how.
///
/// Its description hides credentials, the URL's included.
public struct RESTRequest: Hashable, Sendable, CustomStringConvertible {
  /// The method.
  public enum Method: String, Hashable, Sendable {
    /// Asks; may be repeated.
    case get = "GET"
    /// Causes something; is not repeated by itself.
    case post = "POST"
    /// Ends or removes something; may be repeated.
    case delete = "DELETE"
  }

  /// The method.
  public var method: Method
  /// The absolute address, `https://` with host, path and query.
  public var url: String
  /// The header fields, in order; `Host` and `Content-Length` are the transport's.
  public var headers: [HTTPHeader]
  /// The body; empty where there is none.
  public var body: [UInt8]

  /// Makes a request.
  public init(
    _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Method and redacted address; neither headers nor body.
  public var description: String { "\(method.rawValue) \(Redaction.url(url))" }
}

/// One header field.
public struct HTTPHeader: Hashable, Sendable {
  /// The name; letter case does not matter.
  public var name: String
  /// The value.
  public var value: String

  /// Makes a field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A REST interface's answer as a value.
public struct RESTResponse: Hashable, Sendable {
  /// The status code.
  public var status: Int
  /// The header fields, in order.
  public var headers: [HTTPHeader]
  /// The body.
  public var body: [UInt8]

  /// Makes an answer.
  public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first value of the field `name`.
  public subscript(header name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
