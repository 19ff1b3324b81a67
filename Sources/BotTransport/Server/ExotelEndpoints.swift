public import CallLog
public import Telephony

/// What Exotel asks over HTTP beside its WebSockets, on the same port.
///
/// | path | who asks | answer |
/// |---|---|---|
/// | `/exotel/stream-url` | an applet with an `https` address | `{"url": "wss://..."}` |
/// | `/exotel/passthru` | the Passthru applet | 200, or 302 for the other branch |
/// | `/exotel/status` | status callbacks | 200 |
/// | `/exotel/events` | events of the Legs API | 200 |
/// | `/exotel` and below | an applet with an `https` address in place of `wss` | `{"url": "wss://same"}` |
///
/// Each takes GET and POST, in every encoding that ``CallbackFields`` reads, also with further segments
/// behind its path. Everything is answered from memory at once and written to the call log
/// afterwards; retries and duplicates are one event there. Exotel signs nothing, so what comes here is
/// to be believed as far as ``access`` goes.
public struct ExotelEndpoints: Sendable {
  /// Where a Passthru applet that waits for the answer goes on.
  public enum Branch: Int, Hashable, Sendable {
    /// The applet's first branch, HTTP 200.
    case first = 200
    /// Its second branch, HTTP 302.
    case second = 302
  }

  /// Who may ask and tell; by default everybody. Sockets have a policy of their own, in
  /// ``ServerConfiguration/access``.
  public var access: AccessPolicy
  /// Where Exotel reaches the server; nil takes it from each request.
  public var publicAddress: PublicAddress?
  /// Where outcomes are written down; nil for nowhere.
  public var callLog: CallLogWriter?
  /// Chooses where one call's stream goes, and with which parameters, at most 3 in 256 characters. It is
  /// given this server's own address for the call. What it throws is answered with 500: an
  /// ``ExotelParameterError`` in its own words, anything else without a word of it.
  public var chooseStream: @Sendable (ExotelStreamLookup, String) throws -> ExotelStreamURL
  /// Chooses the branch after a Passthru applet, once for each request, retries included.
  public var chooseBranch: @Sendable (ExotelPassthru) -> Branch
  /// Is told of each status callback, retries included.
  public var onStatus: @Sendable (ExotelStatusCallback) -> Void
  /// Is told of each event of the Legs API, retries included: equal `eventSID`s are one event.
  public var onLegEvent: @Sendable (ExotelLegEvent) -> Void

  private static let root = "/exotel"
  private static let lookup = root + "/stream-url"
  private static let methods = ["GET", "POST"]

  /// Makes endpoints that send every call to this server itself. The hooks run on the event loop's
  /// thread and must return at once.
  public init(
    access: AccessPolicy = AccessPolicy(), publicAddress: PublicAddress? = nil,
    callLog: CallLogWriter? = nil,
    chooseStream: @escaping @Sendable (ExotelStreamLookup, String) throws -> ExotelStreamURL = {
      _, own in try ExotelStreamURL(own)
    },
    chooseBranch: @escaping @Sendable (ExotelPassthru) -> Branch = { _ in .first },
    onStatus: @escaping @Sendable (ExotelStatusCallback) -> Void = { _ in },
    onLegEvent: @escaping @Sendable (ExotelLegEvent) -> Void = { _ in }
  ) {
    self.access = access
    self.publicAddress = publicAddress
    self.callLog = callLog
    self.chooseStream = chooseStream
    self.chooseBranch = chooseBranch
    self.onStatus = onStatus
    self.onLegEvent = onLegEvent
  }

  /// Adds the endpoints to a server's routes.
  public func add(to routes: inout HTTPRoutes) {
    let gate = Gate(policy: access)
    func add(_ path: String, _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
      routes.addTree(path, methods: Self.methods) { gate.refusal($0) ?? answer($0) }
    }
    add(Self.lookup) { self.streamURL($0) }
    add(Self.root + "/passthru") { self.passthru($0) }
    add(Self.root + "/status") { self.status($0) }
    add(Self.root + "/events") { self.legEvent($0) }
    add(Self.root) { self.mediaPath($0) }
  }

