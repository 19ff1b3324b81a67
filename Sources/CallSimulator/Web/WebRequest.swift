import AudioEngine
import Sockets

/// One HTTP request of a platform's.
public struct WebRequest: Hashable, Sendable {
  /// `GET`, `POST`.
  public var method: String
  /// Absolute, without user-info and fragment.
  public var url: String
  /// Beside `Host`, `Content-Length` and `Connection`.
  public var headers: [Field] = []
  /// Empty for none.
  public var body: [UInt8] = []

  /// A name and its value: a header, an item of a query, a field of a form.
  public struct Field: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value, plain.
    public let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A request with these fields in its query, behind those that the address has.
  static func query(_ url: String, _ fields: [Field]) -> WebRequest {
    let mark = fields.isEmpty ? "" : url.contains("?") ? "&" : "?"
    return WebRequest(method: "GET", url: url + mark + urlEncoded(fields))
  }

  /// A POST with these fields in its body.
  static func form(_ url: String, _ fields: [Field]) -> WebRequest {
    WebRequest(
      method: "POST", url: url,
      headers: [Field("Content-Type", "application/x-www-form-urlencoded")],
      body: Array(urlEncoded(fields).utf8))
  }

  /// A POST of RFC 7578's form.
  static func multipart(_ url: String, _ fields: [Field]) -> WebRequest {
    let boundary = "------------------------0f2a9c4d7b61e853"
    let parts = fields.map {
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0.name)\"\r\n\r\n\($0.value)\r\n"
    }
    return WebRequest(
      method: "POST", url: url,
      headers: [Field("Content-Type", "multipart/form-data; boundary=\(boundary)")],
      body: Array((parts.joined() + "--\(boundary)--\r\n").utf8))
  }

  /// A POST of a JSON document.
  static func json(_ url: String, _ value: WireText) -> WebRequest {
    WebRequest(
      method: "POST", url: url, headers: [Field("Content-Type", "application/json")],
      body: value.text())
  }

  private static func urlEncoded(_ fields: [Field]) -> String {
    fields.map { escaped($0.name) + "=" + escaped($0.value) }.joined(separator: "&")
  }

  /// RFC 3986, 2.3: what need not be escaped.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        escaped += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return escaped
  }
}

/// What a server answered.
public struct WebAnswer: Hashable, Sendable {
  /// The status code.
  public let status: Int
  /// `Content-Type` without its parameters, in lower case; nil where there is none.
  public let contentType: String?
  /// At most 1 MiB.
  public let body: [UInt8]
  /// From the first packet to the last byte.
  public let time: Duration
}

/// Sends a platform's requests: each once, without following redirections.
struct WebClient: Sendable {
  let tls: TLSClientConfiguration
  /// What the addresses' user-info becomes.
  let authorization: String?

  /// Blocks, at most for `limit` and the look-up of the name.
  func send(
    _ request: WebRequest, within limit: Duration
  ) throws(ConnectFailure) -> WebAnswer {
    var trial: TrialRequest
    do { trial = try TrialRequest(request.method, request.url) } catch {
      throw .unreachable(reason: error.description)
    }
    for header in request.headers { trial.headers.append(header.name, header.value) }
    if let authorization { trial.headers.append("Authorization", authorization) }
    trial.body = request.body
    let answer = try trial.send(trusting: tls, within: limit)
    let type = answer.headers["content-type"]?.prefix { $0 != ";" }
    return WebAnswer(
      status: answer.status,
      contentType: type.map { String($0.filter { !$0.isWhitespace }).lowercased() },
      body: answer.body, time: answer.time)
  }
}
