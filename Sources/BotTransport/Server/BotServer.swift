import AudioEngine
import CallLog
import Ground
import Telephony

/// A server that carries the calls of telephony platforms to a bot.
///
/// ```swift
/// try await BotServer(port: 5001).run { call in
///   for await frame in call.audio { try await call.send(frame) }
/// }
/// ```
public struct BotServer: Sendable {
  /// What a bot is: it is called once for each call and lives as long as it likes. When it returns,
  /// what it has said is played to the end and the call is closed; when it throws, the call is closed
  /// at once with 1011.
  public typealias Bot = nonisolated(nonsending) @Sendable (Call) async throws -> Void

  /// The address to listen on.
  public let host: String
  /// The port to listen on; 0 for any free one.
  public let port: Int
  /// How calls are treated, as the server was made.
  public var configuration: ServerConfiguration { shared.value }
  private let shared: SharedConfiguration
  private let rules: Locked<ServerRules>
  private let listening = Locked(Listening())

  /// What it listens on, and whether another process does from now on.
  private struct Listening {
    var sockets: [ListeningSocket] = []
    var isHandedOver = false
  }

  /// Makes a server; nothing is opened before ``run(onListening:bot:)``.
  public init(
    host: String = "127.0.0.1", port: Int = 5001,
    configuration: ServerConfiguration = ServerConfiguration()
  ) {
    self.host = host
    self.port = port
    shared = SharedConfiguration(configuration)
    rules = Locked(
      ServerRules(configuration, Doors(configuration, host: host, port: port)))
  }

  /// Takes what `configuration` says of who may call and of what is answered over HTTP:
  /// ``ServerConfiguration/access``, ``ServerConfiguration/reach``, ``ServerConfiguration/upgradeJudges``
  /// and ``ServerConfiguration/routes``, for sockets and requests from now on. Calls go on as they began.
  ///
  /// Any thread, before or while the server runs.
  ///
  /// - Throws: ``ServerError`` where that would let everybody in; then all stays as it was.
  public func renewRules(from configuration: ServerConfiguration) throws(ServerError) {
    let doors = Doors(configuration, host: host, port: port)
    try doors.check()
    rules.withLock { $0.renew(from: configuration, doors) }
  }

  /// What this server refuses although it could carry it, and how to open it, in one line; nil where
  /// that is nothing, or where the server will not begin at all.
  public var shutDoors: String? { rules.withLock { $0.doors }.notice }

  /// Whether others than this machine reach the server, by its address or by what it was told of proxies
  /// and platforms.
  public var meetsStrangers: Bool { rules.withLock { $0.doors }.meetStrangers }

  /// Has a second instance of the program take the server's sockets over, and waits until that is ready;
  /// meanwhile this one serves as before. Cancel the task of ``run(onListening:bot:)`` afterwards: it
  /// then leaves new connections to the successor, serves those that have connected already, and drains.
  ///
  /// - Parameter words: the program and its arguments, as they began this one.
  /// - Returns: the successor's process.
  /// - Throws: ``Successor/Failure``; then nothing has changed.
  public func handOver(to words: [String]) async throws(Successor.Failure) -> Int32 {
    let sockets = listening.withLock { $0.isHandedOver ? [] : $0.sockets }
    let process = try await Successor.start(words, sockets)
    listening.withLock { $0.isHandedOver = true }
    return process
  }

