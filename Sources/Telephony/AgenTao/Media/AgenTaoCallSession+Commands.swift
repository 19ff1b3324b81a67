public import AudioEngine

// Commands: given, answered, given up.
extension AgenTaoCallSession {
  /// Gives a command.
  ///
  /// - Returns: its token; the end comes as ``Event/commandEnded(_:_:)``. nil where the call is over
  ///   and the command would have ended it: then it is done.
  /// - Throws: why it was not given; nothing is sent.
  public mutating func begin(
    _ command: AgenTaoCommand, at now: MonotonicTime
  ) throws(AgenTaoCallError) -> AgenTaoCommandToken? {
    if case .connect(let seconds) = command, !AgenTaoCommand.ringSeconds.contains(seconds) {
      throw .invalidRingTime(.seconds(seconds))
    }
    if case .disconnected(let reason) = state {
      if command.ends { return nil }
      throw .closed(reason)
    }
    guard link == .live, !configuration.guardsCommands || command.isValid(in: state) else {
      throw .invalidState(state, attempted: command)
    }
    guard pending.count < Self.mostCommands else { throw .media(.tooManyCommands) }
    commandCount += 1
    let token = AgenTaoCommandToken(number: commandCount)
    enqueue(command, token, at: now)
    return token
  }

  /// Drops all speech that was not heard, here and at the server.
  ///
  /// Unlike ``MediaSession/interrupt(at:)`` the server is told whatever it may hold, as the original
  /// client does: the answer tells that it has done so.
  ///
  /// - Returns: the wire bytes dropped here, and the token of the command; no token where an utterance
  ///   that may not be interrupted is still to be heard, and nothing was dropped.
  /// - Throws: as ``begin(_:at:)``.
  public mutating func interrupt(
    at now: MonotonicTime
  ) throws(AgenTaoCallError) -> (discardedBytes: Int, token: AgenTaoCommandToken?) {
    if case .disconnected(let reason) = state { throw .closed(reason) }
    guard link == .live, !configuration.guardsCommands || state.isStreaming else {
      throw .invalidState(state, attempted: .interrupt)
    }
    guard pending.count < Self.mostCommands else { throw .media(.tooManyCommands) }
    let before = media.statistics.outbound.discardedBytes
    if case .protected = media.interrupt(at: now) { return (0, nil) }
    // The engine's own clear is this command; no speech is left that could come instead.
    _ = media.poll(at: now)
    let discarded = media.statistics.outbound.discardedBytes - before
    return (discarded, try begin(.interrupt, at: now))
  }

  /// Gives the call up without a word to the server: nobody wants it here.
  public mutating func abandon(at now: MonotonicTime) {
    terminate(.agentClosed, outcome: nil, at: now)
    if case .ending = link { link = .ending(at: now, code: 1000) }
  }

  mutating func enqueue(
    _ command: AgenTaoCommand, _ token: AgenTaoCommandToken, at now: MonotonicTime
  ) {
    commandCount += 1
    let id = wire.commandID(number: commandCount)
    if command == .interrupt { beginEpoch(at: now) }
    pending.append(
      Pending(
        token: token, id: id, command: command,
        until: now + command.serverDeadline + AgenTaoCommand.patience))
    outgoing.append(AgenTaoCommandMessage(id: id, command: command, epoch: epoch))
  }

  private mutating func beginEpoch(at now: MonotonicTime) {
    epoch += 1
    if wire.interruptsByEpoch {
      epochBase = media.leftBytes
      allowed = epochBase
    } else {
      heldUntil = now + Self.interruptHold
    }
    media.allowance = heldUntil == nil ? allowed : 0
  }

  mutating func granted(_ id: String, _ reply: AgenTaoReply, at now: MonotonicTime) {
    if let index = lapsed.firstIndex(where: { $0.id == id }) {
      take(effectOf: lapsed.remove(at: index).command, reply, at: now)
      return
    }
    guard let index = pending.firstIndex(where: { $0.id == id }) else {
      return refuse(.unknownCommand)
    }
    let command = pending[index].command
    if command == .interrupt { release() }
    if command.ends {
      // It resolves itself, with what the server says of those who stay.
      terminate(
        command == .close ? .agentClosed : .agentDisconnected, outcome: reply.leaveOutcome, at: now)
      return
    }
    let done = pending.remove(at: index)
    take(effectOf: command, reply, at: now)
    events.append(.commandEnded(done.token, .success(reply)))
  }

