import AudioEngine

// Commands: which are valid, what they do, what is answered and when.
extension AgenTaoLine {
  /// Replies that are remembered for a client that repeats a command.
  private static let mostReplies = 256

  func receive(_ order: AgenTaoOrder) {
    if profile == .nvp1, let known = replies.last(where: { $0.id == order.id }) {
      return tell(known.output)
    }
    guard open[order.id] == nil else { return }
    if record.commands.count < Self.mostRecordedCommands {
      record.commands.append(AgenTaoCallRecord.Command(verb: order.verb, id: order.id))
    }
    guard !isOver else { return fail(order, "CALL_ENDED", "the call is over") }
    open[order.id] = order
    if faults.hangsUp == .before(order.verb) { return end(by: .caller) }
    if faults.dropsMedia == .before(order.verb) { return cutMedia() }
    if faults.neverReplies.contains(order.verb) { return }
    after(order.deadline) { [weak self] in self?.timeOut(order) }
    guard let delay = faults.replyDelays[order.verb] else { return carryOut(order) }
    after(delay) { [weak self] in self?.carryOut(order) }
  }

  private func timeOut(_ order: AgenTaoOrder) {
    guard open[order.id] != nil else { return }
    fail(order, "TIMEOUT", "no outcome within \(order.deadline)")
  }

  private func carryOut(_ order: AgenTaoOrder) {
    guard open[order.id] != nil, !isOver else { return }
    if let refusal = faults.refusals[order.verb],
      refusalsGiven[order.verb, default: 0] < refusal.times
    {
      refusalsGiven[order.verb, default: 0] += 1
      return fail(order, refusal.code, refusal.message)
    }
    guard isValid(order.verb) else {
      let code = profile == .w1 ? "INVALID_COMMAND" : "INVALID_STATE"
      return fail(order, code, "\(order.verb.rawValue) is not possible now")
    }
    switch order.verb {
    case .answer:
      settle()
      record.state = .answered
      beginToTalk()
      succeed(order, AgenTaoServerReply(state: "answered"), event: .answered)
    case .connect: ring(for: order)
    case .barge: switchMode(order, to: .barge)
    case .whisper: switchMode(order, to: .whisper)
    case .spy: switchMode(order, to: .spy)
    case .interrupt: interrupt(order)
    case .drain: break
    case .close, .disconnect: leave(order)
    }
  }

  private func isValid(_ verb: AgenTaoServer.Verb) -> Bool {
    switch (verb, record.state) {
    case (_, .ended): false
    case (.answer, .pending), (.connect, .pending), (.connect, .answered): true
    case (.close, _): true
    case (.disconnect, .answered): !faults.rejectsDisconnectWhenAnswered
    case (.disconnect, .connected): true
    case (.whisper, .connected), (.barge, .connected), (.spy, .connected): true
    case (.interrupt, .answered), (.interrupt, .connected): true
    case (.drain, .answered), (.drain, .connected): true
    default: false
    }
  }

  private func ring(for order: AgenTaoOrder) {
    let ring = plan.rings.isEmpty ? .silent : plan.rings[min(ringsTaken, plan.rings.count - 1)]
    ringsTaken += 1
    switch ring {
    case .silent:
      break
    case .unanswered(let delay):
      after(delay) { [weak self] in
        self?.fail(order, "CALL_UNANSWERED", "nobody answered")
      }
    case .answered(let delay):
      after(delay) { [weak self] in
        guard let self, open[order.id] != nil, !isOver else { return }
        settle()
        let mode = faults.modeAfterConnect
        record.state = .connected(mode)
        beginToTalk()
        succeed(order, AgenTaoServerReply(state: "connected", mode: mode), event: .connected(mode))
      }
    }
  }

  private func switchMode(_ order: AgenTaoOrder, to mode: AgenTaoServer.Mode) {
    settle()
    record.state = .connected(mode)
    succeed(order, AgenTaoServerReply(mode: mode))
  }

  private func interrupt(_ order: AgenTaoOrder) {
    settle()
    if let epoch = order.epoch, epoch != (playout?.epoch ?? 0) + 1 {
      return fail(order, "INVALID_REQUEST", "epoch is not the next")
    }
    let dropped = playout?.clear(newEpoch: order.epoch) ?? 0
    reportedPlayed = 0
    succeed(order, AgenTaoServerReply(bytes: dropped))
    askForAudio(at: now)
  }

  private func leave(_ order: AgenTaoOrder) {
    var remain = false
    if order.verb == .close, case .connected = record.state { remain = true }
    let reply = AgenTaoServerReply(state: "disconnected", partiesRemain: remain)
    let reason = order.verb == .close ? "agentClosed" : "agentDisconnected"
    // The neutral wire has the event ahead of the reply, the public one behind it.
    if profile == .w1 { succeed(order, reply) } else { open[order.id] = nil }
    end(by: .agent, reason: reason, partiesRemain: remain)
    if profile == .nvp1 { succeed(order, reply) }
  }

  /// Answers `audio.drain` once everything has been heard.
  func answerDrains() {
    guard playout?.queued == 0 else { return }
    for order in open.values where order.verb == .drain {
      succeed(order, AgenTaoServerReply(bytes: playout?.played))
    }
  }

  func succeed(
    _ order: AgenTaoOrder, _ result: AgenTaoServerReply, event: AgenTaoMediaOutput? = nil
  ) {
    open[order.id] = nil
    note(order.id, outcome: "ok")
    if let event { tell(event) }
    reply(order.id, .done(id: order.id, order.verb, result))
    disturb()
    if faults.hangsUp == .after(order.verb) { end(by: .caller) }
    if faults.dropsMedia == .after(order.verb) {
      after(.milliseconds(20)) { [weak self] in self?.cutMedia() }
    }
  }

  private func fail(_ order: AgenTaoOrder, _ code: String, _ message: String) {
    guard open.removeValue(forKey: order.id) != nil || isOver else { return }
    note(order.id, outcome: code)
    tell(.commandFailed(order.verb, code: code, message: message))
    reply(order.id, .failed(id: order.id, code: code, message: message))
  }

  func reply(_ id: String, _ output: AgenTaoMediaOutput) {
    if replies.count == Self.mostReplies { replies.removeFirst() }
    replies.append((id, output))
    tell(output)
  }

  func note(_ id: String, outcome: String) {
    guard let index = record.commands.lastIndex(where: { $0.id == id }) else { return }
    record.commands[index].outcome = outcome
  }
}