  /// Listens and serves until the task is cancelled; then takes no more calls and ends those that run,
  /// as ``ServerConfiguration/drainTimeout`` says.
  ///
  /// - Parameters:
  ///   - onListening: is told the port once calls may come.
  ///   - bot: carries each call.
  /// - Throws: ``ServerError``, ``EventLoopError`` or ``ListenError`` when the server cannot begin.
  public func run(
    onListening: @Sendable (Int) -> Void = { _ in }, bot: @escaping Bot
  ) async throws {
    let doors = rules.withLock { $0.doors }
    try doors.check()
    try await beginCallLog()
    let loops = try Self.loops(
      configuration.loopCount, batch: configuration.batch, lateness: configuration.limits.lateness,
      watch: botWatch)
    defer { for loop in loops { loop.stop() } }
    let admission = Admission(configuration.limits)
    let calls = CallTable(
      bot: bot, placement: configuration.botPlacement, known: configuration.notices.desk.known,
      peers: configuration.peers,
      hasRoom: { admission.hasRoom(beside: $0) })
    configuration.notices.begin(
      calls, meetsStrangers: doors.meetStrangers, peers: configuration.peers)
    defer { configuration.notices.end(calls) }
    let lateness = LoopLateness(loops, budget: configuration.limits.lateness)
    rules.withLock { $0.ownRoutes = ownRoutes(loops, calls, admission, lateness) }
    let listeners = try listen(on: loops, calls, admission)
    defer { listening.withLock { $0.sockets = [] } }
    if let notice = doors.notice {
      configuration.log?(ServerEvent(.warning, .access, "paths are shut", [("which", notice)]))
    }
    configuration.peers?.begin(ServedCalls(configuration, loops, calls, admission, lateness))
    onListening(listeners[0].port)
    configuration.log?(
      ServerEvent(
        .info, .server, "listening",
        [
          ("host", configuration.sockets.first.map(\.address) ?? host),
          ("port", listeners[0].port),
          ("descriptors", ProcessUsage.descriptorLimit.map(Int.init(clamping:))),
        ]))
    await Task.untilCancelled()
    if listening.withLock({ $0.isHandedOver }) {
      for listener in listeners { listener.close() }
      // Who has connected already and not asked yet is taken all the same.
      let timeout = configuration.listener.handshakeTimeout
      await Task.detached { try? await Task.sleep(for: timeout) }.value
    }
    if configuration.drainTimeout > .zero, let peers = configuration.peers {
      // Who was sent here by one of them before it heard of this is taken all the same.
      admission.leave()
      await peers.leave()
    }
    admission.drain()
    configuration.log?(ServerEvent(.info, .server, "stopping", [("calls", calls.count)]))
    if configuration.drainTimeout > .zero {
      await calls.drain(within: configuration.drainTimeout)
      await calls.leave(within: configuration.lastUtteranceTimeout)
    }
    for listener in listeners { listener.close() }
    await calls.stop(within: configuration.stopTimeout)
    await configuration.peers?.end()
    await configuration.notices.desk.flush(within: configuration.stopTimeout)
    await configuration.callLog?.flush(within: configuration.stopTimeout)
    configuration.log?(ServerEvent(.info, .server, "stopped"))
  }

  /// What a bot on its call's loop may take between two awaits before it is told of: the time of a short message.
  private static let longestJob: Duration = .milliseconds(20)

  /// Warns once of a bot that holds up its loop; nil where bots run elsewhere, or nobody listens.
  private var botWatch: (@Sendable (Duration) -> Void)? {
    guard configuration.botPlacement == .callLoop, let log = configuration.log else { return nil }
    let isTold = Locked(false)
    return { held in
      let wasTold = isTold.withLock { isTold in
        defer { isTold = true }
        return isTold
      }
      guard !wasTold else { return }
      log(
        ServerEvent(
          .warning, .call, "a bot holds up its loop",
          [
            ("heldMs", Int(held.wholeNanoseconds / 1_000_000)),
            ("cure", "compute in a task of its own, or run bots on the pool"),
          ]))
    }
  }

  /// So many loops, running.
  private static func loops(
    _ count: Int, batch: Duration, lateness: Duration?, watch: (@Sendable (Duration) -> Void)?
  ) throws(EventLoopError) -> [EventLoop] {
    precondition(count > 0, "ServerConfiguration.loopCount is at least 1")
    var loops: [EventLoop] = []
    do throws(EventLoopError) {
      for number in 0..<count {
        loops.append(try EventLoop(name: "calls-\(number)", batch: batch))
      }
    } catch {
      for loop in loops { loop.stop() }
      throw error
    }
    for loop in loops {
      lateness.map(loop.watchLateness)
      if let watch { loop.watchJobs(longerThan: Self.longestJob, watch) }
      loop.start()
    }
    return loops
  }