  /// Where a command that was granted leaves the call.
  private mutating func take(
    effectOf command: AgenTaoCommand, _ reply: AgenTaoReply, at now: MonotonicTime
  ) {
    switch command {
    case .answer: becomeAnswered()
    case .connect: becomeConnected(reply.mode)
    case .mode(let mode): if state.isConnected { state = .connected(reply.mode ?? mode) }
    case .close: terminate(.agentClosed, outcome: reply.leaveOutcome, at: now)
    case .disconnect: terminate(.agentDisconnected, outcome: nil, at: now)
    case .interrupt: release()
    }
  }

  mutating func refused(
    _ id: String, _ code: AgenTaoErrorCode, _ message: String, at now: MonotonicTime
  ) {
    lapsed.removeAll { $0.id == id }
    guard let index = pending.firstIndex(where: { $0.id == id }) else {
      return refuse(.unknownCommand)
    }
    let done = pending.remove(at: index)
    if done.command == .interrupt { release() }
    if done.command == .disconnect, state == .answered,
      code == .invalidCommand || code == .invalidState
    {
      // Some servers want the other verb where the bot alone is in the call; the effect is the same.
      enqueue(.close, done.token, at: now)
      return
    }
    if ["CALL_NOT_FOUND", "CALL_ENDED", "CALL_TERMINATED"].contains(code.rawValue) {
      pending.insert(done, at: 0)
      terminate(.unspecified, outcome: nil, at: now)
      return
    }
    fail(done, Self.error(done.command, code, message))
  }

  private static func error(
    _ command: AgenTaoCommand, _ code: AgenTaoErrorCode, _ message: String
  ) -> AgenTaoCallError {
    switch code.rawValue {
    case "TIMEOUT": .commandTimedOut(command)
    case "MEDIA_BUSY": .media(.busy)
    case "FLOW_VIOLATION": .media(.refused(code: code, message: message))
    default: .commandRejected(code: code, message: message)
    }
  }

  /// Gives up on commands whose time is over.
  mutating func expireCommands(at now: MonotonicTime) {
    while let index = pending.firstIndex(where: { $0.until <= now }) {
      let done = pending.remove(at: index)
      if lapsed.count == 16 { lapsed.removeFirst() }
      lapsed.append(done)
      outgoing.removeAll { $0.id == done.id }
      fail(done, .commandTimedOut(done.command))
    }
  }

  private mutating func fail(_ done: Pending, _ error: AgenTaoCallError) {
    switch done.command {
    case .answer where state == .pending: events.append(.call(.answerFailed(error)))
    case .connect where !state.isConnected: events.append(.call(.connectFailed(error)))
    default: break
    }
    events.append(.commandEnded(done.token, .failure(error)))
  }

  mutating func becomeAnswered() {
    guard state == .pending else { return }
    state = .answered
    events.append(.call(.answered))
  }

  mutating func becomeConnected(_ mode: AgenTaoAgentMode?) {
    switch state {
    case .pending, .answered:
      state = .connected(mode)
      events.append(.call(.connected(mode)))
    case .connected:
      if let mode { state = .connected(mode) }
    case .disconnected: break
    }
  }

  /// New audio may go again.
  mutating func release() {
    heldUntil = nil
    media.allowance = allowed
  }

  /// The call is over, once: the bot hears of it, then every command that waits has its answer.
  mutating func terminate(
    _ reason: AgenTaoTermination, outcome: AgenTaoLeaveOutcome?, at now: MonotonicTime
  ) {
    guard state.termination == nil else { return }
    let left = outcome ?? (state.isConnected ? .partiesRemain : .callEnded)
    state = .disconnected(reason)
    outgoing.removeAll()
    lapsed.removeAll()
    heldUntil = nil
    media.close(at: now)
    events.append(.call(.terminated(reason)))
    for done in pending {
      let outcome = done.command == .close ? left : .callEnded
      events.append(
        .commandEnded(
          done.token,
          done.command.ends
            ? .success(AgenTaoReply(leaveOutcome: outcome)) : .failure(.closed(reason))))
    }
    pending.removeAll()
    if link != .closed { link = .ending(at: now + Self.closeGrace, code: 1000) }
  }
}
