import AudioEngine
import Telephony

// What the socket, the server and the timers tell. All on the loop's thread.
extension Call {
  func opened(_ socket: WebSocket) {
    self.socket = socket
    hasOpened = true
    socket.limits.maximumMessageSize = min(
      socket.limits.maximumMessageSize, CallSession.maximumBytesBeforeStart)
    if isHeld {
      calls.waits(self)
    } else {
      calls.opened(self)
    }
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
    takeMediaEvents()
    switch output {
    case .text:
      passTrace()
      schedule()
      return .text
    case .close(let code, let reason):
      hasClosed = stop == nil
      voice.release()
      voice.follower?.callIsOver(stop)
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
    lastRoundTrip = socket?.roundTrip
    socket = nil
    session.socketClosed(at: loop.now)
    takeMediaEvents()
    endRecording()
    endTrace()
    voice.release()
    voice.follower?.callIsOver(stop)
    voice.events.append(.ended(CallEnd(closeCode: code, reason: reason, stop: stop)))
    for waiter in endWaiters { waiter.resume() }
    endWaiters.removeAll()
    // Who has not shown that it may call is not believed in what it calls itself either.
    if !isHeld {
      let event = isReplaced ? replacedEvent() : streamEvent(closeReason: reason)
      ending = CallEnding(event.facts)
      configuration.callLog?.submit(event)
      if !isReplaced, startedAt != nil { configuration.spans?.take(finished(event.facts)) }
    }
    if hasOpened, !isHeld || calls.waiting.mayTell(at: loop.now), let log = configuration.log {
      log(endEvent(reason: reason))
    }
    if hasOpened, !isHeld {
      if startedAt == nil { calls.metrics.neverStarted(on: session.platform) }
      calls.metrics.ended(
        code: code, statistics: statistics, refused: session.refused, on: loop)
      if let roundTrip { calls.metrics.pinged(roundTrip) }
    }
    // It holds the call.
    voice.follower = nil
    calls.ended(self)
  }

  private func act(on event: CallSession.Event) {
    switch event {
    case .none, .outboundAudio:
      break
    case .audio:
      voice.wakeReaders()
      voice.follower?.callHasAudio()
      passRecording()
      passTrace()
      // Without a detector audio makes nothing due.
      guard session.hearsSpeech else { return }
      takeMediaEvents()
    case .started(let start):
      begin(start)
    case .dtmf(let key):
      voice.events.append(.key(key))
      voice.follower?.callPressed(key)
    case .progress:
      takeMediaEvents()
    case .stopped(let stop):
      self.stop = stop
      takeMediaEvents()
      voice.release()
      voice.follower?.callIsOver(stop)
    }
    schedule()
  }

  private func begin(_ start: StreamStart) {
    startedAt = (WallTime.now, loop.now)
    if isHeld {
      guard access.admits(start) else {
        calls.guesses.note(Gate.host(clientAddress), at: loop.now)
        session.end(
          code: CloseCode.policyViolation.rawValue, reason: "not authorised", at: loop.now)
        return
      }
      guard calls.admitted(self) else {
        session.end(code: 1013, reason: "no room for another call", at: loop.now)
        return
      }
      isHeld = false
    }
    socket?.limits = configuration.listener.limits
    if let limit = session.platform.flatMap(configuration.longestStream) {
      let timer = LoopTimer(loop: loop) { [self] in
        assumeIsolated { $0.hangUp(reason: "the longest time for a stream is over") }
      }
      timer.arm(at: loop.now + limit)
      limitTimer = timer
    }
    if let log = configuration.log { log(startEvent(start)) }
    if let sink = configuration.recording?(start, session.platform) { record(to: sink) }
    beginSilence(configuration.silence)
    calls.started(self, start, on: session.platform)
  }

  /// Ends the call when the platform has sent no message for so long.
  private func beginIdleDeadline(_ timeout: Duration) {
    heardAt = loop.now
    let timer = LoopTimer(loop: loop) { [self] in
      assumeIsolated { call in
        // Armed once per timeout rather than moved with each message.
        guard call.loop.now - call.heardAt < timeout else {
          return call.hangUp(code: .policyViolation, reason: "no message in \(timeout)")
        }
        call.idleTimer?.arm(at: call.heardAt + timeout)
      }
    }
    timer.arm(at: heardAt + timeout)
    idleTimer = timer
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
}

// What the server tells.
extension Call {
  /// The platform's queue towards us is filling. What repeats a `key` is no new occasion; more than
  /// 16 occasions are not told apart.
  func noteBacklog(percent: Int?, key: String) {
    guard session.isLive, backlogKeys.count < 16, backlogKeys.insert(key).inserted else { return }
    session.media?.noteBacklog(percent: percent)
    voice.events.append(.backlog(percent: percent))
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

  /// Runs the call's bot inside the call: neither hops when one asks the other.
  func carryInside(by bot: BotServer.Bot) async throws {
    beginWatch()
    try await withTaskCancellationHandler {
      try await bot(self)
    } onCancel: {
      wakeReaders()
    }
  }

  /// Runs the call's bot on Swift's pool.
  nonisolated func carry(by bot: BotServer.Bot) async throws {
    await beginWatch()
    try await withTaskCancellationHandler {
      try await bot(self)
    } onCancel: {
      wakeReaders()
    }
  }

  /// The task that runs is the bot's until ``botReturned()`` or ``botFailed(_:)``, and its cancellation wakes
  /// whoever reads the call's audio in it.
  private func beginWatch() {
    voice.watchedTask = currentTaskIdentity()
  }

  /// The bot is done: what it has said is heard to the end, then the call is closed.
  func botReturned() async {
    voice.watchedTask = nil
    // No more can wait than the queue holds and the platform plays late.
    await finishSpeaking(within: session.configuration.outboundCapacity + .seconds(10))
    hangUp(code: isLeaving ? .goingAway : .normal)
  }

  /// Ends the call of a bot that has thrown.
  ///
  /// - Returns: whether something is wrong with the bot. The end of its call, or of the server, is what
  ///   stops most.
  func botFailed(_ error: any Error) -> Bool {
    voice.watchedTask = nil
    let isOver = isLeaving || !session.isLive
    let isFault = !(error is CancellationError) && !(isOver && error as? SpeechError == .closed)
    if isFault {
      if let log = configuration.log { log(botFailedEvent(error)) }
      noteTrouble("bot failed: \(ServerMetrics.typeName(error))")
    }
    // What a bot that may say nothing new has said is heard to the end.
    if !isLeaving {
      hangUp(code: error is CancellationError ? .goingAway : .internalError, reason: "bot failed")
    }
    return isFault
  }
}
