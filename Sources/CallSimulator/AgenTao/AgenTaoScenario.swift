/// Named situations that an ``AgenTaoServer`` can put a client into.
public enum AgenTaoScenario: String, CaseIterable, Sendable {
  case ordinary
  case answerRefused = "answer-refused"
  case answerSilent = "answer-silent"
  case answerHangup = "answer-hangup"
  case unanswered
  case ringSilent = "ring-silent"
  case bargeDefault = "barge-default"
  case slowReplies = "slow-replies"
  case disconnectRefused = "disconnect-refused"
  case noGrants = "no-grants"
  case hugeGrant = "huge-grant"
  case mediaLost = "media-lost"
  case mediaRefused = "media-refused"
  case controlLost = "control-lost"
  case setupSilent = "setup-silent"
  case wrongKey = "wrong-key"
  case oldVersion = "old-version"
  case busyHour = "busy-hour"
  case oddChunks = "odd-chunks"
  case noise
  case offeredTwice = "offered-twice"
  case slowReader = "slow-reader"

  /// What happens, in one line.
  public var summary: String {
    switch self {
    case .ordinary: "a caller with a tone, who hangs up 10 s after the answer"
    case .answerRefused: "the first answer is refused, the second is taken"
    case .answerSilent: "answer gets no reply at all"
    case .answerHangup: "the caller hangs up while answer is on its way"
    case .unanswered: "connect ends with CALL_UNANSWERED, a second one is answered"
    case .ringSilent: "connect rings until its deadline; the server says TIMEOUT"
    case .bargeDefault: "connect leaves the agent in barge instead of spy"
    case .slowReplies: "every reply takes 700 ms, agent.spy's only 50: they overtake"
    case .disconnectRefused: "disconnect is an INVALID_COMMAND while only answered"
    case .noGrants: "no audio is asked for in the first minute"
    case .hugeGrant: "4 MiB of audio are asked for at once"
    case .mediaLost: "the media link dies 2 s after it opened, without call.terminated"
    case .mediaRefused: "media connections are refused with 403"
    case .controlLost: "the control link dies every 5 s; live calls are offered again"
    case .setupSilent: "control connections are taken, their setup is never answered"
    case .wrongKey: "control connections are refused with 401"
    case .oldVersion: "control connections are refused with 426"
    case .busyHour: "200 calls within 10 s, each with audio of its own, 60 s long"
    case .oddChunks: "the caller's audio comes in odd sizes, down to one byte"
    case .noise: "broken JSON, unknown types, and binary frames that are too short"
    case .offeredTwice: "each call is announced and offered twice"
    case .slowReader: "the server reads the media link for 20 ms in every second"
    }
  }

  /// The calls that arrive once a client is ready.
  public var plans: [AgenTaoPlan] {
    var plan = AgenTaoPlan()
    plan.hangsUpAfter = .seconds(10)
    // The vendor's public package misses what comes before its user has set a handler.
    plan.arrivesAfter = .milliseconds(500)
    switch self {
    case .unanswered:
      plan.rings = [.unanswered(after: .seconds(2)), .answered(after: .seconds(1))]
      plan.hangsUpAfter = .seconds(60)
    case .ringSilent:
      plan.rings = [.silent]
      plan.hangsUpAfter = .seconds(120)
    case .controlLost:
      plan.hangsUpAfter = .seconds(30)
    case .busyHour:
      return (1...200).map { number in
        var plan = AgenTaoPlan()
        plan.from = "+65800\(10_000 + number)"
        plan.caller = .tagged(Int16(number))
        plan.arrivesAfter = .milliseconds(50 * number)
        plan.hangsUpAfter = .seconds(60)
        return plan
      }
    default:
      break
    }
    return [plan]
  }

  /// What goes wrong.
  public var faults: AgenTaoFaults {
    var faults = AgenTaoFaults()
    switch self {
    case .ordinary, .unanswered, .ringSilent, .busyHour: break
    case .answerRefused:
      faults.refusals[.answer] = AgenTaoFaults.Refusal(code: "INTERNAL_ERROR")
    case .answerSilent: faults.neverReplies = [.answer]
    case .answerHangup: faults.hangsUp = .before(.answer)
    case .bargeDefault: faults.modeAfterConnect = .barge
    case .slowReplies:
      for verb in AgenTaoServer.Verb.allCases { faults.replyDelays[verb] = .milliseconds(700) }
      faults.replyDelays[.spy] = .milliseconds(50)
    case .disconnectRefused: faults.rejectsDisconnectWhenAnswered = true
    case .noGrants: faults.grantsStallFor = .seconds(60)
    case .hugeGrant: faults.grantBurst = 4 << 20
    case .mediaLost: faults.dropsMedia = .elapsed(.seconds(2))
    case .mediaRefused: faults.refusesMedia = 403
    case .controlLost:
      faults.dropsControlEvery = .seconds(5)
      faults.offersAgainAfterReconnect = true
    case .setupSilent: faults.neverCompletesSetup = true
    case .wrongKey: faults.refusesControl = 401
    case .oldVersion: faults.refusesControl = 426
    case .oddChunks: faults.inboundChunkBytes = [1, 3, 321, 639, 2, 961]
    case .noise:
      faults.corruptsJSON = true
      faults.sendsUnknownFrames = true
    case .offeredTwice: faults.offersTwice = true
    case .slowReader: faults.readsEvery = .seconds(1)
    }
    return faults
  }
}
