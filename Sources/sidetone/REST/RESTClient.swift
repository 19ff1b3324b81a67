import Foundation
import Telephony

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests to a platform's REST API, each exactly once and for a bounded time.
///
/// What a time-out or a 5xx leaves open stays open: whoever placed a call must not place it again.
enum RESTClient {
  /// The longest a request may take, from its beginning to the answer's last byte, in seconds.
  static let timeout = 20.0
  /// The longest answer that is read.
  static let maximumAnswer = 1 << 20

  /// Sends a request.
  ///
  /// - Returns: the answer; nil where none came in time or the connection broke.
  static func send(_ request: Telephony.HTTPRequest) async -> Telephony.HTTPResponse? {
    guard let url = URL(string: request.url) else { return nil }
    var outgoing = URLRequest(url: url, timeoutInterval: timeout)
    outgoing.httpMethod = request.method.rawValue
    if !request.body.isEmpty { outgoing.httpBody = Data(request.body) }
    for header in request.headers {
      outgoing.setValue(header.value, forHTTPHeaderField: header.name)
    }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForResource = timeout
    let session = URLSession(
      configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    guard let (body, response) = try? await session.data(for: outgoing),
      let answer = response as? HTTPURLResponse, body.count <= maximumAnswer
    else { return nil }
    let headers = answer.allHeaderFields.compactMap { field -> HTTPHeader? in
      guard let name = field.key as? String, let value = field.value as? String else { return nil }
      return HTTPHeader(name, value)
    }
    return Telephony.HTTPResponse(
      status: answer.statusCode, headers: headers, body: Array(body))
  }

  /// A redirect would send the credentials, and perhaps the order, somewhere else.
  private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
    func urlSession(
      _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection: HTTPURLResponse,
      newRequest: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
      completionHandler(nil)
    }
  }
}
