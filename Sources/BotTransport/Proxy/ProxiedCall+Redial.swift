import AudioEngine
import Sockets
import Telephony

// A bot that goes, and comes back.
extension ProxiedCall {
  /// A connection that lasted less has not ended the time without a bot.
  private static let shortest: Duration = .seconds(2)
  private static let firstWait: Duration = .milliseconds(100)
  private static let longestWait: Duration = .seconds(1)

  /// Carries the call to its end.
  func run(on call: isolated Call) async throws {
    defer { finish(on: call) }
    var goneSince: MonotonicTime?
    var wait = Self.firstWait
    while !call.isOver {
      let (end, lasted) = await connect(on: call)
      if call.isOver { return }
      switch end {
      case .closed(let code, _) where Self.isClean(code):
        await call.finishSpeaking(within: ProxiedBot.lastWords)
        return call.hangUp()
      case .closed(let code, let reason) where !Self.isGone(code):
        throw hangUp(.refused(code: code, reason: reason), on: call)
      case .broke(let fault):
        throw hangUp(.broke(fault), on: call)
      case .closed(_, let reason), .lost(let reason):
        if lasted ?? .zero >= Self.shortest {
          goneSince = nil
          wait = Self.firstWait
        }
        // Once, however often it is dialled.
        if goneSince == nil { tellGone(reason, on: call) }
        let since = goneSince ?? call.loop.now
        goneSince = since
        guard call.loop.now + wait - since < bot.redial else {
          throw hangUp(.gone(reason: reason), on: call)
        }
        beginHold(on: call)
        try await Task.sleep(for: wait)
        wait = min(wait * 2, Self.longestWait)
      }
    }
  }

  /// The bot has done what it wanted; 4000 and above are its own codes.
  private static func isClean(_ code: UInt16) -> Bool {
    code == 1000 || code == 1005 || code >= 3000
  }

  /// The bot has not meant this call: its process goes, or fails. libwebsockets tells 1012 to 1014 as 1002.
  private static func isGone(_ code: UInt16) -> Bool {
    [1001, 1002, 1006, 1011, 1012, 1013, 1014].contains(code)
  }

  private func hangUp(
    _ failure: ProxiedBot.Failure, on call: isolated Call
  ) -> ProxiedBot.Failure {
    call.hangUp(code: .internalError, reason: String(failure.description.prefix(100)))
    return failure
  }

  private func tellGone(_ reason: String, on call: isolated Call) {
    call.configuration.log?(
      ServerEvent(
        .warning, .call, "bot is gone",
        [
          ("callSid", call.start.callSID),
          ("reason", Redaction.text(String(reason.prefix(123)))),
        ]))
  }

  /// Has the caller hear something while no bot is there, after the rest of what it said.
  private func beginHold(on call: isolated Call) {
    guard let file = bot.hold, holding == nil else { return }
    holding = Task { await playHold(file, on: call) }
  }

  private func playHold(_ file: WaveFile, on call: isolated Call) async {
    await call.drain()
    while !Task.isCancelled, !call.isOver {
      isHolding = true
      guard (try? await call.play(file)) != nil else { break }
    }
    isHolding = false
  }

  /// A bot is there again, or the call is over.
  func endHold(on call: isolated Call) {
    holding?.cancel()
    holding = nil
    if isHolding { call.interrupt() }
  }

  private func finish(on call: isolated Call) {
    endHold(on: call)
    call.calls.metrics.botFaulted(session.faults)
    guard !session.faults.isEmpty else { return }
    let faults = session.faults.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
    call.configuration.log?(
      ServerEvent(
        .info, .call, "bot faults", [("callSid", call.start.callSID), ("faults", faults)]))
  }
}
