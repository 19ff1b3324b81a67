/// Whose Twilio account, and requests to its REST API: https://www.twilio.com/docs/voice/api.
public struct TwilioAccount: Hashable, Sendable {
  /// `AC...`.
  public let sid: String
  private let credentials: BasicCredentials
  /// Scheme and host of the API, without a slash at the end.
  public var base = "https://api.twilio.com"

  /// Makes an account.
  ///
  /// - Parameters:
  ///   - sid: the account.
  ///   - user: an API key's sid; the account's own where nil.
  ///   - secret: the key's secret, or the account's auth token.
  /// - Throws: where an id could not stand in a path or in a Basic header.
  public init(
    sid: String, user: String? = nil, secret: String
  ) throws(ParameterError) {
    self.sid = try ParameterRules.pathSegment(sid, "AccountSid")
    guard let credentials = BasicCredentials(user: user ?? sid, password: secret) else {
      throw ParameterError(parameter: "AccountSid", reason: "may not hold a colon")
    }
    self.credentials = credentials
  }

  /// Has Twilio dial a number. Not to be repeated by itself: each rings a phone.
  public func place(_ order: TwilioOrder) throws(ParameterError) -> RESTRequest {
    request(.post, "Calls.json", try order.fields())
  }

  /// Asks for a call. May be repeated.
  public func details(of callSID: String) throws(ParameterError) -> RESTRequest {
    request(.get, "\(try path(callSID)).json")
  }

  /// Hangs up. May be repeated; 404 means that the call is gone already.
  public func hangUp(_ callSID: String) throws(ParameterError) -> RESTRequest {
    request(.post, "\(try path(callSID)).json", [("Status", "completed")])
  }

  /// Starts a one-way stream on a call that is up, beside its TwiML. Not to be repeated by itself.
  public func start(
    _ stream: TwilioStream, on callSID: String
  ) throws(ParameterError) -> RESTRequest {
    request(.post, "\(try path(callSID))/Streams.json", try stream.fields())
  }

  /// Stops a one-way stream by its sid or its name. May be repeated.
  public func stop(
    _ stream: String, of callSID: String
  ) throws(ParameterError) -> RESTRequest {
    let id = try ParameterRules.pathSegment(stream, "StreamSid")
    return request(.post, "\(try path(callSID))/Streams/\(id).json", [("Status", "stopped")])
  }

  private func path(_ callSID: String) throws(ParameterError) -> String {
    "Calls/\(try ParameterRules.pathSegment(callSID, "CallSid"))"
  }

  private func request(
    _ method: RESTRequest.Method, _ path: String, _ fields: [(name: String, value: String)] = []
  ) -> RESTRequest {
    var headers = [credentials.header, HTTPHeader("Accept", "application/json")]
    if method == .post {
      headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
    }
    let form = fields.map {
      "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
    }.joined(separator: "&")
    return RESTRequest(
      method, "\(base)/2010-04-01/Accounts/\(sid)/\(path)", headers: headers,
      body: Array(form.utf8))
  }
}

/// An outgoing call as it is ordered.
public struct TwilioOrder: Sendable {
  /// What the call does once it is answered.
  public enum Action: Sendable {
    /// Asks this address, such as this server's `/twilio/answer`.
    case webhook(String)
    /// Connects this stream.
    case stream(TwilioStream)
  }

  /// Whom to dial: a number, a `client:` or a `sip:` address.
  public var to: String
  /// The number that is shown.
  public var from: String
  /// What the call does.
  public var action: Action
  /// Where the call's status is told; nowhere where nil.
  public var statusCallback: String?
  /// How long to let it ring, 5 to 600 s; Twilio's default, 60, where nil.
  public var ringSeconds: Int?

  /// Makes an order.
  public init(to: String, from: String, action: Action) {
    self.to = to
    self.from = from
    self.action = action
  }

  /// TwiML that is sent with an order may have so many characters (error 32018).
  static let mostTwiML = 4_000

  func fields() throws(ParameterError) -> [(name: String, value: String)] {
    var fields = [
      ("To", try TwilioRules.text(to, "To")), ("From", try TwilioRules.text(from, "From")),
    ]
    switch action {
    case .webhook(let url):
      fields.append(
        ("Url", try ParameterRules.address(url, "Url", schemes: ["https", "http"], atMost: 2_048)))
    case .stream(let stream):
      let xml = try stream.answerXML()
      guard xml.count <= Self.mostTwiML else {
        throw ParameterError(
          parameter: "Twiml", reason: "is longer than 4,000 characters: use fewer parameters")
      }
      fields.append(("Twiml", xml))
    }
    if let statusCallback {
      let url = try ParameterRules.address(
        statusCallback, "StatusCallback", schemes: ["https", "http"], atMost: 2_048)
      fields.append(("StatusCallback", url))
    }
    if let ringSeconds {
      let seconds = try ParameterRules.number(ringSeconds, "Timeout", in: 5...600)
      fields.append(("Timeout", "\(seconds)"))
    }
    return fields
  }
}
