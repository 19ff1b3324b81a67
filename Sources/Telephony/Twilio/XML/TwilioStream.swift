/// A stream as TwiML or REST asks for it: https://www.twilio.com/docs/voice/twiml/stream.
///
/// Every value is checked when it is rendered, before anything is sent.
public struct TwilioStream: Sendable {
  /// Whose voice is streamed.
  public enum AudioTrack: String, Hashable, Sendable, CaseIterable {
    /// What the caller says.
    case inbound = "inbound_track"
    /// What the caller hears; one-way streams alone.
    case outbound = "outbound_track"
    /// Both, each labelled; one-way streams alone.
    case both = "both_tracks"
  }

  /// A method of requests.
  public enum Method: String, Hashable, Sendable {
    /// Fields travel in the query.
    case get = "GET"
    /// Fields travel in a form.
    case post = "POST"
  }

  /// Where the bot listens: `wss://`, or `ws://` for a test, without a query, which Twilio drops.
  public var url: String
  /// Unique within the call, to stop the stream by; none where nil.
  public var name: String?
  /// Whether the bot may speak: `<Connect>`, which blocks the verbs behind it; else `<Start>`, which does
  /// not, so that a long pause stands behind it.
  public var isBidirectional = true
  /// Whose voice is streamed; ``AudioTrack/inbound`` where the bot may speak.
  public var track = AudioTrack.inbound
  /// `https://` or `http://`, where the stream's status is told; nowhere where nil.
  public var statusCallback: String?
  /// How the status is told.
  public var statusMethod = Method.post
  /// What `start` hands on as `customParameters`: at most 99, each with its name 500 characters. Twilio logs
  /// them: no secrets that outlive the call.
  public var parameters: [(name: String, value: String)] = []
  /// How long a call with a one-way stream goes on by itself, in seconds, 1 to 14,400.
  public var pauseSeconds = 14_400

  /// Makes a stream for a bot that listens and speaks.
  public init(to url: String) {
    self.url = url
  }

  /// The answer document. To be sent as `application/xml` with status 200, well within 15 s.
  ///
  /// - Throws: ``ParameterError``, the first value that Twilio would refuse or lose.
  public func answerXML() throws(ParameterError) -> String {
    func attribute(_ name: String, _ value: String) -> String {
      " \(name)=\"\(XMLText.escaped(value))\""
    }
    var attributes = ""
    for (name, value) in try checked() { attributes += attribute(name, value) }
    let children = parameters.map { parameter in
      "<Parameter\(attribute("name", parameter.name))\(attribute("value", parameter.value))/>"
    }
    let stream = "<Stream\(attributes)>\(children.joined())</Stream>"
    let pause = try ParameterRules.number(pauseSeconds, "length", in: 1...14_400)
    let verbs =
      isBidirectional
      ? "<Connect>\(stream)</Connect>" : "<Start>\(stream)</Start><Pause length=\"\(pause)\"/>"
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <Response>\(verbs)</Response>

      """
  }

  /// The form fields of a one-way stream that is started by REST.
  func fields() throws(ParameterError) -> [(name: String, value: String)] {
    guard !isBidirectional else {
      throw ParameterError(
        parameter: "Track", reason: "streams that are started by REST are one-way")
    }
    var fields = try checked().map { name, value in
      (name.prefix(1).uppercased() + name.dropFirst(), value)
    }
    for (index, parameter) in parameters.enumerated() {
      fields.append(("Parameter\(index + 1).Name", parameter.name))
      fields.append(("Parameter\(index + 1).Value", parameter.value))
    }
    return fields
  }

  /// The attributes by their names in TwiML, checked.
  private func checked() throws(ParameterError) -> [(name: String, value: String)] {
    let url = try ParameterRules.address(url, "url", schemes: ["wss", "ws"], atMost: 2_048)
    guard !url.contains("?") else {
      throw ParameterError(
        parameter: "url", reason: "may have no query, which Twilio drops; use parameters")
    }
    if isBidirectional, track != .inbound {
      throw ParameterError(
        parameter: "track", reason: "must be inbound_track on a two-way stream (error 31941)")
    }
    var all = [("url", url)]
    if let name { all.append(("name", try TwilioRules.text(name, "name"))) }
    if track != .inbound { all.append(("track", track.rawValue)) }
    if let statusCallback {
      let address = try ParameterRules.address(
        statusCallback, "statusCallback", schemes: ["https", "http"], atMost: 2_048)
      all.append(("statusCallback", address))
      if statusMethod == .get { all.append(("statusCallbackMethod", statusMethod.rawValue)) }
    }
    guard parameters.count <= 99 else {
      throw ParameterError(parameter: "Parameter", reason: "there may be 99 at most")
    }
    for parameter in parameters {
      guard !parameter.name.isEmpty,
        parameter.name.utf8.count + parameter.value.utf8.count <= 500
      else {
        throw ParameterError(
          parameter: "Parameter", reason: "needs a name, and 500 bytes with its value at most")
      }
    }
    return all
  }
}
