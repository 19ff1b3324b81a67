/// A call as Twilio's REST API describes it.
public struct TwilioCall: Hashable, Sendable {
  /// The call.
  public var callSID: String
  /// `queued`, `ringing`, `in-progress`, `completed` and others.
  public var status: String?
  /// The caller's number.
  public var from: String?
  /// The number that was called.
  public var to: String?

  init?(_ value: JSONValue?) {
    guard let sid = value?["sid"]?.nonEmptyText else { return nil }
    callSID = sid
    status = value?["status"]?.nonEmptyText
    from = value?["from"]?.nonEmptyText
    to = value?["to"]?.nonEmptyText
  }

  /// Reads the answer to ``TwilioAccount/place(_:)`` or ``TwilioAccount/details(of:)``; nil for none in time.
  public static func answer(_ response: RESTResponse?) -> TwilioAnswer<TwilioCall> {
    TwilioAnswer(response) { TwilioCall($0) }
  }
}

/// A one-way stream as Twilio's REST API describes it.
public struct TwilioStreamInfo: Hashable, Sendable {
  /// The stream.
  public var streamSID: String
  /// Its name, where it was given one.
  public var name: String?
  /// `in-progress` or `stopped`.
  public var status: String?

  /// Reads the answer to ``TwilioAccount/start(_:on:)``; nil for none in time.
  public static func answer(_ response: RESTResponse?) -> TwilioAnswer<TwilioStreamInfo> {
    TwilioAnswer(response) { value in
      guard let sid = value?["sid"]?.nonEmptyText else { return nil }
      return TwilioStreamInfo(
        streamSID: sid, name: value?["name"]?.nonEmptyText, status: value?["status"]?.nonEmptyText)
    }
  }
}

/// What came of a request to Twilio's REST API.
public typealias TwilioAnswer<Value: Hashable & Sendable> = RESTAnswer<Value, TwilioRefusal>

extension RESTAnswer where Refusal == TwilioRefusal {
  /// Reads the answer to a request; see ``RESTAnswer/init(_:refusal:value:)``.
  init(_ response: RESTResponse?, read: (JSONValue?) -> Value?) {
    self.init(response, refusal: TwilioRefusal.init) {
      read(try? unsafe JSONValue($0.body.span.bytes))
    }
  }
}

extension RESTAnswer where Value == Bool, Refusal == TwilioRefusal {
  /// Reads the answer to a stop or a hang-up: true where something was ended, false where it was gone
  /// already (404, code 20404).
  public init(ending response: RESTResponse?) {
    if response?.status == 404 {
      self = .accepted(false)
    } else {
      self.init(response) { _ in true }
    }
  }
}

/// Why Twilio's REST API said no.
public struct TwilioRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  /// The number of the error, which has a page at twilio.com/docs/api/errors.
  public var code: Int?
  /// Twilio's words, credentials of URLs taken out.
  public var message: String?

  init(_ response: RESTResponse) {
    status = response.status
    let body = try? unsafe JSONValue(response.body.span.bytes)
    code = body?["code"]?.integer
    message = body?["message"]?.nonEmptyText.map { Redaction.text(ASCII.prefix($0, 512)) }
  }

  /// What to do about it, in plain words.
  public var advice: String {
    switch status {
    case 400: "A parameter was refused; the same request will be refused again."
    case 401: "The account's sid or token is wrong, or a key's secret."
    case 403: "The account may not do this."
    case 404: "No such account, call or stream, or it is over."
    case 429: "Too many requests at a time; try again later."
    default: "Twilio refused; look the code up at twilio.com/docs/api/errors."
    }
  }

  /// The refusal as one line.
  public var description: String {
    let detail = [code.map { "\($0)" }, message].compactMap(\.self).joined(separator: ": ")
    return "HTTP \(status)" + (detail.isEmpty ? "" : " (\(detail))") + ". \(advice)"
  }
}
