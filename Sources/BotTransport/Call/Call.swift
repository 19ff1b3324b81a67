public import AudioEngine
import CallLog
public import Telephony

/// One phone call, as a bot sees it: the caller's audio comes in, speech goes out.
///
/// A call is an actor that runs on its event loop's thread, as its socket and its pacer do, so nothing
/// inside a call is locked or handed between threads. When the platform ends the call, ``audio`` ends
/// and speaking throws ``SpeechError/closed``; when the bot returns, what it has said is played to the
/// end and the socket is closed.
@safe
public actor Call {
  /// The loop the call lives on.
  public nonisolated let loop: EventLoop
  /// The address and port the platform connects from.
  public nonisolated let peerAddress: String

  var session: CallSession
  var socket: WebSocket?
  private var timer: LoopTimer?
  let configuration: ServerConfiguration
  let calls: CallTable
  /// Set while the call is held back until `start` has shown a token.
  private var isHeld: Bool
  private var limitTimer: LoopTimer?
  var idleTimer: LoopTimer?
  /// When the platform sent its newest message.
  var heardAt: MonotonicTime
  var silenceTimer: LoopTimer?
  /// Which reports of a backlog have been taken.
  private var backlogKeys: Set<String> = []

  let connectedAt = WallTime.now
  var startedAt: (wall: WallTime, loop: MonotonicTime)?
  var stop: StreamStop?
  /// Whether the close was ours before it was the platform's.
  var hasClosed = false
  /// Whether the call ends after the current utterance, because the server stops.
  private(set) var isLeaving = false
  /// Whether the handshake was done; a socket may be lost before.
  private var hasOpened = false
  /// Whether a newer socket of the same stream has taken over.
  private var isReplaced = false

  var waiters = CallWaiters()
  var endWaiters: [CheckedContinuation<Void, Never>] = []
  var markHandler: (@Sendable (String, MarkOutcome) -> Void)?
  let interruptions: AsyncStream<Interruption>.Continuation
  /// What each interruption by the caller's voice did; ends with the call. Needs
  /// ``CallConfiguration/bargeInDetector``.
  public nonisolated let bargeIns: AsyncStream<Interruption>
  let keys: AsyncStream<DTMF>.Continuation
  /// The keys the caller presses, as they come; ends with the call.
  public nonisolated let dtmf: AsyncStream<DTMF>

  /// What ended the call: the close code, nil where the connection was lost. Set once it is over.
  public private(set) var closeCode: UInt16?
  /// The newest interruption whose clear the platform has acknowledged, with what is known since; nil
  /// before the first, and always on platforms that do not acknowledge.
  public private(set) var settledInterruption: Interruption?
  /// Whether the call is over.
  public private(set) var isEnded = false

  /// The loop, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  init(
    loop: EventLoop, request: UpgradeRequest, configuration: ServerConfiguration, isHeld: Bool,
    calls: CallTable
  ) {
    self.loop = loop
    peerAddress = request.peerAddress
    let query = URLQuery(
      items: request.query.map { URLQuery.Item(name: $0.name, value: $0.value) })
    session = CallSession(
      path: request.path, query: query, configuration: configuration.call, at: loop.now)
    heardAt = loop.now
    self.configuration = configuration
    self.isHeld = isHeld
    self.calls = calls
    (bargeIns, interruptions) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    (dtmf, keys) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
  }
}

// What the socket tells. All on the loop's thread.
extension Call {
  func opened(_ socket: WebSocket) {
    self.socket = socket
    hasOpened = true
    calls.opened(self)
    socket.setPingInterval(configuration.pingInterval)
    timer = LoopTimer(loop: loop) { socket.requestWrite() }
    configuration.limits.idleTimeout.map(beginIdleDeadline)
    schedule()
  }

  func received(text message: RawSpan) {
    heardAt = loop.now
    act(on: session.receive(text: message, at: heardAt))
  }

  func received(binary message: RawSpan) {
    heardAt = loop.now
    act(on: session.receive(binary: message, at: heardAt))
  }

  func write(into buffer: inout MessageBuffer) -> WriteStep {
    let now = loop.now
    let output = session.poll(at: now, into: &buffer)
    takeEvents()
    switch output {
    case .text:
      schedule()
      return .text
    case .close(let code, let reason):
      hasClosed = stop == nil
      return .close(CloseCode(rawValue: code), reason: reason)
    case nil:
      schedule()
      return .nothing
    }
  }

