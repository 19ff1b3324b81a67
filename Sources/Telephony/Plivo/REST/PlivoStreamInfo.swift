/// A stream as Plivo's REST API describes it.
public struct PlivoStreamInfo: Hashable, Sendable {
  /// The stream.
  public var streamID: String
  /// The call it is of.
  public var callUUID: String?
  /// Where the bot listens, what may be a credential taken out.
  public var serviceURL: String?
  /// Whether the bot may speak.
  public var isBidirectional: Bool?
  /// `inbound`, `outbound` or `both`.
  public var audioTrack: String?
  /// Encoding and rate, as in XML.
  public var contentType: String?
  /// `initiated` and others.
  public var status: String?
  /// `YYYY-MM-DD hh:mm:ss+hh:mm`, as it came.
  public var startTime: String?
  /// The same; nil while the stream is up.
  public var endTime: String?
  /// What is billed, in seconds.
  public var billSeconds: Int?

  init?(_ value: JSONValue?) {
    guard let value, let streamID = value["stream_id"]?.nonEmptyText else { return nil }
    self.streamID = streamID
    callUUID = value["call_uuid"]?.nonEmptyText
    serviceURL = (value["service_url"]?.nonEmptyText).map(Redaction.url)
    isBidirectional = (value["bidirectional"]?.text).map { $0.lowercased() == "true" }
    audioTrack = value["audio_track"]?.nonEmptyText
    contentType = value["content_type"]?.nonEmptyText
    status = value["status"]?.nonEmptyText
    startTime = value["start_time"]?.nonEmptyText
    endTime = value["end_time"]?.nonEmptyText
    billSeconds = value["bill_duration"]?.integer
  }

  /// More streams than this of one answer are not read.
  public static let maximumStreams = 100

  /// Reads the answer to ``PlivoAccount/stream(_:of:)`` or ``PlivoAccount/start(_:on:)``, which names the
  /// stream alone; nil for none in time.
  public static func answer(_ response: RESTResponse?) -> PlivoAnswer<PlivoStreamInfo> {
    PlivoAnswer(response) { PlivoStreamInfo($0) }
  }

  /// Reads the answer to ``PlivoAccount/streams(of:)``; nil for none in time.
  public static func list(_ response: RESTResponse?) -> PlivoAnswer<[PlivoStreamInfo]> {
    PlivoAnswer(response) { body in
      guard case .array(let objects)? = body?["objects"] else { return nil }
      return objects.prefix(maximumStreams).compactMap { PlivoStreamInfo($0) }
    }
  }
}

/// What came of a request to Plivo's REST API.
public typealias PlivoAnswer<Value: Hashable & Sendable> = RESTAnswer<Value, PlivoRefusal>

extension RESTAnswer where Refusal == PlivoRefusal {
  /// Reads the answer to a request; see ``RESTAnswer/init(_:refusal:value:)``.
  init(_ response: RESTResponse?, read: (JSONValue?) -> Value?) {
    self.init(response, refusal: PlivoRefusal.init) {
      read(try? unsafe JSONValue($0.body.span.bytes))
    }
  }
}

extension RESTAnswer where Value == Bool, Refusal == PlivoRefusal {
  /// Reads the answer to a stop or a hang-up: true where something was ended, false where it was gone
  /// already.
  public init(ending response: RESTResponse?) {
    if response?.status == 404 {
      self = .accepted(false)
    } else {
      self.init(response) { _ in true }
    }
  }
}

/// Why Plivo's REST API said no.
public struct PlivoRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  /// Plivo's words, credentials of URLs taken out.
  public var message: String?

  init(_ response: RESTResponse) {
    status = response.status
    let body = try? unsafe JSONValue(response.body.span.bytes)
    let text = body?["error"]?.nonEmptyText ?? body?["message"]?.nonEmptyText
    message = text.map { Redaction.text(ASCII.prefix($0, 512)) }
  }

  /// What to do about it, in plain words.
  public var advice: String {
    switch status {
    case 400: "A parameter was refused, or the call has a stream already."
    case 401: "The auth id or token is wrong."
    case 403: "The account may not do this."
    case 404: "No such call or stream, or it is over; request_uuid is not always the CallUUID."
    case 429: "The rate limit of 300 requests in 5 s was reached; try again later."
    default: "Plivo refused; ask its support with the message."
    }
  }

  /// The refusal as one line.
  public var description: String {
    "HTTP \(status)" + (message.map { " (\($0))" } ?? "") + ". \(advice)"
  }
}
