import Foundation
import Telephony

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests to a platform's REST API, each exactly once and for a bounded time.
///
/// What a time-out or a 5xx leaves open stays open: whoever placed a call must not place it again.
enum RESTClient {
  /// The longest answer that is read.
  static let maximumAnswer = 1 << 20

  /// Sends a request.
  ///
  /// - Parameters:
  ///   - request: what is sent.
  ///   - seconds: the longest it may take, from its beginning to the answer's last byte.
  /// - Returns: the answer; nil where none came in time or the connection broke.
  static func send(
    _ request: Telephony.HTTPRequest, within seconds: Int
  ) async -> Telephony.HTTPResponse? {
    guard let url = URL(string: request.url) else { return nil }
    var outgoing = URLRequest(url: url, timeoutInterval: TimeInterval(seconds))
    outgoing.httpMethod = request.method.rawValue
    if !request.body.isEmpty { outgoing.httpBody = Data(request.body) }
    for header in request.headers {
      outgoing.setValue(header.value, forHTTPHeaderField: header.name)
    }
    let session = URLSession(
      configuration: .ephemeral, delegate: NoRedirects(), delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    let (answers, continuation) = AsyncStream.makeStream(of: Telephony.HTTPResponse?.self)
    session.dataTask(with: outgoing) { body, response, _ in
      continuation.yield(Self.answer(body, response))
      continuation.finish()
    }.resume()
    // Foundation's own time-outs begin anew with every byte, and some are not kept on Linux.
    let alarm = Task {
      try await Task.sleep(for: .seconds(seconds))
      continuation.finish()
    }
    defer { alarm.cancel() }
    for await answer in answers { return answer }
    return nil
  }

  private static func answer(_ body: Data?, _ response: URLResponse?) -> Telephony.HTTPResponse? {
    guard let body, let response = response as? HTTPURLResponse, body.count <= maximumAnswer else {
      return nil
    }
    let headers = response.allHeaderFields.compactMap { field -> HTTPHeader? in
      guard let name = field.key as? String, let value = field.value as? String else { return nil }
      return HTTPHeader(name, value)
    }
    return Telephony.HTTPResponse(
      status: response.statusCode, headers: headers, body: Array(body))
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
