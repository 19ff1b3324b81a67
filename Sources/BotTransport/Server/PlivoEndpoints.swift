public import CallLog
public import Telephony

/// What Plivo asks over HTTP, answered on the port of the WebSockets.
///
/// | Path | Who asks | Answer |
/// |---|---|---|
/// | `/plivo/answer` | a call that wants to know what to do | XML with a two-way stream to this server's `/plivo` |
/// | `/plivo/status` | a stream's status callback | 200 |
///
/// Each takes GET and POST. What is not signed is refused with 401 where there is a ``gate``, and
/// believed where there is none.
public struct PlivoEndpoints: Sendable {
  /// Checks signatures; nil believes everybody.
  public var gate: PlivoGate?
  /// Where Plivo reaches the server; nil takes it from each request.
  public var publicAddress: PublicAddress?
  /// Where status callbacks are written down; nil for nowhere.
  public var callLog: CallLogWriter?
  /// Takes status callbacks to the live calls that they are about: the ``ServerConfiguration/notices``
  /// of the server; nil where no call is to know of them.
  public var notices: CallNotices?
  /// Chooses a call's stream; it is given the one to this server itself. What it throws is answered
  /// with 500.
  public var chooseStream: @Sendable (PlivoAnswerRequest, PlivoStream) throws -> PlivoStream
  /// Is told of each status callback, duplicates included: equal
  /// ``PlivoStatusCallback/deduplicationKey``s are one event.
  public var onStatus: @Sendable (PlivoStatusCallback) -> Void

  /// Makes endpoints that send every call to this server itself. The hooks run on the event loop's
  /// thread and must return at once.
  public init(
    gate: PlivoGate? = nil, publicAddress: PublicAddress? = nil, callLog: CallLogWriter? = nil,
    notices: CallNotices? = nil,
    chooseStream: @escaping @Sendable (PlivoAnswerRequest, PlivoStream) throws -> PlivoStream = {
      _, own in own
    },
    onStatus: @escaping @Sendable (PlivoStatusCallback) -> Void = { _ in }
  ) {
    self.gate = gate
    self.publicAddress = publicAddress
    self.callLog = callLog
    self.notices = notices
    self.chooseStream = chooseStream
    self.onStatus = onStatus
  }

  /// Adds the endpoints to a server's routes.
  public func add(to routes: inout HTTPRoutes) {
    func add(_ path: String, _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
      routes.add(path, methods: ["GET", "POST"]) { [gate] request in
        gate?.admits(request) == false
          ? HTTPResponse(status: 401, body: "The signature is missing or wrong.\n")
          : answer(request)
      }
    }
    add("/plivo/answer") { self.answer($0) }
    add("/plivo/status") { self.status($0) }
  }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    guard let address = publicAddress ?? PublicAddress(of: request) else {
      return HTTPResponse(status: 400, body: "The request names no host.\n")
    }
    let call = PlivoAnswerRequest(CallbackFields(request))
    var stream = PlivoStream(to: "\(address)/plivo")
    let secure = address.description.hasPrefix("wss:")
    let host = address.description.drop { $0 != ":" }
    stream.statusCallback = .init(url: (secure ? "https" : "http") + host + "/plivo/status")
    // `start` does not name the numbers, so they travel here. A longer one is no telephone number.
    for (name, number) in [("from", call.from), ("to", call.to)] {
      if let number, number.utf8.count <= 128 { stream.extraHeaders.append((name, number)) }
    }
    do {
      let xml = try chooseStream(call, stream).answerXML()
      return HTTPResponse(status: 200, contentType: "application/xml", body: xml)
    } catch let error as PlivoParameterError {
      return HTTPResponse(status: 500, body: "\(error)\n")
    } catch {
      return HTTPResponse(status: 500, body: "No stream for this call.\n")
    }
  }

  private func status(_ request: HTTPRequest) -> HTTPResponse {
    let status = PlivoStatusCallback(CallbackFields(request))
    callLog?.submit(CallLogEvent(status, at: .now))
    notices?.take(status)
    onStatus(status)
    return HTTPResponse(status: 200, body: "ok\n")
  }
}
