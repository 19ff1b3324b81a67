import CallLog
public import Telephony

/// What Plivo asks over HTTP, answered on the port of the WebSockets.
///
/// | Path | Who asks | Answer |
/// |---|---|---|
/// | `/plivo/answer` | a call that wants to know what to do | XML with a two-way stream to this server's `/plivo` |
/// | `/plivo/status` | a stream's status callback | 200 |
///
/// Each takes GET and POST. What is not signed is refused with 401 where there is a ``gate``. Where there
/// is none everybody is answered; a status is believed then on a server that strangers do not reach, or
/// when it names a call that the server has, had, or has a record of.
public struct PlivoEndpoints: Sendable {
  /// Checks signatures; nil asks for none.
  public var gate: PlivoGate?
  /// Chooses a call's stream; it is given the one to this server itself, or to the peer that has most
  /// room. What it throws is answered
  /// with 500.
  public var chooseStream: @Sendable (PlivoAnswerRequest, PlivoStream) throws -> PlivoStream
  /// Is told of each status callback that is believed, duplicates included: equal
  /// ``PlivoStatusCallback/deduplicationKey``s are one event.
  public var onStatus: @Sendable (PlivoStatusCallback) -> Void

  /// The server that the endpoints are added to.
  private var host = CallbackHost()

  /// Makes endpoints that send every call to this server itself. The hooks run one after the
  /// other on a thread of their own, and all callbacks wait for them: they return soon.
  public init(
    gate: PlivoGate? = nil,
    chooseStream: @escaping @Sendable (PlivoAnswerRequest, PlivoStream) throws -> PlivoStream = {
      _, own in own
    },
    onStatus: @escaping @Sendable (PlivoStatusCallback) -> Void = { _ in }
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
    routes.add("/plivo/answer", methods: ["GET", "POST"]) { request in
      callbacks.answer(request) { _ in answer(request) }
    }
    routes.add("/plivo/status", methods: ["GET", "POST"]) { request in
      callbacks.note(request) { take(request, $0) }
    }
  }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    guard let own = host.reach.address(of: request) else {
      return HTTPResponse(status: 400, body: "The request names no host.\n")
    }
    let call = PlivoAnswerRequest(CallbackFields(request))
    let address = host.notices.address(for: own, hint: call.from)
    var stream = PlivoStream(to: "\(address)/plivo")
    let secure = address.description.hasPrefix("wss:")
    let authority = address.description.drop { $0 != ":" }
    stream.statusCallback = .init(url: (secure ? "https" : "http") + authority + "/plivo/status")
    // `start` does not name the numbers, so they travel here. A longer one is no telephone number.
    for (name, number) in [("from", call.from), ("to", call.to)] {
      if let number, number.utf8.count <= 128 { stream.extraHeaders.append((name, number)) }
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
    let status = PlivoStatusCallback(CallbackFields(request))
    host.notices.desk.judge(sender, naming: [status.callUUID, status.streamID], in: host.callLog) {
      host.callLog?.submit(CallLogEvent(status, at: .now))
      host.notices.take(status)
      onStatus(status)
    }
  }
}
