import SeededRandom
import Telephony
import Testing

/// The flow against a far side that answers, loses, doubles and shuffles at random: whatever happens, it
/// ends, and a leg that it leaves behind is said to be left behind.
@Suite struct ExotelOutboundOrderTests {
  @Test("ends every order of events with the leg down, or says that it may be up")
  func everyOrder() throws {
    var ups = 0
    var failures: [ExotelOutboundStep: Int] = [:]
    for seed in 0..<1_500 as Range<UInt64> {
      var run = try OutboundRun(seed: seed)
      try run.toEnd()
      let outcome = try #require(run.flow.outcome, "seed \(seed)")
      #expect(!run.isLegUp || outcome.mayStillRing, "seed \(seed): a leg is left, unsaid")
      #expect(run.sent["dial"] == 1 || outcome.wasStopped, "seed \(seed)")
      #expect(run.sent["start_stream"] ?? 0 <= 1, "seed \(seed)")
      #expect(run.sent["hangup"] ?? 0 <= 5, "seed \(seed)")
      #expect(run.complaint == nil, "seed \(seed): \(run.complaint ?? "")")
      ups += outcome.wasUp ? 1 : 0
      if let step = outcome.failure?.step { failures[step, default: 0] += 1 }
    }
    // The schedules reach every end.
    #expect(ups > 150)
    for step in [ExotelOutboundStep.create, .answer, .stream, .hangup] {
      #expect(failures[step] ?? 0 > 5, "\(step)")
    }
  }
}

/// One call with a far side of its own.
private struct OutboundRun {
  var flow: ExotelOutbound
  var random: SplitMix64
  var now = Duration.zero
  var sent: [String: Int] = [:]
  var isLegUp = false
  var complaint: String?
  private var isStreamUp = false
  /// Whether somebody may be speaking: the greeting was begun, or the answer to its order is lost.
  private var isSaying = false
  /// What is under way to the flow: answers and events.
  private var waiting: [Delivery] = []
  /// The far side's troubles, in percent.
  private let losses: Int
  private let refusals: Int

  private enum Delivery {
    case answer(Int, ExotelAnswer<ExotelLegReceipt>)
    case event(String)
  }

  init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    flow = ExotelOutbound(try OutboundWords.plan(greeting: seed % 3 == 0 ? nil : "Hello"))
    losses = [0, 0, 5, 40].randomElement(using: &random) ?? 0
    refusals = [0, 0, 5, 40].randomElement(using: &random) ?? 0
  }

  mutating func toEnd() throws {
    carryOut(flow.begin(at: now))
    let stop = Int.random(in: 0..<60, using: &random)
    for step in 0..<400 where flow.outcome == nil {
      now = now + .milliseconds(Int.random(in: 0..<500, using: &random))
      if step == stop { carryOut(flow.stop(at: now)) }
      if waiting.isEmpty || Int.random(in: 0..<20, using: &random) == 0 { live() }
      if let index = waiting.indices.randomElement(using: &random) {
        deliver(waiting.remove(at: index))
      } else if let deadline = flow.nextDeadline {
        now = max(now, deadline)
        carryOut(flow.poll(at: now))
      }
    }
    if flow.outcome != nil, flow.nextDeadline != nil { complaint = "over, and waits" }
    // What comes late changes nothing any more.
    for delivery in waiting where complaint == nil { lateDelivery(delivery) }
  }

  private mutating func lateDelivery(_ delivery: Delivery) {
    let before = flow.outcome
    let orders = pass(delivery)
    if !orders.isEmpty || flow.outcome != before { complaint = "acts after its end" }
  }

  private mutating func pass(_ delivery: Delivery) -> [ExotelOutboundOrder] {
    switch delivery {
    case .answer(let id, let answer): flow.answered(id, answer, at: now)
    case .event(let name): flow.received(OutboundWords.event(name), at: now)
    }
  }

  private mutating func deliver(_ delivery: Delivery) { carryOut(pass(delivery)) }

  private mutating func tell(_ names: String...) {
    for name in names {
      if chance(losses) { continue }
      waiting.append(.event(name))
      if chance(losses) { waiting.append(.event(name)) }
    }
  }

  /// Something that the far side does by itself.
  private mutating func live() {
    guard isLegUp else { return }
    switch Int.random(in: 0..<10, using: &random) {
    case 0: hangUp()
    case 1 where isStreamUp:
      isStreamUp = false
      tell("stream_stopped")
    case 2: tell("say_completed")
    default: break
    }
  }

  private mutating func hangUp() {
    if isLegUp { tell("leg_terminated") }
    isLegUp = false
    isStreamUp = false
  }

  private mutating func carryOut(_ orders: [ExotelOutboundOrder]) {
    for order in orders {
      let word = order.request.word
      sent[word, default: 0] += 1
      // Refused: nothing was done. Lost: it was done, or was not.
      if chance(refusals) {
        let status = [400, 401, 429, 429].randomElement(using: &random) ?? 429
        waiting.append(.answer(order.id, OutboundWords.refused(status)))
        continue
      }
      let isLost = chance(losses)
      if isLost, word == "start_say" { isSaying = true }
      let answer = isLost ? .unknown("no answer came") : obey(word)
      if isLost, random.next() % 2 == 0 { _ = obey(word) }
      waiting.append(.answer(order.id, answer))
    }
  }

  private mutating func obey(_ word: String) -> ExotelAnswer<ExotelLegReceipt> {
    if word == "dial" {
      isLegUp = true
      tell("leg_connecting", "leg_ringing")
      if random.next() % 8 == 0 { hangUp() } else { tell("leg_answered") }
      return OutboundWords.accepted
    }
    guard isLegUp else { return OutboundWords.refused(404) }
    switch word {
    case "start_stream":
      isStreamUp = random.next() % 8 != 0
      tell(isStreamUp ? "stream_started" : "stream_failed")
    case "start_say":
      isSaying = true
      tell("say_started")
    case "stop_say":
      if !isSaying { complaint = "stop_say before start_say" }
      tell("say_interrupted")
    case "hangup": hangUp()
    default: break
    }
    return OutboundWords.accepted
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }
}
