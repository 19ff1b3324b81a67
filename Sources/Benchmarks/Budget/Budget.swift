import AudioEngine

/// What is waited for.
enum BudgetKind: String, CaseIterable, Codable {
  /// From the caller's mouth to the bot's frame.
  case mouthToBot = "mouth-to-bot"
  /// From the bot's frame to the caller's ear.
  case botToEar = "bot-to-ear"
  /// From the caller's first sound to the bot's silence.
  case silence = "silence"
}

/// One wait among those that make a budget.
struct BudgetStage: Codable {
  enum Basis: String, Codable {
    /// It follows from the rules of platform and session.
    case policy
    /// It was measured in this run.
    case measured
    /// The user said so.
    case given
  }

  let name: String
  let ms: Double
  let basis: Basis
  /// What it is, or what would change it.
  let note: String
}

/// One way through Sidetone, and what takes time on it.
struct Budget: Codable {
  let kind: BudgetKind
  let stages: [BudgetStage]

  var ms: Double { stages.reduce(0) { $0 + $1.ms } }

  /// The stage that takes longest.
  var worst: BudgetStage? { stages.max { $0.ms < $1.ms } }

  /// The budgets of `plan`, in the order of ``BudgetKind``.
  static func all(_ plan: StreamPlan, network: Double, live: LiveFigures) -> [Budget] {
    let stream = VirtualStream(plan: plan)
    let cost = MessageCost(plan)
    return [
      mouthToBot(plan, stream, cost, network, live),
      botToEar(plan, stream, cost, network, live),
      silence(plan, stream, cost, network, live),
    ]
  }

  private static func mouthToBot(
    _ plan: StreamPlan, _ stream: VirtualStream, _ cost: MessageCost, _ network: Double,
    _ live: LiveFigures
  ) -> Budget {
    let cadence = plan.cadence.inMilliseconds
    // Whether the filter's held back samples cost a frame is seen beside a bot that needs no filter.
    let unfiltered = stream.callerWait(botRate: plan.wire.rate)
    let filtered = stream.callerWait(botRate: plan.botRate)
    return Budget(
      kind: .mouthToBot,
      stages: [
        BudgetStage(
          name: "the platform's message", ms: cadence, basis: .policy,
          note: "its first sample waits for its last"),
        networkStage(network),
        BudgetStage(
          name: "decode", ms: cost.toBot, basis: .measured, note: "a message, hot"),
        BudgetStage(
          name: "frame", ms: max(unfiltered - cadence, 0), basis: .policy,
          note: "of 20 ms, whole ones"),
        BudgetStage(
          name: "filter", ms: filtered - unfiltered, basis: .policy,
          note: filtered > unfiltered
            ? "what it holds back comes with the next message; a bot at \(plan.wire.rate) has none"
            : "none that delays a frame"),
        handOver(live),
      ])
  }

  private static func botToEar(
    _ plan: StreamPlan, _ stream: VirtualStream, _ cost: MessageCost, _ network: Double,
    _ live: LiveFigures
  ) -> Budget {
    let chunk = stream.speechWait(botRate: plan.wire.rate, prime: .zero)
    let primed = stream.speechWait(botRate: plan.wire.rate, prime: plan.playback.prime)
    let filtered = stream.speechWait(botRate: plan.botRate, prime: plan.playback.prime)
    let bytes = plan.playback.chunk.preferredBytes
    return Budget(
      kind: .botToEar,
      stages: [
        BudgetStage(
          name: "filter", ms: filtered - primed, basis: .policy,
          note: filtered > primed ? "what it holds back; --filter lowDelay holds back less" : "none"
        ),
        BudgetStage(
          name: "chunk", ms: chunk, basis: .policy,
          note: "\(bytes) bytes; none for speech that comes at once"),
        BudgetStage(
          name: "prime", ms: primed - chunk, basis: .policy,
          note: "hides stalls; --prime changes it; none for speech that comes at once"),
        handOver(live),
        BudgetStage(
          name: "encode", ms: cost.toWire, basis: .measured, note: "a message, hot"),
        BudgetStage(
          name: "pacing", ms: live.latenessP99, basis: .measured,
          note: "p99; p50 \(Text.decimal(live.latenessP50, 2)) ms"),
        networkStage(network),
        BudgetStage(
          name: "the platform's playout", ms: 0, basis: .policy,
          note: "as documented: at once; what it adds is its own"),
      ])
  }

  private static func silence(
    _ plan: StreamPlan, _ stream: VirtualStream, _ cost: MessageCost, _ network: Double,
    _ live: LiveFigures
  ) -> Budget {
    let onset = LevelGate().onset.inMilliseconds
    let all = stream.onsetWait()
    return Budget(
      kind: .silence,
      stages: [
        BudgetStage(
          name: "detector", ms: onset, basis: .policy,
          note: "the level gate's onset"),
        BudgetStage(
          name: "the platform's message", ms: max(all - onset, 0), basis: .policy,
          note: "the onset ends inside one"),
        networkStage(network),
        BudgetStage(
          name: "decode", ms: cost.toBot, basis: .measured, note: "a message, hot"),
        BudgetStage(
          name: "clear to the socket", ms: live.handOverP99, basis: .measured,
          note: "a turn of the loop, p99"),
        networkStage(network),
        BudgetStage(
          name: "the platform's queue", ms: 0, basis: .policy,
          note: "as documented: a clear drops it at once"),
      ])
  }

  private static func networkStage(_ network: Double) -> BudgetStage {
    BudgetStage(name: "network", ms: network, basis: .given, note: "one way; --network")
  }

  private static func handOver(_ live: LiveFigures) -> BudgetStage {
    BudgetStage(
      name: "hand-over", ms: live.handOverP99, basis: .measured,
      note: "loop to bot, p99; p50 \(Text.decimal(live.handOverP50, 3)) ms")
  }
}
