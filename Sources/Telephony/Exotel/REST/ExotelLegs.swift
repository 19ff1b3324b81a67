public import AudioEngine

/// Dials a leg of the Legs API: `POST .../legs`.
///
/// The answer only says that the order was taken; what became of it comes as ``ExotelLegEvent``s.
/// Source: https://developer.exotel.com/docs/legs/overview.
public struct ExotelLeg: Hashable, Sendable {
  /// Whom to call: a number, or a `sip:` address.
  public var contactURI: String
  /// Our number.
  public var exophone: String
  /// Where events go: `grpc://` or `https://`.
  public var eventEndpoint: String
  /// Up to 128 characters that come back with events.
  public var customParameter: String?
  /// The longest the leg may last, 1 to 14,400 s.
  public var timeLimitSeconds: Int?
  /// From start to answer, 1 to 300 s; Exotel's default is 30.
  public var timeoutSeconds: Int?

  /// Makes an order; nothing is checked before ``request(to:)``.
  public init(
    contactURI: String, exophone: String, eventEndpoint: String, customParameter: String? = nil,
    timeLimitSeconds: Int? = nil, timeoutSeconds: Int? = nil
  ) {
    self.contactURI = contactURI
    self.exophone = exophone
    self.eventEndpoint = eventEndpoint
    self.customParameter = customParameter
    self.timeLimitSeconds = timeLimitSeconds
    self.timeoutSeconds = timeoutSeconds
  }

  /// The HTTP request. Send it once: after a time-out or a 5xx the phone may be ringing already.
  ///
  /// - Throws: the first parameter that Exotel would refuse.
  public func request(to account: ExotelAccount) throws(ExotelParameterError) -> HTTPRequest {
    var members: [JSONValue.Member] = []
    let isSIP = contactURI.lowercased().hasPrefix("sip:")
    if isSIP {
      guard contactURI.utf8.count > 4, contactURI.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw ExotelParameterError(parameter: "contact_uri", reason: "has nothing after sip:")
      }
      members.append(.init("contact_uri", .string(contactURI)))
      members.append(.init("network_type", .string("voip")))
    } else {
      let number = try ExotelRules.dialable(contactURI, "contact_uri", permitsNational: true)
      members.append(.init("contact_uri", .string(number)))
    }
    members.append(.init("exophone", .string(try ExotelRules.exophone(exophone, "exophone"))))
    let endpoint = try ExotelRules.address(
      eventEndpoint, "leg_event_endpoint", schemes: ["grpc", "https"])
    members.append(.init("leg_event_endpoint", .string(endpoint)))
    if let customParameter {
      let text = try ExotelRules.text(customParameter, "custom_param", atMost: 128)
      members.append(.init("custom_param", .string(text)))
    }
    if let timeLimitSeconds {
      let limit = try ExotelRules.number(timeLimitSeconds, "time_limit", in: 1...14_400)
      members.append(.init("time_limit", .number(limit)))
    }
    if let timeoutSeconds {
      let timeout = try ExotelRules.number(timeoutSeconds, "timeout", in: 1...300)
      members.append(.init("timeout", .number(timeout)))
    }
    return account.legsRequest(.post, "legs", json: .object(members))
  }
}

/// Something to do on a leg: `POST .../legs/LEG/actions/...`, by the short endpoints, on whose
/// parameters Exotel's pages agree.
public enum ExotelLegAction: Hashable, Sendable {
  /// Connects the leg to a bot's socket. `format` is sent as the content type; nil leaves Exotel's
  /// default, mu-law at 8 kHz. Take what arrives from `start`, whatever was asked for.
  case startStream(
    ExotelStreamURL, direction: StreamDirection = .bidirectional, format: WireFormat? = nil)
  /// Closes the socket; the leg goes on.
  case stopStream
  /// Speaks `text`, 1 to 10 times. Follow with ``stopSay`` once the bot is there.
  case startSay(text: String, loops: Int = 1)
  /// Stops speaking.
  case stopSay
  /// Plays the file at an https address, 1 to 10 times.
  case startPlay(url: String, loops: Int = 1)
  /// Stops playing.
  case stopPlay
  /// Ends the leg.
  case hangup

  /// The HTTP request for the leg `legSID`.
  ///
  /// - Throws: the first parameter that Exotel would refuse.
  public func request(
    on legSID: String, of account: ExotelAccount
  ) throws(ExotelParameterError) -> HTTPRequest {
    let leg = try ExotelRules.pathSegment(legSID, "leg_sid")
    let body = try self.body()
    return account.legsRequest(.post, "legs/\(leg)/actions/\(name)", json: body)
  }

  private var name: String {
    switch self {
    case .startStream: "start_stream"
    case .stopStream: "stop_stream"
    case .startSay: "start_say"
    case .stopSay: "stop_say"
    case .startPlay: "start_play"
    case .stopPlay: "stop_play"
    case .hangup: "hangup"
    }
  }

  private func body() throws(ExotelParameterError) -> JSONValue? {
    switch self {
    case .startStream(let url, let direction, let format):
      var members: [JSONValue.Member] = [
        .init("direction", .string(direction.rawValue)), .init("url", .string(url.text)),
      ]
      if let format { members.append(.init("content_type", .string(Self.contentType(format)))) }
      return .object(members)
    case .startSay(let text, let loops):
      guard !text.isEmpty, text.utf8.count <= 4_096 else {
        throw ExotelParameterError(parameter: "text", reason: "must be 1 to 4,096 bytes")
      }
      return .object([.init("text", .string(text)), try Self.loop(loops)])
    case .startPlay(let url, let loops):
      let url = try ExotelRules.address(url, "url", schemes: ["https", "http"])
      return .object([.init("url", .string(url)), try Self.loop(loops)])
    case .stopStream, .stopSay, .stopPlay, .hangup: return nil
    }
  }

  /// 0 means once on one page and for ever on another, so it is not to be had.
  private static func loop(_ loops: Int) throws(ExotelParameterError) -> JSONValue.Member {
    JSONValue.Member("loop", .number(try ExotelRules.number(loops, "loop", in: 1...10)))
  }

  private static func contentType(_ format: WireFormat) -> String {
    switch format.encoding {
    case .linear16: "audio/L16;rate=\(format.rate.hertz)"
    case .mulaw: "audio/x-mulaw;rate=\(format.rate.hertz)"
    case .alaw: "audio/x-alaw;rate=\(format.rate.hertz)"
    }
  }
}

/// What the Legs API says to an order: that it was taken. The outcome comes as an event.
public struct ExotelLegReceipt: Hashable, Sendable {
  /// The request's identifier, for Exotel's support.
  public var requestID: String?
  /// The leg, where the order made one.
  public var legSID: String?

  /// Reads the answer; nil for none in time. A 2xx whose body reports an error is a refusal.
  public static func answer(_ response: HTTPResponse?) -> ExotelAnswer<ExotelLegReceipt> {
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
