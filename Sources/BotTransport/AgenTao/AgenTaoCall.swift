public import AudioEngine
public import Telephony

/// One call of AgenTao's, as a bot sees it: it is answered or connected, audio goes both ways, and it
/// is left or ended.
///
/// An actor on its loop's thread, as its socket and its pacer are. Whatever happens near the end of a
/// call gives the documented error: commands that wait fail with ``AgenTaoCallError/closed(_:)`` as
/// soon as the call is over, sending throws ``AgenTaoSendError/callClosed(_:)``, ``MediaCall/audio`` ends, and
/// ``MediaCall/events`` tells of the end exactly once. What every call offers is in ``MediaCall``; what only this
/// platform tells comes there as ``CallEvent/platform(_:)``.
@safe
public actor AgenTaoCall: MediaCall {
  /// What the client must know of a call.
  enum Change: Sendable {
    /// The media link is open.
    case opened
    /// It never will be.
    case notOpened(AgenTaoMediaFailure)
    /// The call is over, after it was open.
    case ended
  }

  typealias CommandContinuation = CheckedContinuation<
    Result<AgenTaoReply, AgenTaoCallError>, Never
  >

  /// The loop the call lives on.
  public nonisolated let loop: EventLoop
  /// The call's identifier.
  public nonisolated let id: String
  /// Who calls.
  public nonisolated let callerNumber: String
  /// The number that was called.
  public nonisolated let calleeNumber: String
  /// Who waits for the call's media, and what happened to them.
  public var voice = CallVoice()

  /// The loop, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  var session: AgenTaoCallSession
  let configuration: AgenTaoConfiguration
  var socket: WebSocket?
  private var timer: LoopTimer?
  private var wasOpen = false
  private let report: @Sendable (AgenTaoCall, Change) -> Void
  var commandWaiters: [AgenTaoCommandToken: (wait: Int, continuation: CommandContinuation)] = [:]
  /// Counts the waits for commands, so that each has a number of its own.
  var waitCount = 0
  var endWaiters: [CheckedContinuation<AgenTaoTermination, Never>] = []

  init(
    offer: AgenTaoOffer, configuration: AgenTaoConfiguration, loop: EventLoop,
    report: @escaping @Sendable (AgenTaoCall, Change) -> Void
  ) throws(SessionError) {
    self.loop = loop
    id = offer.callID
    callerNumber = offer.caller
    calleeNumber = offer.callee
    self.configuration = configuration
    self.report = report
    session = try AgenTaoCallSession(
      offer: offer, wire: configuration.wire, configuration: configuration.call, at: loop.now)
  }
}

// What the client and the socket tell. All on the loop's thread.
extension AgenTaoCall {
  /// Opens the media link.
  func open() {
    timer = LoopTimer(loop: loop) { [weak self] in
      self?.assumeIsolated { $0.timerFired() }
    }
    let url = session.offer.mediaURL
    if let problem = configuration.problem(ofAddress: url) {
      return closed(.broken(reason: problem))
    }
    var headers = HTTPHeaders()
    let wire = configuration.wire
    for (name, value) in wire.mediaHeaders(
      token: session.offer.mediaToken, client: configuration.clientName)
    {
      headers.append(name, value)
    }
    do {
      let socket = try WebSocketConnector.connect(
        loop: loop, url: url, headers: headers, subprotocols: wire.mediaSubprotocols,
        tls: configuration.tls, delegate: AgenTaoMediaSocket(call: self))
      // It may have failed at once.
      if !session.isClosed { self.socket = socket }
      mediaChanged()
    } catch {
      closed(.broken(reason: error.description))
    }
  }

  func opened(_ socket: WebSocket) {
    socket.setPingInterval(configuration.pingInterval, timeout: configuration.pongTimeout)
    session.opened(at: loop.now)
    mediaChanged()
  }

  func received(text message: RawSpan) {
    session.receive(text: message, at: loop.now)
    mediaChanged()
  }

  func received(binary message: RawSpan) {
    if session.receive(binary: message, at: loop.now) { voice.wakeReaders() }
    mediaChanged()
  }

  func write(into buffer: inout MessageBuffer) -> WriteStep {
    let output = session.poll(at: loop.now, into: &buffer)
    mediaChanged()
    switch output {
    case .text: return .text
    case .binary: return .binary
    case .close(let code, let reason):
      return .close(CloseCode(rawValue: code), reason: reason)
    case nil: return .nothing
    }
  }

  func closed(_ loss: AgenTaoLinkLoss) {
    socket = nil
    session.closed(loss, at: loop.now)
    mediaChanged()
    timer?.cancel()
    timer = nil
  }

  /// The control link takes the call back. Once its media link is open, that knows better.
  func withdraw() {
    guard !wasOpen else { return }
    drop()
    socket?.abort(reason: "the call was withdrawn")
  }

  /// Nobody here will take the call.
  func drop() {
    session.abandon(at: loop.now)
    mediaChanged()
  }

  private func timerFired() {
    // Time is up for something that polling does; a socket that is not open cannot be asked to.
    guard socket?.isOpen == true else {
      var nothing = MessageBuffer(capacity: 64)
      if case .close = session.poll(at: loop.now, into: &nothing) {
        socket?.abort(reason: "no media link in time")
      }
      return mediaChanged()
    }
    socket?.requestWrite()
  }

  /// Takes what the session and its media have to tell, and sees to it that what is due is sent.
  public func mediaChanged() {
    while let event = session.nextEvent() {
      switch event {
      case .opened:
        wasOpen = true
        report(self, .opened)
      case .commandEnded(let token, let result):
        commandWaiters.removeValue(forKey: token)?.continuation.resume(returning: result)
      case .call(let event):
        voice.events.append(.platform(event))
        if case .terminated(let reason) = event { ended(reason) }
      }
    }
    takeMediaEvents()
    if !takesSpeech { voice.wakeWriters() }
    schedule()
  }

  private func ended(_ reason: AgenTaoTermination) {
    takeMediaEvents()
    endRecording()
    voice.release()
    voice.events.append(.ended(CallEnd(reason: "\(reason)")))
    for waiter in endWaiters { waiter.resume(returning: reason) }
    endWaiters.removeAll()
    if wasOpen {
      report(self, .ended)
    } else {
      report(self, .notOpened(session.mediaFailure ?? .notOpened(reason: "\(reason)")))
    }
  }

  private func schedule() {
    let now = loop.now
    guard let deadline = session.nextDeadline(at: now) else {
      timer?.cancel()
      return
    }
    if deadline > now {
      timer?.arm(at: deadline)
    } else if let socket, socket.isOpen {
      socket.requestWrite()
    } else if session.isLive {
      // The socket is closing: its end comes next, and nothing can be sent before.
      timer?.cancel()
    } else {
      timer?.arm(at: now)
    }
  }
}

// For what all calls share.
extension AgenTaoCall {
  /// Whether the call is over.
  public var isOver: Bool { session.state.termination != nil }

  /// Whether speech is taken: the call is neither over nor being left.
  public var takesSpeech: Bool { !isOver && !session.isLeaving }

  /// Lends the call's media.
  public func withMedia<Value, Failure: Error>(
    _ body: (inout MediaSession) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    try body(&session.media)
  }
}

extension AgenTaoCallEvent: PlatformEvent {}
