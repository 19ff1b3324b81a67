/// What the Legs API says to an order: that it was taken. The outcome comes as an event.
public struct ExotelLegReceipt: Hashable, Sendable {
  /// The request's identifier, for Exotel's support.
  public var requestID: String?
  /// The leg, where the order made one.
  public var legSID: String?

  /// Reads the answer; nil for none in time. A 2xx whose body reports an error is a refusal.
  public static func answer(_ response: RESTResponse?) -> ExotelAnswer<ExotelLegReceipt> {
    let answer = ExotelAnswer<ExotelLegReceipt>(response) { body in
      guard let json = body.json, json["response"]?["error_data"]?.isNothing ?? true else {
        return nil
      }
      return ExotelLegReceipt(
        requestID: json["request_id"]?.nonEmptyText,
        legSID: json["response"]?["data"]?["leg_sid"]?.nonEmptyText)
    }
    guard let response, case .unknown = answer, (200..<300).contains(response.status),
      let error = ExotelBody(response).json?["response"]?["error_data"], !error.isNothing
    else { return answer }
    var refusal = ExotelRefusal(response)
    refusal.code = error["code"]?.nonEmptyText
    let message = error["message"]?.nonEmptyText ?? error["description"]?.nonEmptyText
    refusal.message = (message ?? error.text).map(Redaction.text)
    return .refused(refusal)
  }
}

extension JSONValue {
  /// Whether nothing is said: `null`, an empty text or an empty object.
  fileprivate var isNothing: Bool {
    self == .null || self == .object([]) || text == ""
  }
}
