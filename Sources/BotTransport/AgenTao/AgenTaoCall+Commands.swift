import AudioEngine
public import Telephony

// What can be asked of a call.
extension AgenTaoCall {
  /// Answers the call; audio flows then.
  ///
  /// - Throws: ``AgenTaoCallError``. After a refusal or a timeout the call still rings.
  public func answer() async throws(AgenTaoCallError) { _ = try await perform(.answer) }

  /// Rings the original callee and joins caller, callee and bot in a conference. The servers' default
  /// of who hears the bot then is not the same everywhere, so the mode is always asked for.
  ///
  /// - Parameters:
  ///   - ringTime: how long to ring, 1 to 120 s; whole seconds, a rest is left off.
  ///   - mode: who is to hear the bot.
  /// - Throws: ``AgenTaoCallError``. Where ``AgenTaoCallError/isUnanswered`` nobody picked up and the
  ///   call is as it was: try again, say so, or end it.
  public func connect(
    ringTime: Duration = .seconds(60), mode: AgenTaoAgentMode = .spy
  ) async throws(AgenTaoCallError) {
    guard let seconds = Int(exactly: ringTime.components.seconds) else {
      throw .invalidRingTime(ringTime)
    }
    let reply = try await perform(.connect(ringSeconds: seconds))
    if reply.mode != mode { try await setMode(mode) }
  }

  /// Lets caller and callee hear the bot.
  public func barge() async throws(AgenTaoCallError) { try await setMode(.barge) }

  /// Lets the connector's own side alone hear the bot.
  public func whisper() async throws(AgenTaoCallError) { try await setMode(.whisper) }

  /// Lets nobody hear the bot.
  public func spy() async throws(AgenTaoCallError) { try await setMode(.spy) }

  /// Changes who hears the bot; in a conference only. Audio that still waits is heard by the new ones:
  /// await ``MediaCall/drain(timeout:)`` first where that matters.
  public func setMode(_ mode: AgenTaoAgentMode) async throws(AgenTaoCallError) {
    _ = try await perform(.mode(mode))
  }

  /// Ends the call for everyone. A call that is over stays so without an error.
  public func disconnect() async throws(AgenTaoCallError) { _ = try await perform(.disconnect) }

  /// Leaves the call: caller and callee of a conference talk on, any other call is over. What waits to
  /// be heard is dropped; await ``MediaCall/drain(timeout:)`` first where it matters. A call that is
  /// over stays so without an error.
  @discardableResult
  public func close() async throws(AgenTaoCallError) -> AgenTaoLeaveOutcome {
    try await perform(.close).leaveOutcome ?? .callEnded
  }

  /// Drops all speech that was not heard, here and at the server, and waits for the server's word.
  ///
  /// - Returns: the wire bytes dropped here; 0 where an utterance that may not be interrupted goes on.
  @discardableResult
  public func clearAudio() async throws(AgenTaoCallError) -> Int {
    var discarded = 0
    _ = try await reply(to: .interrupt) { (call) throws(AgenTaoCallError) in
      let (byteCount, token) = try call.session.interrupt(at: call.loop.now)
      discarded = byteCount
      return token
    }
    return discarded
  }

  /// Waits until the call is over.
  public func waitUntilTerminated() async -> AgenTaoTermination {
    if let reason = session.state.termination { return reason }
    return await withCheckedContinuation { continuation in
      if let reason = session.state.termination {
        continuation.resume(returning: reason)
      } else {
        endWaiters.append(continuation)
      }
    }
  }

  /// Where the call is.
  public var state: AgenTaoCallState { session.state }

  /// Why the media link was lost, where it was.
  public var mediaFailure: AgenTaoMediaFailure? { session.mediaFailure }

  /// What the server sent that could not be used, by kind.
  public var refused: [AgenTaoRefusedInput: Int] { session.refused }

  /// Commands that wait for their answers.
  public var pendingCommandCount: Int { session.pendingCommandCount }

  private func perform(
    _ command: AgenTaoCommand
  ) async throws(AgenTaoCallError) -> AgenTaoReply {
    try await reply(to: command) { (call) throws(AgenTaoCallError) in
      try call.session.begin(command, at: call.loop.now)
    }
  }

  /// Gives a command and waits for its end; where there is no token it is done already.
  ///
  /// The wait is there before the command is: a call on another executor may suspend on its way to
  /// the continuation, and the answer may be quicker.
  private func reply(
    to command: AgenTaoCommand,
    begin: (isolated AgenTaoCall) throws(AgenTaoCallError) -> AgenTaoCommandToken?
  ) async throws(AgenTaoCallError) -> AgenTaoReply {
    waitCount += 1
    let wait = waitCount
    let result: Result<AgenTaoReply, AgenTaoCallError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard !Task.isCancelled else {
          return continuation.resume(returning: .failure(.cancelled(command)))
        }
        do throws(AgenTaoCallError) {
          guard let token = try begin(self) else {
            mediaChanged()
            return continuation.resume(returning: .success(AgenTaoReply(leaveOutcome: .callEnded)))
          }
          commandWaiters[token] = (wait, continuation)
          mediaChanged()
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      loop.perform { [weak self] in
        self?.assumeIsolated { $0.cancel(wait: wait, for: command) }
      }
    }
    return try result.get()
  }

  private func cancel(wait: Int, for command: AgenTaoCommand) {
    guard let token = commandWaiters.first(where: { $1.wait == wait })?.key else { return }
    commandWaiters.removeValue(forKey: token)?.continuation.resume(
      returning: .failure(.cancelled(command)))
  }

  /// The bot is done with the call: what it has said is heard to the end, then the call is left.
  func botReturned() async {
    guard !isOver else { return }
    await finishSpeaking(within: .seconds(60))
    _ = try? await close()
  }
}
