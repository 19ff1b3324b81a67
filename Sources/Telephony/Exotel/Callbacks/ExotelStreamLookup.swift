/// Exotel asking an `https://` endpoint, configured in the applet, where to connect for one call.
///
/// GET and POST both occur; answer 200 with ``answer(_:)`` and no redirect, within seconds.
public struct ExotelStreamLookup: Hashable, Sendable {
  /// The content type of the answer.
  public static let contentType = "application/json"

  /// The call.
  public var callSID: String?
  /// The caller's number in Exotel's form (`CallFrom`, else `From`).
  public var from: String?
  /// The called number in Exotel's form (`CallTo`, else `To`).
  public var to: String?
  /// `incoming` and others.
  public var direction: String?
  /// What we passed when the call was placed.
  public var customField: String?

  /// Reads a request's fields. Never fails: whatever is missing is nil.
  public init(_ fields: CallbackFields) {
    callSID = fields["callsid"]
    from = fields.first("callfrom", "from")
    to = fields.first("callto", "to")
    direction = fields["direction"]
    customField = fields["customfield"]
  }

  /// The body that sends Exotel to `url`: `{"url":"wss://..."}`. Holds whatever credentials `url` holds.
  public static func answer(_ url: ExotelStreamURL) -> String {
    JSONValue.object([JSONValue.Member("url", .string(url.text))]).json
  }
}
