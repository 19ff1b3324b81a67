public import RESTClient
public import Telephony

extension RESTClient {
  /// Sends a platform's request, once.
  ///
  /// - Parameters:
  ///   - request: what is sent.
  ///   - time: the longest it may take, from its beginning to the answer's last byte.
  /// - Returns: the answer; nil where none came in time, or whole.
  public func send(_ request: RESTRequest, within time: Duration) async -> RESTResponse? {
    let answer = try? await send(
      request.method.rawValue, request.url, headers: request.headers.map { ($0.name, $0.value) },
      body: request.body, within: time)
    return answer.map { answer in
      RESTResponse(
        status: answer.status, headers: answer.headers.map { HTTPHeader($0.name, $0.value) },
        body: answer.body)
    }
  }
}
