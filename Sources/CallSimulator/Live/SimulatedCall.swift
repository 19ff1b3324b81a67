public import AudioEngine
public import Sockets
import Telephony

/// One simulated call over a real socket, in real time.
///
/// Pinned to an event loop: the socket, the timer and the platform's state machine are all touched
/// from its thread. Every wait has an end: connecting and the upgrade, a bot that stops reading, the
/// closing of the socket; the platform's script bounds the rest.
public actor SimulatedCall {
  /// How long the call waits for what only the bot can do.
  public struct Limits: Hashable, Sendable {
    /// From the first packet to the finished upgrade: as long as the most patient platform waits.
    public var connect: Duration = .seconds(10)
    /// How long a bot may leave a message unread.
    public var unread: Duration = .seconds(10)

    /// The default limits.
    public init() {}
  }

  /// The loop's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private nonisolated let loop: EventLoop
  private let address: BotAddress
  private let limits: Limits
  private let tls: TLSClientConfiguration?
  private let headers: [(name: String, value: String)]
  private let moments: (@Sendable (CallMoment) -> Void)?
  private var timeline: CallTimeline?
  private var hasStarted = false
  /// The caller hung up between the upgrade and the stream's start.
  private var hangsUpAtStart = false
  private var toldLevel = 0
  /// Since when the socket has taken nothing of what is due.
  private var stuckSince: MonotonicTime?
  /// How long this loop has looked on while the socket took nothing: a loop that is late itself looks
  /// seldom, and blames nobody.
  private var blocked: Duration = .zero
  private var failure: String?
  private var platform: any SimulatedPlatform
  private var socket: WebSocket?
  private var timer: LoopTimer?
  private var ending: CheckedContinuation<Void, Never>?
  private var isOpen = false
  private var hasClosed = false
  /// When the call gives up waiting: for the upgrade at first, then for the bot to read.
  private var patienceEnds: MonotonicTime?
  private var progress: (every: Duration, tell: @Sendable (CallProgress) -> Void)?
  private var nextProgress: MonotonicTime?

  /// Makes a call that has not been placed.
  ///
  /// - Parameters:
  ///   - address: where the bot listens.
  ///   - platform: the platform's side, fresh.
  ///   - loop: a loop that has been started.
  ///   - limits: how long to wait for the bot.
  ///   - tls: whom to trust where the address is `wss`; nil for the system's authorities.
  ///   - headers: further fields of the upgrade's request, as a proxy or an operator adds them.
  ///   - keepsTimeline: whether the report has a line for each message.
  ///   - moments: called on the loop's thread when something happens that platforms tell of.
  public init(
    to address: BotAddress, as platform: any SimulatedPlatform, on loop: EventLoop,
    limits: Limits = Limits(), tls: TLSClientConfiguration? = nil,
    headers: [(name: String, value: String)] = [], keepsTimeline: Bool = false,
    moments: (@Sendable (CallMoment) -> Void)? = nil
  ) {
    self.moments = moments
    timeline = keepsTimeline ? CallTimeline() : nil
    self.headers = headers
    self.address = address
    self.platform = platform
    self.loop = loop
    self.limits = limits
    self.tls = tls
  }

  /// Places the call and waits for its end; once only.
  ///
  /// - Parameter tell: called on the loop's thread about ten times a second.
  /// - Returns: the report; a call that did not come up is a report with a problem, too.
  public func run(
    progress tell: (@Sendable (CallProgress) -> Void)? = nil
  ) async -> CallOutcome {
    precondition(timer == nil, "a SimulatedCall is placed once: make another for the next call")
    if let tell { progress = (.milliseconds(100), tell) }
    timer = LoopTimer(loop: loop) { [weak self] in
      self?.assumeIsolated { $0.timerFired() }
    }
    await withCheckedContinuation { continuation in
      ending = continuation
      connect()
    }
    timer?.cancel()
    var report = platform.report(at: loop.now)
    report.url = address.redacted
    report.timeline = timeline?.entries
    if let missing = timeline?.missing, missing > 0 {
      report.remarks.append("the timeline lacks the last \(missing.grouped) messages")
    }
    tellEnd(report)
    report.pingMs = socket?.roundTrip.map(\.inTenthsOfMilliseconds)
    return CallOutcome(report: report, said: platform.said, heard: platform.heard(at: loop.now))
  }

  /// A live caller does something: without effect before the stream's start and after its end, but for
  /// hanging up, which gives up a call that has not come up, and ends a stream as it starts.
  public func perform(_ act: CallerAct) {
    if act == .hangUp, !isOpen {
      guard ending != nil else { return }
      let sentence = "the caller hung up before the bot answered"
      fail(sentence)
      socket?.abort(reason: sentence)
      return end()
    }
    if act == .hangUp, !hasStarted { return hangsUpAtStart = true }
    platform.perform(act)
    advance()
  }

  /// The way to the caller's ear; nil before the stream's start.
  public var line: PlayoutLine? { platform.line }

  /// The figures and the verdict so far.
  public var report: CallReport { platform.report(at: loop.now) }

  private func connect() {
    var headers = HTTPHeaders()
    if let authorization = address.authorization {
      headers.append("authorization", authorization)
    }
    let handshake = platform.handshake(for: address.url)
    for (name, value) in handshake.headers + self.headers { headers.append(name, value) }
    patienceEnds = loop.now + limits.connect
    do {
      // Its own patience tells more.
      var bounds = WebSocket.Limits()
      bounds.sendTimeout = nil
      socket = try WebSocketConnector.connect(
        loop: loop, url: address.url, headers: headers, subprotocols: handshake.subprotocols,
        limits: bounds, tls: tls, delegate: CallSocket(call: self))
      arm(at: loop.now)
    } catch {
      fail("cannot call \(address.redacted): \(error)")
      end()
    }
  }

  func opened() {
    isOpen = true
    patienceEnds = nil
    platform.opened(at: loop.now)
    timeline?.opened(at: loop.now)
    // One ping tells how far the bot is; the next would be due long after any call.
    socket?.setPingInterval(.seconds(3_600), first: .milliseconds(100))
    nextProgress = progress.map { loop.now + $0.every }
    advance()
  }

  func received(_ message: BotMessage) {
    platform.received(message, at: loop.now)
    switch message {
    case .text(let text): log(text, bytes: text.count, isFromPlatform: false)
    case .binary(let count): log(nil, bytes: count, isFromPlatform: false)
    }
    advance()
  }

  /// The socket takes a message now.
  func nextAction() -> PlatformAction? {
    patienceEnds = nil
    tellBacklog(at: loop.now)
    stuckSince = nil
    blocked = .zero
    let action = platform.poll(at: loop.now)
    switch action {
    case .close: hasClosed = true
    case .send(let text): log(text, bytes: text.count, isFromPlatform: true)
    case nil: break
    }
    if !hasStarted, platform.line != nil {
      hasStarted = true
      moments?(.started)
      if hangsUpAtStart { platform.perform(.hangUp) }
    }
    advance()
    return action
  }

  func closed(code: Int, reason: String) {
    if isOpen {
      platform.closed(code: code, by: hasClosed ? .platform : .bot, at: loop.now)
    } else {
      fail("cannot call \(address.redacted): \(reason)")
    }
    end()
  }

  private func timerFired() {
    let now = loop.now
    if let patienceEnds, patienceEnds <= now, isPatient(at: now) { return advance() }
    if let patienceEnds, patienceEnds <= now {
      let sentence =
        isOpen
        ? platform.readBacklog.map {
          "terminated due to slow connection: more than \($0.limit.components.seconds) s of audio unread"
        } ?? "the bot has read nothing for \(limits.unread.components.seconds) s"
        : "no answer from \(address.redacted) within \(limits.connect.components.seconds) s"
      fail(sentence)
      socket?.abort(reason: sentence)
      return end()
    }
    if let due = nextProgress, due <= now, let progress {
      progress.tell(platform.progress(at: now))
      nextProgress = now + progress.every
    }
    advance()
  }

  /// Asks the socket to take what is due, and waits for what is not.
  private func advance() {
    // Both parts go by one time: what fell due between two would wait for neither.
    let now = loop.now
    if let due = platform.nextDeadline, due <= now, !hasClosed {
      if patienceEnds == nil {
        patienceEnds = now + patience
        stuckSince = now
      }
      socket?.requestWrite()
    }
    arm(at: now)
  }

  private func arm(at now: MonotonicTime) {
    guard ending != nil else { return }
    // What is due already waits for the socket, not for the timer.
    let due = platform.nextDeadline.flatMap { $0 > now ? $0 : nil }
    if let next = [due, patienceEnds, nextProgress].compactMap(\.self).min() {
      timer?.arm(at: next)
    } else {
      timer?.cancel()
    }
  }

  /// How long until somebody looks whether the bot reads.
  private var patience: Duration {
    platform.readBacklog == nil || platform.line == nil
      ? limits.unread : min(limits.unread, .milliseconds(50))
  }

  /// Whether a platform that bounds what waits for the bot waits on.
  private func isPatient(at now: MonotonicTime) -> Bool {
    guard isOpen, let backlog = platform.readBacklog, platform.line != nil else { return false }
    blocked += patience
    tellBacklog(at: now)
    let unread = platform.unread(at: now, blocked: blocked)
    // What is no audio, the closing of the socket above all, has to be taken as soon as elsewhere.
    let isStuck = unread == .zero && now - (stuckSince ?? now) >= limits.unread
    guard unread < backlog.limit, !isStuck else { return false }
    patienceEnds = now + patience
    return true
  }

  private func tellBacklog(at now: MonotonicTime) {
    guard isOpen, let backlog = platform.readBacklog else { return }
    let percent = Int(platform.unread(at: now, blocked: blocked) / backlog.limit * 100)
    for level in backlog.levels where level > toldLevel && level <= percent {
      toldLevel = level
      moments?(.degraded(percent: level))
    }
  }

  private func log(_ text: [UInt8]?, bytes: Int, isFromPlatform: Bool) {
    guard timeline != nil else { return }
    let now = loop.now
    timeline?.add(
      text, bytes: bytes, isFromPlatform: isFromPlatform,
      depth: platform.line?.lead(at: now) ?? .zero, at: now)
  }

  private func tellEnd(_ report: CallReport) {
    var ending = CallEnding()
    ending.wasUp = hasStarted
    ending.isStopped = report.stopped
    ending.closeCode = report.closeCode
    ending.failure = failure
    ending.durationMs = report.durationMs
    moments?(.ended(ending))
  }

  private func fail(_ sentence: String) {
    failure = sentence
    platform.failed(sentence, at: loop.now)
  }

  private func end() {
    timer?.cancel()
    ending?.resume()
    ending = nil
  }
}

/// What a finished call leaves behind.
public struct CallOutcome: Sendable {
  /// The verdict and the figures.
  public let report: CallReport
  /// What the caller said from the stream's start, silence included.
  public let said: WaveFile
  /// What the caller heard from the stream's start, silence included.
  public let heard: WaveFile

  /// A call that was never dialled, since the answer of `url` says nothing to dial.
  public static func undialled(_ platform: any SimulatedPlatform, told url: String) -> CallOutcome {
    var platform = platform
    platform.failed("nothing was dialled", at: .zero)
    var report = platform.report(at: .zero)
    report.url = Redaction.url(String(url.prefix { $0 != "?" }))
    return CallOutcome(report: report, said: platform.said, heard: platform.heard(at: .zero))
  }
}
