import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends HTTP requests over URLSession, each exactly once, for a bounded time and with a bounded
/// answer.
///
/// No redirect is followed: it would send credentials, and perhaps an order, somewhere else. Nothing
/// is sent again. What a time-out or a 5xx leaves open stays open: whoever placed a call must not
/// place it again by itself.
public struct RESTClient: Sendable {
  /// The longest body of an answer that is read, in bytes.
  public var maximumAnswer: Int

  /// Makes a client; it holds no connection between requests.
  public init(maximumAnswer: Int = 1 << 20) {
    self.maximumAnswer = maximumAnswer
  }

  /// An answer as it came, redirects and errors of the far side included.
  public struct Answer: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields; a name that came several times holds its values with commas between.
    public let headers: [(name: String, value: String)]
    /// The whole body.
    public let body: [UInt8]
  }

  /// Why there is no answer. Whether the request took effect is not known, but for ``badURL``.
  public enum Failure: Error, Hashable, Sendable {
    /// No absolute http or https address; nothing was sent.
    case badURL
    /// The time was over, or the task was cancelled.
    case timedOut
    /// The body was longer than ``maximumAnswer``.
    case answerTooLong
    /// The connection could not be made, or broke.
    case connection
  }

  /// Sends one request.
  ///
  /// - Parameters:
  ///   - method: `GET`, `POST` and so on.
  ///   - url: absolute, `http` or `https`.
  ///   - headers: without `Host` and `Content-Length`, which follow from the others.
  ///   - body: empty for none.
  ///   - time: the longest it may take, from its beginning to the answer's last byte.
  /// - Returns: the answer, whatever its status.
  /// - Throws: ``Failure``, whose words hold nothing of the address, the headers or the body.
  public func send(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = [], within time: Duration
  ) async throws(Failure) -> Answer {
    guard let address = URL(string: url), ["http", "https"].contains(address.scheme?.lowercased())
    else { throw .badURL }
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    var outgoing = URLRequest(url: address, timeoutInterval: max(seconds, 0.001))
    outgoing.httpMethod = method
    if !body.isEmpty { outgoing.httpBody = Data(body) }
    for header in headers { outgoing.setValue(header.value, forHTTPHeaderField: header.name) }
    let exchange = Exchange(maximumAnswer: maximumAnswer)
    let session = URLSession(configuration: .ephemeral, delegate: exchange, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    session.dataTask(with: outgoing).resume()
    // Foundation's own time-outs begin anew with every byte, and some are not kept on Linux.
    let alarm = Task {
      try await Task.sleep(for: time)
      exchange.end(.failure(.timedOut))
    }
    defer { alarm.cancel() }
    return try await exchange.result().get()
  }
}

/// What URLSession tells of one request. Its calls come on the session's own queue, one at a time.
private final class Exchange: NSObject, URLSessionDataDelegate, Sendable {
  private typealias Outcome = Result<RESTClient.Answer, RESTClient.Failure>

  private struct State {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// The first outcome counts.
    var outcome: Outcome?
    var waiter: CheckedContinuation<Outcome, Never>?
  }

  private let maximumAnswer: Int
  private let state = Mutex(State())

  init(maximumAnswer: Int) {
    self.maximumAnswer = maximumAnswer
  }

  func end(_ outcome: Result<RESTClient.Answer, RESTClient.Failure>) {
    let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      guard state.outcome == nil else { return nil }
      state.outcome = outcome
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: outcome)
  }

  func result() async -> Result<RESTClient.Answer, RESTClient.Failure> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let outcome = state.withLock { state -> Outcome? in
          if state.outcome == nil { state.waiter = continuation }
          return state.outcome
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      end(.failure(.timedOut))
    }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    guard let response = response as? HTTPURLResponse else { return completionHandler(.cancel) }
    let headers = response.allHeaderFields.compactMap { field -> (name: String, value: String)? in
      guard let name = field.key as? String, let value = field.value as? String else { return nil }
      return (name, value)
    }
    state.withLock { state in
      state.status = response.statusCode
      state.headers = headers
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLong = state.withLock { state in
      if state.body.count + data.count > maximumAnswer { return true }
      state.body += data
      return false
    }
    guard isTooLong else { return }
    dataTask.cancel()
    end(.failure(.answerTooLong))
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    guard error == nil else { return end(.failure(.connection)) }
    let answer = state.withLock { state in
      RESTClient.Answer(status: state.status, headers: state.headers, body: state.body)
    }
    end(.success(answer))
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection: HTTPURLResponse,
    newRequest: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }
}
