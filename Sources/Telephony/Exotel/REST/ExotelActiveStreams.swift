/// How many streams an account has up, and how many it may have.
///
/// Pages disagree on the form of the answer; both are read. Source:
/// https://developer.exotel.com/api/agent-stream.
public struct ExotelActiveStreams: Hashable, Sendable {
  /// Streams that are up now.
  public var active: Int
  /// Streams that may be up; past it they fail as `Streaming_call_throttled`. Nil where not told.
  public var limit: Int?

  /// Whether four fifths of the limit are reached, Exotel's own threshold for an alert.
  public var isNearLimit: Bool {
    // 18 digits at most were read, so that a fivefold count cannot overflow.
    limit.map { active * 5 >= $0 * 4 } ?? false
  }

  init?(_ body: ExotelBody) {
    let count = body.json?["active_streams"]?.integer
    guard let active = count ?? body["Stream", "ActiveStreamCount"].flatMap(LenientNumber.integer)
    else { return nil }
    self.active = active
    limit =
      body.json?["max_allowed_streams"]?.integer
      ?? body["Stream", "ThrottleLimit"].flatMap(LenientNumber.integer)
  }

  /// Asks for the count. May be repeated.
  public static func request(to account: ExotelAccount) -> RESTRequest {
    account.voiceRequest(.get, "ActiveStreams")
  }

  /// Reads the answer; nil for none in time.
  public static func answer(_ response: RESTResponse?) -> ExotelAnswer<ExotelActiveStreams> {
    ExotelAnswer(response) { ExotelActiveStreams($0) }
  }
}
