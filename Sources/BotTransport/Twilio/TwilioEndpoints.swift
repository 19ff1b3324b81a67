import CallLog
public import Telephony

/// What Twilio asks over HTTP, answered on the port of the WebSockets.
///
/// | Path | Who asks | Answer |
/// |---|---|---|
/// | `/twilio/answer` | a call's voice webhook | TwiML with a two-way stream to this server's `/twilio`; with `one-way=true` in the query, a one-way stream beside the call |
/// | `/twilio/status` | status callbacks of streams and calls | 200 |
///
/// Each takes GET and POST. What is not signed is refused with 401 where there is a ``gate``. Where there
/// is none everybody is answered; a status is believed then on a server that strangers do not reach, or
/// when it names a call that the server has, had, or has a record of.
public struct TwilioEndpoints: Sendable {
  /// Checks signatures; nil asks for none.
  public var gate: TwilioGate?
  /// Chooses a call's stream; it is given the one to this server itself, or to the peer that has most
  /// room. What it throws is answered
  /// with 500.
  public var chooseStream: @Sendable (TwilioAnswerRequest, TwilioStream) throws -> TwilioStream
  /// Is told of each status callback that is believed, duplicates included: equal
  /// ``TwilioStatusCallback/deduplicationKey``s are one event.
  public var onStatus: @Sendable (TwilioStatusCallback) -> Void

  /// The server that the endpoints are added to.
  private var host = CallbackHost()

  /// Makes endpoints that send every call to this server itself. The hooks run one after the
  /// other on a thread of their own, and all callbacks wait for them: they return soon.
  public init(
    gate: TwilioGate? = nil,
    chooseStream: @escaping @Sendable (TwilioAnswerRequest, TwilioStream) throws -> TwilioStream = {
      _, own in own
    },
    onStatus: @escaping @Sendable (TwilioStatusCallback) -> Void = { _ in }
  ) {
    self.gate = gate
    self.chooseStream = chooseStream
    self.onStatus = onStatus
  }

  /// Adds the endpoints to a server that has its ``ServerConfiguration/reach`` and its call log, in which callbacks
  /// are written down. They know its calls, and it waits for what they have taken when it stops.
  public func add(to configuration: inout ServerConfiguration) {
    var own = self
    own.host = configuration.callbackHost
    own.add(to: &configuration.routes)
  }

  private func add(to routes: inout HTTPRoutes) {
    let callbacks = SignedCallbacks(gate: gate, host: host)
    routes.add("/twilio/answer", methods: ["GET", "POST"]) { request in
      callbacks.answer(request) { _ in answer(request) }
    }
    routes.add("/twilio/status", methods: ["GET", "POST"]) { request in
      callbacks.note(request) { take(request, $0) }
    }
  }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    guard let own = host.reach.address(of: request) else {
      return HTTPResponse(status: 400, body: "The request names no host.\n")
    }
    let call = TwilioAnswerRequest(CallbackFields(request))
    let address = host.notices.address(for: own, hint: call.from)
    var stream = TwilioStream(to: "\(address)/twilio")
    let secure = address.description.hasPrefix("wss:")
    let authority = address.description.drop { $0 != ":" }
    stream.statusCallback = (secure ? "https" : "http") + authority + "/twilio/status"
    // `start` does not name the numbers, so they travel here. A longer one is no telephone number.
    for (name, number) in [("from", call.from), ("to", call.to)] {
      if let number, number.utf8.count <= 128 { stream.parameters.append((name, number)) }
    }
    if call.wantsOneWay {
      stream.isBidirectional = false
      // A one-way stream of the caller's track looks like a two-way one.
      stream.parameters.append(("direction", "unidirectional"))
    }
    do {
      let xml = try chooseStream(call, stream).answerXML()
      return HTTPResponse(status: 200, contentType: "application/xml", body: xml)
    } catch let error as ParameterError {
      return HTTPResponse(status: 500, body: "\(error)\n")
    } catch {
      return HTTPResponse(status: 500, body: "No stream for this call.\n")
    }
  }

  private func take(_ request: HTTPRequest, _ sender: CallbackDesk.Sender) {
    let status = TwilioStatusCallback(CallbackFields(request))
    host.notices.desk.judge(sender, naming: [status.callSID, status.streamSID], in: host.callLog) {
      host.callLog?.submit(CallLogEvent(status, at: .now))
      onStatus(status)
    }
  }
}
