/// Places a call and joins it to a bot or to a flow: `POST .../Calls/connect.json`.
///
/// Exotel's names invite a mix-up: its `From` is the number that is dialled and `CallerId` is ours.
/// Here they are called ``dial`` and ``callerID``. Source:
/// https://docs.exotel.com/exotel-agentstream/connect-voice-ai-api.
public struct ExotelConnect: Hashable, Sendable {
  /// Where the answered call goes: one or the other, never both.
  public enum Destination: Hashable, Sendable {
    /// Straight to the bot's socket. The call ends when the bot closes it.
    case bot(ExotelStreamURL, streamName: String? = nil)
    /// Through a flow of the account, whose applet knows the socket's address. `ringSeconds` is 1 to 60.
    case flow(url: String, ringSeconds: Int? = nil)
  }

  /// How many channels a recording has.
  public enum Recording: String, Hashable, Sendable {
    /// Both voices on one channel.
    case single
    /// A channel each; only straight to the bot.
    case dual
  }

  /// What a status callback reports.
  public enum CallbackEvent: String, Hashable, Sendable, CaseIterable {
    /// The other end rings.
    case ringing
    /// The other end answered.
    case answered
    /// The call is over.
    case terminal
    /// The last two in the one word that an older guide has; alone.
    case both
  }

  /// The number to dial, E.164.
  public var dial: String
  /// Our number.
  public var callerID: String
  /// Where the call goes once it is answered.
  public var destination: Destination
  /// Whether and how to record; nil leaves it off.
  public var recording: Recording?
  /// The longest the call may last, 1 to 14,400 s.
  public var timeLimitSeconds: Int?
  /// Up to 128 characters that come back in callbacks: the only way to find a call whose answer was
  /// lost, so set it.
  public var customField: String?
  /// Where status callbacks go, https.
  public var statusCallback: String?
  /// Which events are reported, in this order.
  public var statusEvents: [CallbackEvent]
  /// Whether ``dial`` may be in India's national form, a 0 and ten digits.
  public var permitsNationalNumbers: Bool

  /// Makes a request; nothing is checked before ``request(to:)``.
  public init(
    dial: String, callerID: String, destination: Destination, recording: Recording? = nil,
    timeLimitSeconds: Int? = nil, customField: String? = nil, statusCallback: String? = nil,
    statusEvents: [CallbackEvent] = [], permitsNationalNumbers: Bool = false
  ) {
    self.dial = dial
    self.callerID = callerID
    self.destination = destination
    self.recording = recording
    self.timeLimitSeconds = timeLimitSeconds
    self.customField = customField
    self.statusCallback = statusCallback
    self.statusEvents = statusEvents
    self.permitsNationalNumbers = permitsNationalNumbers
  }

  /// The HTTP request. Send it once: after a time-out or a 5xx the phone may be ringing already.
  ///
  /// - Throws: the first parameter that Exotel would refuse.
  public func request(to account: ExotelAccount) throws(ParameterError) -> RESTRequest {
    var form: [URLQuery.Item] = []
    func add(_ name: String, _ value: String) { form.append(.init(name: name, value: value)) }

    add(
      "From",
      try ExotelRules.dialable(dial, "From", permitsNational: permitsNationalNumbers))
    add("CallerId", try ExotelRules.exophone(callerID, "CallerId"))
    var streamName: String?
    switch destination {
    case .bot(let url, let name):
      add("StreamType", "bidirectional")
      add("StreamUrl", url.text)
      streamName = name
    case .flow(let url, let ringSeconds):
      add("Url", try Self.flowURL(url, account))
      add("CallType", "trans")
      if let ringSeconds {
        add("TimeOut", try ExotelRules.number(ringSeconds, "TimeOut", in: 1...60))
      }
    }
    if let recording {
      add("Record", "true")
      switch (destination, recording) {
      case (.bot, _): add("RecordingChannels", recording.rawValue)
      case (.flow, .single): break
      case (.flow, .dual):
        throw ParameterError(
          parameter: "RecordingChannels", reason: "a call through a flow records one channel")
      }
    }
    if let timeLimitSeconds {
      add("TimeLimit", try ExotelRules.number(timeLimitSeconds, "TimeLimit", in: 1...14_400))
    }
    if let customField {
      add("CustomField", try ExotelRules.text(customField, "CustomField", atMost: 128))
    }
    if let statusCallback {
      add(
        "StatusCallback",
        try ParameterRules.address(statusCallback, "StatusCallback", schemes: ["https"]))
      if statusEvents == [.both] {
        add("StatusCallbackEvents", CallbackEvent.both.rawValue)
      } else if statusEvents.contains(.both) {
        throw ParameterError(
          parameter: "StatusCallbackEvents",
          reason: "both means answered and terminal: it stands alone")
      } else {
        for event in statusEvents { add("StatusCallbackEvents[]", event.rawValue) }
      }
    } else if !statusEvents.isEmpty {
      throw ParameterError(
        parameter: "StatusCallbackEvents", reason: "needs a StatusCallback to go to")
    }
    if let streamName {
      add("StreamName", try ExotelRules.text(streamName, "StreamName", atMost: 32))
    }
    return account.voiceRequest(.post, "Calls/connect.json", form: form)
  }

  /// Flows are addressed on the dashboard's host, `my.exotel.com` or `my.in.exotel.com`.
  private static func flowURL(
    _ url: String, _ account: ExotelAccount
  ) throws(ParameterError) -> String {
    let bare = try ParameterRules.address(url, "Url", schemes: ["http", "https"])
    let parts = bare.split(separator: "/").dropFirst()
    let hosts = ["my.exotel.com", "my.in.exotel.com"]
    guard parts.count == 5, hosts.contains(parts.first?.lowercased() ?? ""),
      parts.dropFirst(2).prefix(2).elementsEqual(["exoml", "start_voice"])
    else {
      throw ParameterError(
        parameter: "Url",
        reason: "must be a flow of yours, https://my.exotel.com/ACCOUNT/exoml/start_voice/FLOW "
          + "(my.in.exotel.com in Mumbai): copy it from the dashboard")
    }
    guard parts.dropFirst().first.map(String.init) == account.sid else {
      throw ParameterError(parameter: "Url", reason: "names another account's flow")
    }
    return bare
  }
}
