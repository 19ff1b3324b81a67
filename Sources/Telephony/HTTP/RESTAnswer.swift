/// What came of a request to a platform's REST interface.
public enum RESTAnswer<Value: Hashable & Sendable, Refusal: Error & Hashable>: Hashable, Sendable {
  /// The platform did it, or for a call took the order: accepted, not answered.
  case accepted(Value)
  /// The platform refused, so nothing happened.
  case refused(Refusal)
  /// A 5xx, or an answer that cannot be read, or none in time. Whether it took effect is unknown:
  /// never repeat what rings a phone; look the call up instead.
  case unknown(String)

  /// Reads an answer: what it accepts, what it refuses and what it leaves open.
  ///
  /// - Parameters:
  ///   - response: the answer, or nil where none came in time.
  ///   - refusal: reads a 4xx.
  ///   - value: makes the value out of a 2xx answer, or nil where the answer does not have it.
  init(
    _ response: RESTResponse?, refusal: (RESTResponse) -> Refusal,
    value: (RESTResponse) -> Value?
  ) {
    guard let response else {
      self = .unknown("no answer came")
      return
    }
    switch response.status {
    case 200..<300:
      self = value(response).map { .accepted($0) } ?? .unknown("the answer could not be read")
    // 408 says that the request did not come whole, which an order may have survived.
    case 400..<500 where response.status != 408:
      self = .refused(refusal(response))
    default:
      self = .unknown("the answer was HTTP \(response.status)")
    }
  }
}
