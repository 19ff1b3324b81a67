import CallLog
import Ground
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
/// behind its path. Everything is answered at once; what it says is read beside the event loops and
/// written to the call log afterwards, where retries and duplicates are one event.
///
/// Exotel signs nothing and a refused lookup loses the call, so everybody is answered. Believed is who
/// shows what ``access`` asks for, or who names a call that the server has, had, or has a record of.
public struct ExotelEndpoints: Sendable {
  /// Where a Passthru applet that waits for the answer goes on.
  public enum Branch: Int, Hashable, Sendable {
    /// The applet's first branch, HTTP 200.
    case first = 200
    /// Its second branch, HTTP 302.
    case second = 302
  }

  /// Who is believed; usually what ``ServerConfiguration/access`` is for sockets. From other addresses than
  /// it lists nobody is answered. One that asks for nothing believes everybody, on a server that
  /// strangers do not reach.
  public var access: AccessPolicy
  /// Whether who shows no credentials of ``access`` is refused with 401.
  public var isProtected: Bool
  /// Chooses where one call's stream goes, and with which parameters, at most 3 in 256 characters. It is
  /// given this server's own address for the call, or that of the peer that has most room. What it throws is answered with 500: an
  /// ``ParameterError`` in its own words, anything else without a word of it. It may be asked by
  /// anybody: give no secret away. nil gives that address.
  public var chooseStream: (@Sendable (ExotelStreamLookup, String) throws -> ExotelStreamURL)?
  /// Chooses the branch after a Passthru applet, once for each request, retries included, where no bot has
  /// (``Call/handOff(to:)``); nil for the first.
  public var chooseBranch: (@Sendable (ExotelPassthru) -> Branch)?
  /// Is told of each status callback that is believed, retries included.
  public var onStatus: @Sendable (ExotelStatusCallback) -> Void
  /// Is told of each event of the Legs API that is believed, retries included: equal `eventSID`s are one event.
  public var onLegEvent: @Sendable (ExotelLegEvent) -> Void

  /// The server that the endpoints are added to.
  private var host = CallbackHost()

  private static let root = "/exotel"
  private static let lookup = root + "/stream-url"
  private static let methods = ["GET", "POST"]

  /// Makes endpoints that send every call to this server itself. The hooks run one after the other on
  /// a thread of their own, and all callbacks wait for them: they return soon.
  public init(
    access: AccessPolicy = AccessPolicy(), isProtected: Bool = false,
    chooseStream: (@Sendable (ExotelStreamLookup, String) throws -> ExotelStreamURL)? = nil,
    chooseBranch: (@Sendable (ExotelPassthru) -> Branch)? = nil,
    onStatus: @escaping @Sendable (ExotelStatusCallback) -> Void = { _ in },
    onLegEvent: @escaping @Sendable (ExotelLegEvent) -> Void = { _ in }
  ) {
    self.access = access
    self.isProtected = isProtected
    self.chooseStream = chooseStream
    self.chooseBranch = chooseBranch
    self.onStatus = onStatus
    self.onLegEvent = onLegEvent
  }

  /// Adds the endpoints to a server that has its ``ServerConfiguration/reach`` and its call log, in which callbacks
  /// are written down. They know its calls, and it waits for what they have taken when it stops.
  public func add(to configuration: inout ServerConfiguration) {
    var own = self
    own.host = configuration.callbackHost
    own.add(to: &configuration.routes)
  }

  private func add(to routes: inout HTTPRoutes) {
    func add(
      _ path: String,
      _ answer: @escaping @Sendable (HTTPRequest, CallbackDesk.Sender) -> HTTPResponse
    ) {
      routes.addTree(path, methods: Self.methods) { request in
        switch sender(request) {
        case .failure(let refusal): refusal.answer
        case .success(let sender): answer(request, sender)
        }
      }
    }
    add(Self.lookup) { self.streamURL($0, $1) }
    add(Self.root + "/passthru") { self.passthru($0, $1) }
    add(Self.root + "/status") { self.status($0, $1) }
    add(Self.root + "/events") { self.legEvent($0, $1) }
    add(Self.root) { request, _ in self.mediaPath(request) }
  }

  private struct Refusal: Error { let answer: HTTPResponse }

  /// Who asks; from what stands in front of the body alone.
  private func sender(_ request: HTTPRequest) -> Result<CallbackDesk.Sender, Refusal> {
    let address = Gate.host(host.reach.client(of: request.headers, from: request.peerAddress))
    func sender(_ isTrusted: Bool) -> Result<CallbackDesk.Sender, Refusal> {
      .success(CallbackDesk.Sender(address: address, isTrusted: isTrusted))
    }
    switch Gate(policy: access, reach: host.reach).judge(request) {
    case .admitted: return sender(!access.admitsEverybody || host.notices.believesEverybody)
    case .refused(let status) where isProtected || status == 403:
      return .failure(Refusal(answer: Gate.answer(status)))
    case .undecided where isProtected: return .failure(Refusal(answer: Gate.answer(401)))
    case .refused, .undecided: return sender(false)
    }
  }

