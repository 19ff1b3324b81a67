import AudioEngine
import Ground
import Sockets
import Telephony

/// One call and the bot behind it: the socket to the bot, what goes over it, and what becomes of either when
/// the other ends.
///
/// Both sockets, the call's media and this are served by one thread, so a message goes from one socket to the
/// other without a lock, a task or a queue in between.
final class ProxiedCall: CallFollower, @unchecked Sendable {
  // Unchecked: all of it is confined to the call, into whose isolation every entry leads.

  /// How a connection to the bot ended.
  enum End {
    /// By a close frame.
    case closed(UInt16, String)
    /// Without any, or it never began.
    case lost(String)
    /// By us: the bot has broken its dialect.
    case broke(BotFault)
  }

  let call: Call
  let bot: ProxiedBot
  var session: ProxySession
  private var socket: WebSocket?
  private var attempt = 0
  private var openedAt: MonotonicTime?
  private var timer: LoopTimer?
  /// What ``timer`` is armed for.
  private var alarm = MonotonicTime.distantFuture
  private var closeTimer: LoopTimer?
  private var end: End?
  private var broken: BotFault?
  private var waiter: CheckedContinuation<Void, Never>?
  /// Whether a bot has been there before.
  var isResumed = false
  var holding: Task<Void, Never>?
  /// Whether the caller hears what is to be heard while no bot is there.
  var isHolding = false

  /// A minute of linear audio at 24 kHz in one message, and its envelope.
  private static let largestMessage = 4 << 20
  private static let pingInterval: Duration = .seconds(20)
  /// How long a bot may take to close after the stream's end, where its platform leaves that to it.
  private static let closeTimeout: Duration = .seconds(5)

  init(_ call: Call, _ bot: ProxiedBot, _ session: ProxySession) {
    self.call = call
    self.bot = bot
    self.session = session
  }

  /// What the bot did wrong, by kind.
  var faultCounts: [String: Int] {
    Dictionary(uniqueKeysWithValues: session.faults.map { ("bot:\($0.key)", $0.value) })
  }

  /// Dials the bot, and waits until the connection is over.
  ///
  /// - Returns: how it ended, and how long it was open; nil where it never was.
  func connect(on call: isolated Call) async -> (end: End, lasted: Duration?) {
    attempt += 1
    end = nil
    broken = nil
    openedAt = nil
    var headers = bot.headers
    for (name, value) in bot.signature?(bot.url).fields ?? [] { headers.append(name, value) }
    var limits = WebSocket.Limits()
    limits.maximumMessageSize = Self.largestMessage
    do {
      socket = try WebSocketConnector.connect(
        loop: call.loop, url: bot.url, headers: headers, limits: limits, tls: bot.tls,
        delegate: BotSocket(self, attempt: attempt))
    } catch {
      return (.lost(error.description), nil)
    }
    await withCheckedContinuation { continuation in
      if end == nil { waiter = continuation } else { continuation.resume() }
    }
    return (end ?? .lost(""), openedAt.map { call.loop.now - $0 })
  }

  // What the bot's socket tells.

  func opened(_ socket: WebSocket, _ attempt: Int, on call: isolated Call) {
    guard attempt == self.attempt else { return }
    openedAt = call.loop.now
    socket.setPingInterval(Self.pingInterval)
    timer = LoopTimer(loop: call.loop) { [self] in
      self.call.assumeIsolated { self.advance(on: $0) }
    }
    endHold(on: call)
    let start = introduction(of: call)
    _ = call.withMedia { session.begin(start, media: &$0) }
    if let sid = session.callSID { bot.calls.withLock { $0[sid] = call } }
    isResumed = true
    if call.isOver { callIsOver(call.stop) }
    socket.requestWrite()
  }

  /// `start` as the bot is to have it: without what opens our door.
  private func introduction(of call: isolated Call) -> StreamStart {
    var start = call.start
    let access = call.access
    start.customParameters = start.customParameters.filter {
      !access.isToken($0.key) && !access.isToken($0.value)
    }
    if isResumed { start.customParameters["resume"] = "1" }
    return start
  }