  private func streamURL(_ request: HTTPRequest) -> HTTPResponse {
    guard let own = ownAddress(request) else { return Self.noHost }
    let lookup = ExotelStreamLookup(CallbackFields(request))
    do {
      return .json(200, ExotelStreamLookup.answer(try chooseStream(lookup, own)))
    } catch let error as ExotelParameterError {
      return .json(500, Self.object([("error", error.description)]))
    } catch {
      return .json(500, Self.object([("error", "no stream for this call")]))
    }
  }

  /// This server's address for a call: the media path, with whatever credentials the lookup itself was
  /// made with, in the same places, and with its sample rate. So none need be stored, and whoever
  /// knows none learns none.
  private func ownAddress(_ request: HTTPRequest) -> String? {
    guard let address = publicAddress ?? PublicAddress(of: request) else { return nil }
    let segments = request.path.split(separator: "/").dropFirst(2)
    let path = ([Self.root] + segments.map { PercentEncoding.encode(String($0)) })
      .joined(separator: "/")
    let names = ["sample-rate", "sample_rate", "direction", "token"]
    let passed = request.query.filter { names.contains($0.name) }
    return Self.withUser(request, address.description) + path + Self.query(passed)
  }

  private func mediaPath(_ request: HTTPRequest) -> HTTPResponse {
    guard let address = publicAddress ?? PublicAddress(of: request) else { return Self.noHost }
    let segments = request.path.split(separator: "/").map { PercentEncoding.encode(String($0)) }
    let text =
      Self.withUser(request, address.description) + "/" + segments.joined(separator: "/")
      + Self.query(request.query)
    do {
      return .json(200, ExotelStreamLookup.answer(try ExotelStreamURL(text)))
    } catch {
      return .json(400, Self.object([("error", error.description)]))
    }
  }

  private func passthru(_ request: HTTPRequest) -> HTTPResponse {
    let passthru = ExotelPassthru(CallbackFields(request))
    callLog?.submit(CallLogEvent(passthru, at: .now))
    let branch = chooseBranch(passthru)
    return .json(branch.rawValue, Self.object([("status", "ok")]))
  }

  private func status(_ request: HTTPRequest) -> HTTPResponse {
    let status = ExotelStatusCallback(CallbackFields(request))
    callLog?.submit(CallLogEvent(status, at: .now))
    onStatus(status)
    return .json(200, Self.object([("status", "ok")]))
  }

  private func legEvent(_ request: HTTPRequest) -> HTTPResponse {
    if let event = ExotelLegEvent(CallbackFields(request)) {
      callLog?.submit(CallLogEvent(event, at: .now))
      onLegEvent(event)
    }
    return .json(200, Self.object([("status", "ok")]))
  }

  private static let noHost = HTTPResponse.json(
    400, object([("error", "the request names no host; give the server its public address")]))

  private static func withUser(_ request: HTTPRequest, _ address: String) -> String {
    guard let header = request.headers["authorization"],
      let credentials = BasicCredentials(authorization: header),
      let scheme = address.firstRange(of: "://")
    else { return address }
    return address[..<scheme.upperBound] + credentials.userInfo + "@"
      + address[scheme.upperBound...]
  }

  private static func query(_ items: [QueryItem]) -> String {
    let pairs = items.map {
      PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value)
    }
    return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
  }

  private static func object(_ members: [(String, String)]) -> String {
    JSONValue.object(members.map { .init($0.0, .string($0.1)) }).json
  }
}

extension CallbackFields {
  /// Reads a request that the listener has taken.
  init(_ request: HTTPRequest) {
    self.init(
      query: URLQuery(request.query), contentType: request.headers["content-type"],
      body: request.body)
  }
}

extension HTTPResponse {
  static func json(_ status: Int, _ body: String) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "application/json", body: body)
  }
}
