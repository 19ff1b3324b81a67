public import AudioEngine

/// A stream as it is asked for, by XML or by REST: https://www.plivo.com/docs/voice/xml/audio-streaming.
///
/// Every value is checked when it is rendered, before anything is sent.
public struct PlivoStream: Sendable {
  /// Whose voice is streamed.
  public enum AudioTrack: String, Hashable, Sendable, CaseIterable {
    /// What the caller says.
    case inbound
    /// What the caller hears; one-way streams alone.
    case outbound
    /// Both, each on a track of its own; one-way streams alone.
    case both
  }

  /// Where the stream's status is told.
  public struct StatusCallback: Hashable, Sendable {
    /// `https://` or `http://`.
    public var url: String
    /// GET or POST.
    public var method: PlivoSignedRequest.Method

    /// Makes a callback.
    public init(url: String, method: PlivoSignedRequest.Method = .post) {
      self.url = url
      self.method = method
    }
  }

  /// Where the bot listens: `wss://`, or `ws://` for a test, at most 2,048 characters.
  public var url: String
  /// Whether the bot may speak.
  public var isBidirectional = true
  /// Whose voice is streamed; ``AudioTrack/inbound`` where the bot may speak.
  public var track = AudioTrack.inbound
  /// The stream ends after so many seconds, 1 to 86,400; Plivo's default, a day, where nil.
  public var timeoutSeconds: Int?
  /// Where the stream's status is told; nowhere where nil.
  public var statusCallback: StatusCallback?
  /// The stream's encoding and rate; always said, since the documents disagree on the default.
  public var format = WireFormat(.mulaw, .hz8000)
  /// What `start` and every media message repeat, at most 512 bytes. Plivo logs it: no secrets.
  public var extraHeaders: [(name: String, value: String)] = []
  /// Whether the XML behind the stream waits for its end; without it and with nothing behind it the call
  /// ends within seconds. XML alone.
  public var keepsCallAlive = true
  /// Filters the caller's audio, 60 to 100, 85 is Plivo's usual level; not at all where nil.
  public var noiseCancellationLevel: Int?

  /// Makes a stream for a bot that listens and speaks.
  public init(to url: String) {
    self.url = url
  }

  /// The parameters by their names in XML, in the order of the documents, checked.
  func parameters() throws(ParameterError) -> [(name: String, value: String)] {
    if isBidirectional, track != .inbound {
      throw ParameterError(
        parameter: "audioTrack",
        reason: "must be inbound on a two-way stream; make it one-way to hear both tracks")
    }
    var all = [("bidirectional", "\(isBidirectional)"), ("audioTrack", track.rawValue)]
    if let timeoutSeconds {
      let seconds = try ParameterRules.number(timeoutSeconds, "streamTimeout", in: 1...86_400)
      all.append(("streamTimeout", "\(seconds)"))
    }
    if let statusCallback {
      let url = try ParameterRules.address(
        statusCallback.url, "statusCallbackUrl", schemes: ["https", "http"], atMost: 2_048)
      all += [
        ("statusCallbackUrl", url), ("statusCallbackMethod", statusCallback.method.rawValue),
      ]
    }
    all.append(("contentType", try PlivoRules.contentType(format, "contentType")))
    if !extraHeaders.isEmpty {
      all.append(("extraHeaders", try PlivoRules.headers(extraHeaders, "extraHeaders")))
    }
    if let noiseCancellationLevel {
      let level = try ParameterRules.number(
        noiseCancellationLevel, "noiseCancellationLevel", in: 60...100)
      all += [("noiseCancellation", "true"), ("noiseCancellationLevel", "\(level)")]
    }
    return all
  }

  /// The answer document: `<Response><Stream ...>URL</Stream></Response>`. To be sent as
  /// `application/xml` with status 200, well within 15 s.
  ///
  /// - Throws: ``ParameterError``, the first value that Plivo would refuse.
  public func answerXML() throws(ParameterError) -> String {
    let url = try ParameterRules.address(url, "Stream", schemes: ["wss", "ws"], atMost: 2_048)
    var attributes = try parameters()
    attributes.insert(("keepCallAlive", "\(keepsCallAlive)"), at: 1)
    let text = attributes.map { " \($0.name)=\"\(XMLText.escaped($0.value))\"" }.joined()
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <Response><Stream\(text)>\(XMLText.escaped(url))</Stream></Response>

      """
  }
}