  /// A listener on each loop and each socket, as often as it takes for none to be without.
  private func listen(
    on loops: [EventLoop], _ calls: CallTable, _ admission: Admission
  ) throws(ListenError) -> [WebSocketListener] {
    let sockets = try sockets(for: loops.count)
    listening.withLock { $0.sockets = sockets }
    var options = configuration.listener
    options.preferredSubprotocols += configuration.call.platforms.entries.flatMap(\.subprotocols)
    options.connections = options.connections.shared(
      among: max(loops.count, configuration.sockets.count))
    var listeners: [WebSocketListener] = []
    for index in 0..<max(loops.count, sockets.count) {
      let loop = loops[index % loops.count]
      let socket = sockets[index % sockets.count]
      listeners.append(try listen(on: loop, socket, options, calls, admission))
    }
    return listeners
  }

  /// The sockets that the server was given, or one of its own for each loop, all on one port.
  private func sockets(for loopCount: Int) throws(ListenError) -> [ListeningSocket] {
    guard configuration.sockets.isEmpty else { return configuration.sockets }
    guard loopCount > 1 else { return [try ListeningSocket(host: host, port: port)] }
    // Shared among our loops, not with another server: it would take some of our calls.
    try ListeningSocket.requireUnused(host: host, port: port)
    var sockets: [ListeningSocket] = []
    for _ in 0..<loopCount {
      sockets.append(
        try ListeningSocket(host: host, port: sockets.first?.port ?? port, sharesPort: true))
    }
    return sockets
  }

  private func listen(
    on loop: EventLoop, _ socket: ListeningSocket, _ options: ListenerOptions, _ calls: CallTable,
    _ admission: Admission
  ) throws(ListenError) -> WebSocketListener {
    let guesses = calls.guesses
    var options = options
    options.patience = { peer in
      guesses.slow(Gate.host(peer), at: EventLoop.now) ? Guesses.patience : nil
    }
    return try WebSocketListener(
      loop: loop, socket: socket, options: options,
      onHTTP: { [rules] request in
        let rules = rules.withLock { $0 }
        let answer = rules.answered.answer(request)
        if answer?.status == 401 {
          // A proxy that is believed is not slowed for what its clients do.
          let client = rules.reach.client(of: request.headers, from: request.peerAddress)
          guesses.note(Gate.host(client), at: loop.now)
        }
        return answer
      },
      onFault: { fault in
        calls.metrics.refused(.request)
        tell(
          "request refused", fault.reason, of: fault.peer, on: nil, status: fault.status,
          admission, at: loop.now)
      }
    ) { [shared, rules] request in
      let configuration = shared.value
      if let decision = configuration.otherSockets?(request, loop) { return decision }
      let rules = rules.withLock { $0 }
      let platform = configuration.call.platforms.entry(path: request.path)?.platform
      let client = rules.reach.client(of: request.headers, from: request.peerAddress)
      func refuse(_ reason: UpgradeRefusal, _ status: Int, _ words: String) -> UpgradeDecision {
        calls.metrics.refused(reason)
        tell(
          "upgrade refused", reason.rawValue, of: client, on: platform, status: status, admission,
          at: loop.now)
        return .refuse(status: status, body: words)
      }
      guard rules.doors.admit(platform) else { return refuse(.access, 403, Doors.words) }
      if client != request.peerAddress, guesses.slow(Gate.host(client), at: loop.now) {
        return refuse(.guesses, 429, UpgradeRefusal.guesses.words)
      }
      let decision = rules.judge(request, platform)
      if case .refused(let status) = decision {
        if status == 401 { guesses.note(Gate.host(client), at: loop.now) }
        return refuse(.access, status, Gate.words(status))
      }
      // Who has shown nothing yet uses up nothing: a place is asked for when the token is there.
      let refusal =
        decision == .undecided
        ? admission.isReady ? loop.isLate ? .lateness : nil : .draining
        : admission.refusal(
          of: client, at: loop.now, activeCalls: calls.count, isLate: loop.isLate)
      if let refusal { return refuse(refusal, 503, refusal.words) }
      let room = StreamRoom(open: calls.count + 1, limit: configuration.limits.streams)
      if admission.mayTell(of: room), let log = configuration.log {
        log(
          ServerEvent(
            .warning, .call, "stream limit near", [("streams", room.open), ("limit", room.limit)]))
      }
      var session = configuration.call
      session.phase = calls.nextPhase()
      if let spare = configuration.spareDetector, session.bargeInDetector != nil,
        loop.isNearlyLate
      {
        session.bargeInDetector = spare
        calls.metrics.sparedDetector()
        if let log = configuration.log, admission.mayTell(at: loop.now) {
          log(
            ServerEvent(
              .warning, .call, "spare detector", [("reason", "lateness"), ("peer", client)]))
        }
      }
      let call = Call(
        loop: loop, request: request, clientAddress: client, session: session,
        access: rules.access, shared: shared, isHeld: decision == .undecided, calls: calls)
      return .accept(CallSocket(call: call))
    }
  }