  func closed(code: UInt16?, reason: String) {
    guard !isEnded else { return }
    isEnded = true
    closeCode = code
    for timer in [timer, limitTimer, silenceTimer, idleTimer] { timer?.cancel() }
    timer = nil
    limitTimer = nil
    silenceTimer = nil
    idleTimer = nil
    socket = nil
    session.socketClosed(at: loop.now)
    takeEvents()
    keys.finish()
    interruptions.finish()
    waiters.wakeReader()
    waiters.wakeDrained()
    for waiter in endWaiters { waiter.resume() }
    endWaiters.removeAll()
    // Who has not shown that it may call is not believed in what it calls itself either.
    if !isHeld {
      configuration.callLog?.submit(
        isReplaced ? replacedEvent() : streamEvent(closeReason: reason))
    }
    if hasOpened {
      if let log = configuration.log { log(endEvent(reason: reason)) }
      calls.metrics.ended(
        code: code, statistics: statistics, refused: session.refused, on: loop)
    }
    calls.ended(self)
  }

  /// The platform's queue towards us is filling. What repeats a `key` is no new occasion; more than
  /// 16 occasions are not told apart.
  func noteBacklog(percent: Int?, key: String) {
    guard session.isLive, backlogKeys.count < 16, backlogKeys.insert(key).inserted else { return }
    session.media?.noteBacklog(percent: percent)
  }

  /// A newer socket of the same stream is here: this one has nothing more to say.
  func replace() {
    // What has ended by itself still has something to tell the call log.
    guard session.isLive else { return }
    isReplaced = true
    calls.metrics.replaced()
    if let log = configuration.log { log(replacedLine()) }
    hangUp(reason: StreamEvidence.replacedReason)
  }

  /// Closes the call with 1001 once the caller has heard what is being said, at most after `timeout`.
  /// The bot may say the rest of that meanwhile, and nothing new.
  func leave(within timeout: Duration) async {
    isLeaving = true
    await drain(timeout: timeout)
    hangUp(code: .goingAway, reason: "server stops")
  }

  private func begin(_ start: StreamStart) {
    startedAt = (WallTime.now, loop.now)
    if isHeld {
      guard configuration.access.admits(start) else {
        session.end(
          code: CloseCode.policyViolation.rawValue, reason: "not authorised", at: loop.now)
        return
      }
      isHeld = false
    }
    if let limit = session.platform.flatMap({ configuration.durationLimits[$0] }) {
      let timer = LoopTimer(loop: loop) { [self] in
        assumeIsolated { $0.hangUp(reason: "the longest time for a stream is over") }
      }
      timer.arm(at: loop.now + limit)
      limitTimer = timer
    }
    if let log = configuration.log { log(startEvent(start)) }
    beginSilence(configuration.silence)
    calls.started(self, start, on: session.platform)
  }

  private func act(on event: CallSession.Event) {
    switch event {
    case .none, .outboundAudio:
      break
    case .audio:
      waiters.wakeReader()
      // Without a detector audio makes nothing due.
      guard session.configuration.bargeInDetector != nil else { return }
      takeEvents()
    case .started(let start):
      begin(start)
    case .dtmf(let key):
      keys.yield(key)
    case .progress:
      takeEvents()
    case .stopped(let stop):
      self.stop = stop
      takeEvents()
      keys.finish()
      interruptions.finish()
      waiters.wakeReader()
    }
    schedule()
  }

  /// Comes back when the session has something to send, at once where it has.
  func schedule() {
    let now = loop.now
    guard let socket, let deadline = session.nextDeadline(at: now) else {
      timer?.cancel()
      return
    }
    if deadline <= now {
      socket.requestWrite()
    } else {
      timer?.arm(at: deadline)
    }
  }

  /// Hands out what the session has to tell.
  func takeEvents() {
    while let event = session.media?.nextEvent() {
      switch event {
      case .roomAvailable, .utteranceEnded, .callerSpeech:
        break
      case .bargedIn(let interruption):
        interruptions.yield(interruption)
      case .interruptionSettled(let interruption):
        settledInterruption = interruption
      case .markEnded(let name, _, let outcome):
        markHandler?(name, outcome)
      }
      waiters.take(event)
    }
    waiters.wakeDrained(if: session.media?.isDrained ?? true)
  }
}