  func received(_ message: RawSpan, _ attempt: Int, on call: isolated Call) {
    guard attempt == self.attempt else { return }
    let now = call.loop.now
    let action = call.withMedia { session.receive(message, media: &$0, at: now) }
    if case .press(let keys)? = action {
      do { try call.press(keys) } catch { session.refuseKeys() }
    }
    settle(on: call)
  }

  func receivedBinary(_ attempt: Int, on call: isolated Call) {
    guard attempt == self.attempt else { return }
    session.receiveBinary()
    settle(on: call)
  }

  func write(
    into buffer: inout MessageBuffer, _ attempt: Int, on call: isolated Call
  ) -> WriteStep {
    guard attempt == self.attempt else { return .nothing }
    let now = call.loop.now
    switch call.withMedia({ session.poll(&$0, at: now, into: &buffer) }) ?? nil {
    case .text:
      socket?.requestWrite()
      return .text
    case .close: return .close(.normal, reason: "")
    case nil: return .nothing
    }
  }

  func closed(_ code: UInt16?, _ reason: String, _ attempt: Int, on call: isolated Call) {
    guard attempt == self.attempt, end == nil else { return }
    socket = nil
    timer?.cancel()
    timer = nil
    closeTimer?.cancel()
    closeTimer = nil
    alarm = .distantFuture
    _ = call.withMedia { session.leave(&$0) }
    call.mediaChanged()
    if let sid = session.callSID { bot.calls.withLock { _ = $0.removeValue(forKey: sid) } }
    end = broken.map(End.broke) ?? code.map { .closed($0, reason) } ?? .lost(reason)
    waiter?.resume()
    waiter = nil
  }

  private func advance(on call: isolated Call) {
    alarm = .distantFuture
    let now = call.loop.now
    _ = call.withMedia { session.advance(&$0, at: now) }
    settle(on: call)
  }

  /// What follows from a step.
  private func settle(on call: isolated Call) {
    call.mediaChanged()
    while let fault = session.nextNewFault() { tell(fault, on: call) }
    let now = call.loop.now
    guard let deadline = call.withMedia({ session.nextDeadline($0, at: now) }) ?? nil else {
      return
    }
    // Armed once per deadline rather than moved with each message.
    guard deadline < alarm else { return }
    alarm = deadline
    timer?.arm(at: deadline)
  }

  private func tell(_ fault: BotFault, on call: isolated Call) {
    var facts: [(String, (any ServerEventFact)?)] = [
      ("callSid", call.start.callSID), ("kind", fault.rawValue),
    ]
    if fault == .unknownEvent {
      facts.append(("event", session.lastUnknownEvent.map { Redaction.text($0) }))
    }
    call.configuration.log?(ServerEvent(.warning, .call, "bot fault", facts))
    guard bot.isStrict, fault.breaksDialect, broken == nil else { return }
    broken = fault
    socket?.close(.policyViolation, reason: fault.rawValue)
  }

  // What the call tells.

  func callHasAudio() { socket?.requestWrite() }

  func callTold(_ event: SessionEvent) {
    call.assumeIsolated { call in
      let now = call.loop.now
      _ = call.withMedia { session.note(event, media: $0, at: now) }
    }
    socket?.requestWrite()
  }

  func callPressed(_ key: DTMF) {
    session.press(key)
    socket?.requestWrite()
  }

  func callIsOver(_ stop: StreamStop?) {
    guard let socket else { return }
    guard openedAt != nil else { return socket.abort(reason: "the call is over") }
    guard session.isLive else { return }
    session.stop(stop ?? StreamStop(reason: .callEnded))
    socket.requestWrite()
    let timer = LoopTimer(loop: call.loop) { socket.close(.normal) }
    timer.arm(at: call.loop.now + Self.closeTimeout)
    closeTimer = timer
  }
}