  /// Logs a refused request, ten a second at most: a flood must not fill the log.
  private func tell(
    _ what: String, _ reason: String, of peer: String, on platform: Platform?, status: Int,
    _ admission: Admission, at now: MonotonicTime
  ) {
    guard let log = configuration.log, admission.mayTell(at: now) else { return }
    log(
      ServerEvent(
        .warning, .access, what,
        [
          ("reason", reason), ("status", status), ("peer", peer), ("platform", platform?.name),
        ]))
  }

  /// The routes by which a server is watched; see ``ServerConfiguration/isWatched``.
  private func ownRoutes(
    _ loops: [EventLoop], _ calls: CallTable, _ admission: Admission, _ lateness: LoopLateness
  ) -> HTTPRoutes {
    var routes = HTTPRoutes()
    guard configuration.isWatched else { return routes }
    routes.add("/healthz") { _ in HTTPResponse(status: 200, body: "ok\n") }
    routes.add("/readyz") { [configuration] _ in
      let isLeaving = admission.isLeaving
      let streams = StreamRoom(open: calls.count, limit: configuration.limits.streams)
      return HTTPResponse(
        status: isLeaving ? 503 : 200,
        body: (isLeaving ? "stopping" : "ready") + "\n\(streams)\n\(lateness.words())\n")
    }
    routes.add("/metrics") { [configuration] _ in
      HTTPResponse(later: { answer in
        MetricsGathering.gather(from: loops, calls) { findings in
          var page = MetricsPage(
            calls.metrics.snapshot, findings, waiting: calls.waiting.count,
            callbacks: configuration.notices.desk.counts, isReady: !admission.isLeaving,
            streamLimit: configuration.limits.streams, version: configuration.version)
          if let counts = configuration.callLog?.counts { page.add(counts) }
          if let counts = configuration.peers?.counts { page.add(counts) }
          if let counts = configuration.spans?.counts { page.add(counts) }
          if let counts = configuration.recordingCounts?() { page.add(counts) }
          if let counts = configuration.traceCounts?() { page.add(traces: counts) }
          answer(
            HTTPResponse(
              status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
              body: page.text))
        }
      })
    }
    return routes
  }
}

/// Why a server refuses to begin.
public enum ServerError: Error, Equatable, CustomStringConvertible {
  /// Others than this machine could reach it, by its address, a public address or a proxy that it was
  /// told of, and nothing says who may.
  case open(host: String)
  /// The call log is required and cannot be opened.
  case callLog(reason: String)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .open(let host):
      "listening on \(host) without authentication lets anybody in: name credentials, a token or "
        + "addresses, or say that this is wanted"
    case .callLog(let reason): reason
    }
  }
}
