/// Dials a leg of the Legs API: `POST .../legs`.
///
/// The answer only says that the order was taken; what became of it comes as ``ExotelLegEvent``s.
/// Source: https://developer.exotel.com/docs/legs/overview.
public struct ExotelLeg: Hashable, Sendable {
  /// Whom to call: a number, or a `sip:` address.
  public var contactURI: String
  /// Our number.
  public var exophone: String
  /// Where events go: `grpc://` or `https://`; `http://` too where the account itself is reached so, as in
  /// a test. What Exotel calls at `grpc://` is described to its customers alone.
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
  public func request(to account: ExotelAccount) throws(ParameterError) -> RESTRequest {
    var members: [JSONValue.Member] = []
    let isSIP = contactURI.lowercased().hasPrefix("sip:")
    if isSIP {
      guard contactURI.utf8.count > 4, contactURI.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw ParameterError(parameter: "contact_uri", reason: "has nothing after sip:")
      }
      members.append(.init("contact_uri", .string(contactURI)))
      members.append(.init("network_type", .string("voip")))
    } else {
      let number = try ExotelRules.dialable(contactURI, "contact_uri", permitsNational: true)
      members.append(.init("contact_uri", .string(number)))
    }
    members.append(.init("exophone", .string(try ExotelRules.exophone(exophone, "exophone"))))
    let isTest = account.legsBase.lowercased().hasPrefix("http://")
    let endpoint = try ParameterRules.address(
      eventEndpoint, "leg_event_endpoint",
      schemes: ["grpc", "https"] + (isTest ? ["http"] : []))
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