  private func streamURL(_ request: HTTPRequest, _ sender: CallbackDesk.Sender) -> HTTPResponse {
    guard let own = ownAddress(request) else { return Self.noHost }
    guard let chooseStream else { return Self.answer { try ExotelStreamURL(own) } }
    return later(sender, otherwise: .busy) {
      Self.answer { try chooseStream(ExotelStreamLookup(CallbackFields(request)), own) }
    }
  }

  private static func answer(_ url: () throws -> ExotelStreamURL) -> HTTPResponse {
    do {
      return .json(200, ExotelStreamLookup.answer(try url()))
    } catch let error as ParameterError {
      return .json(500, object([("error", error.description)]))
    } catch {
      return .json(500, object([("error", "no stream for this call")]))
    }
  }

  /// The answer that the desk finds out; `otherwise` where it has too much to do.
  private func later(
    _ sender: CallbackDesk.Sender, otherwise: HTTPResponse,
    _ find: @escaping @Sendable () -> HTTPResponse
  ) -> HTTPResponse {
    HTTPResponse(later: { answer in
      if !host.notices.desk.take(sender, { answer(find()) }) { answer(otherwise) }
    })
  }

  /// The server that carries the call: this one, or one of its peers.
  private func target(_ request: HTTPRequest) -> PublicAddress? {
    let caller = request.query.first { ["callfrom", "from"].contains($0.name.lowercased()) }
    return host.reach.address(of: request).map {
      host.notices.address(for: $0, hint: caller?.value)
    }
  }

  /// The server's address for a call: the media path, with whatever credentials the lookup itself was
  /// made with, in the same places, and with its sample rate. So none need be stored, and whoever
  /// knows none learns none.
  private func ownAddress(_ request: HTTPRequest) -> String? {
    guard let address = target(request) else { return nil }
    let segments = request.path.split(separator: "/").dropFirst(2)
    let path = ([Self.root] + segments.map { PercentEncoding.encode(String($0)) })
      .joined(separator: "/")
    let names = ["sample-rate", "sample_rate", "direction", "token"]
    let passed = request.query.filter { names.contains($0.name) }
    return Self.withUser(request, address.description) + path + Self.query(passed)
  }

  private func mediaPath(_ request: HTTPRequest) -> HTTPResponse {
    guard let address = target(request) else { return Self.noHost }
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

  private func passthru(_ request: HTTPRequest, _ sender: CallbackDesk.Sender) -> HTTPResponse {
    @Sendable func read() -> ExotelPassthru {
      let passthru = ExotelPassthru(CallbackFields(request))
      believe(CallLogEvent(passthru, at: .now), from: sender) {}
      return passthru
    }
    guard chooseBranch != nil || host.notices.mayKnowHandOffs else {
      _ = host.notices.desk.take(sender) { _ = read() }
      return Self.branch(.first)
    }
    return HTTPResponse(later: { answer in
      let isTaken = host.notices.desk.take(sender) {
        let passthru = read()
        @Sendable func choose(_ handOff: Int?) {
          let chosen = handOff.flatMap(Branch.init) ?? chooseBranch?(passthru) ?? .first
          answer(Self.branch(chosen))
        }
        guard let callSID = passthru.callSID, !passthru.isBeforeStream else { return choose(nil) }
        host.notices.findHandOff(of: callSID, for: sender, choose)
      }
      if !isTaken { answer(Self.branch(.first)) }
    })
  }

  private static func branch(_ branch: Branch) -> HTTPResponse {
    .json(branch.rawValue, object([("status", "ok")]))
  }

  private func status(_ request: HTTPRequest, _ sender: CallbackDesk.Sender) -> HTTPResponse {
    _ = host.notices.desk.take(sender) {
      let status = ExotelStatusCallback(CallbackFields(request))
      believe(CallLogEvent(status, at: .now), from: sender) { onStatus(status) }
    }
    return Self.branch(.first)
  }

  private func legEvent(_ request: HTTPRequest, _ sender: CallbackDesk.Sender) -> HTTPResponse {
    _ = host.notices.desk.take(sender) {
      guard let event = ExotelLegEvent(CallbackFields(request)) else { return }
      believe(CallLogEvent(event, at: .now), from: sender) { onLegEvent(event) }
    }
    return Self.branch(.first)
  }

  /// Writes down what may be believed, and tells of it.
  private func believe(
    _ event: CallLogEvent, from sender: CallbackDesk.Sender, _ tell: @escaping @Sendable () -> Void
  ) {
    let names = [event.facts.callSID, event.facts.streamSID, event.facts.legSID]
    host.notices.desk.judge(sender, naming: names, in: host.callLog) {
      host.callLog?.submit(event)
      tell()
    }
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
