/// The documented flow of an outbound call that a bot takes: make a leg, wait for `leg_answered`, start the
/// stream and the greeting together, stop the greeting at `stream_started`, hang up when the bot has
/// closed. A state machine without a socket or a clock; nothing is left ringing, whatever is lost,
/// late, doubled or out of order.
///
/// Send what each call returns, give every answer back by ``answered(_:_:at:)``, every event by
/// ``received(_:at:)``, call ``poll(at:)`` at ``nextDeadline``, until ``outcome`` is there. Times are those
/// since any one moment that never go back. Source:
/// https://support.exotel.com/support/solutions/articles/3000133761-using-exotel-legs-apis-to-start-a-bot-stream-with-optional-greeting.
public struct ExotelOutbound: Sendable {
  /// How the call ended; nil while it goes on.
  public private(set) var outcome: ExotelOutboundOutcome?
  /// When ``poll(at:)`` is due; nil before the beginning and after the end.
  public private(set) var nextDeadline: Duration?
  /// The leg, where it is known.
  public private(set) var legSID: String?

  private enum Phase: Hashable {
    case idle, creating, ringing, connecting, up
    /// Something has ended it; what is left is to be sure of that.
    case ending
    case over
  }

  private enum Greeting: Hashable { case none, asked, playing, stopping }
  private enum Kind: Hashable { case create, stream, say, stopSay, hangup }

  /// Events that came before the leg was known, and identifiers of those that came.
  private static let mostEvents = 64
  /// From an order of a leg to its answer, at the most.
  private static let createWithin = Duration.seconds(60)
  private static let mostHangups = 5
  private static let mostStops = 3

  private let plan: ExotelOutboundPlan
  private var phase = Phase.idle
  private var ending = ExotelOutboundOutcome()
  private var greeting = Greeting.none
  private var outstanding: [Int: Kind] = [:]
  private var ordersMade = 0
  private var early: [ExotelLegEvent] = []
  private var seen: [String] = []
  private var hangups = 0
  private var stops = 0
  /// Whether the order of the leg was left open: a phone may ring.
  private var isLegUnknown = false
  private var isHungUp = false
  private var news: [ExotelOutboundNews] = []

  /// Makes a call that has not begun.
  public init(_ plan: ExotelOutboundPlan) { self.plan = plan }

  /// What has happened since this was last asked.
  public mutating func takeNews() -> [ExotelOutboundNews] {
    defer { news = [] }
    return news
  }

  /// Orders the leg; once only.
  public mutating func begin(at now: Duration) -> [ExotelOutboundOrder] {
    guard phase == .idle else { return [] }
    phase = .creating
    nextDeadline = now + Self.createWithin
    return [order(.create, .dial(plan.leg))]
  }

  /// Ends the call: hangs up what there is, or what there will turn out to be.
  public mutating func stop(at now: Duration) -> [ExotelOutboundOrder] {
    ending.wasStopped = true
    return end(nil, at: now)
  }

  /// Takes the answer to an order; nothing of an unknown one, or of one answered before.
  public mutating func answered(
    _ id: Int, _ answer: ExotelAnswer<ExotelLegReceipt>, at now: Duration
  ) -> [ExotelOutboundOrder] {
    guard let kind = outstanding.removeValue(forKey: id), phase != .over else { return [] }
    switch kind {
    case .create: return created(answer, at: now)
    case .stream:
      switch answer {
      case .refused(let refusal):
        return phase == .connecting ? end((.stream, "start_stream: \(refusal)"), at: now) : []
      case .unknown(let reason): news.append(.unanswered("start_stream: \(reason)"))
      case .accepted: break
      }
      return []
    case .say:
      guard greeting == .asked else { return [] }
      if case .refused(let refusal) = answer {
        greeting = .none
        news.append(.greetingFailed("start_say: \(refusal)"))
        return []
      }
      greeting = .playing
      return stopGreeting()
    case .stopSay: return stopped(answer)
    case .hangup: return hungUp(answer, at: now)
    }
  }

  /// Takes an event, of this leg or of another, in any order and any number of times.
  public mutating func received(
    _ event: ExotelLegEvent, at now: Duration
  ) -> [ExotelOutboundOrder] {
    guard phase != .over, phase != .idle else { return [] }
    if let legSID {
      guard event.legSID == legSID else { return [] }
      return handle(event, at: now)
    }
    if isLegUnknown { return adopt([event], at: now) }
    if early.count < Self.mostEvents { early.append(event) }
    return []
  }

  /// Gives up what took too long.
  public mutating func poll(at now: Duration) -> [ExotelOutboundOrder] {
    guard let nextDeadline, nextDeadline <= now else { return [] }
    switch phase {
    case .idle, .over: return []
    case .creating: return unknown("no answer came", at: now)
    case .ringing:
      return end((.answer, "no leg_answered within \(Self.seconds(plan.answerWithin))"), at: now)
    case .connecting:
      return end((.stream, "no stream_started within \(Self.seconds(plan.streamWithin))"), at: now)
    case .up: return end(nil, at: now)
    case .ending:
      ending.mayStillRing = !isHungUp
      if ending.mayStillRing { fail((.hangup, "it was not confirmed")) }
      return finish()
    }
  }

  // Answers.

  private mutating func created(
    _ answer: ExotelAnswer<ExotelLegReceipt>, at now: Duration
  ) -> [ExotelOutboundOrder] {
    // An event has named it before, and it is hung up already.
    guard legSID == nil else { return [] }
    switch answer {
    case .refused(let refusal):
      fail((.create, "\(refusal)"))
      return finish()
    case .unknown(let reason):
      return unknown(reason, at: now)
    case .accepted(let receipt):
      guard let sid = receipt.legSID else { return unknown("the answer names no leg", at: now) }
      legSID = sid
      news.append(.created(leg: sid))
      guard phase == .creating else { return hangUp(at: now) }
      phase = .ringing
      nextDeadline = now + plan.answerWithin
      let events = early.filter { $0.legSID == sid }
      early = []
      return events.flatMap { handle($0, at: now) }
    }
  }

  /// The order may have been taken: the leg is looked for among the events until it has rung out.
  private mutating func unknown(
    _ reason: String, at now: Duration
  ) -> [ExotelOutboundOrder] {
    isLegUnknown = true
    fail((.create, reason))
    phase = .ending
    let ringing = plan.leg.timeoutSeconds ?? ExotelOutboundPlan.usualTimeout
    nextDeadline = now + .seconds(ringing + 15)
    let events = early
    early = []
    return adopt(events, at: now)
  }

  private mutating func adopt(
    _ events: [ExotelLegEvent], at now: Duration
  ) -> [ExotelOutboundOrder] {
    guard let parameter = plan.leg.customParameter,
      let event = events.first(where: { $0.customParameter == parameter && $0.legSID != nil })
    else { return [] }
    legSID = event.legSID
    let isOver = events.contains { $0.legSID == legSID && $0.endsLeg }
    return isOver ? finish() : hangUp(at: now)
  }

  private mutating func stopped(
    _ answer: ExotelAnswer<ExotelLegReceipt>
  ) -> [ExotelOutboundOrder] {
    guard greeting == .stopping else { return [] }
    guard let delay = answer.repeatsAfter(stops) else {
      // Refused: nothing is being said any more.
      greeting = .none
      return []
    }
    guard stops < Self.mostStops else {
      greeting = .none
      news.append(.greetingFailed("stop_say was not taken: the greeting may sound over the bot"))
      return []
    }
    return stopSay(after: delay)
  }

  private mutating func hungUp(
    _ answer: ExotelAnswer<ExotelLegReceipt>, at now: Duration
  ) -> [ExotelOutboundOrder] {
    switch answer {
    case .accepted:
      isHungUp = true
      nextDeadline = now + plan.endWithin
      return []
    // The leg is over.
    case .refused(let refusal) where [404, 409, 410].contains(refusal.status):
      return finish()
    // So it may be here; the event will tell.
    case .refused(let refusal) where refusal.status == 400:
      nextDeadline = now + plan.endWithin
      return []
    case .refused, .unknown: break
    }
    guard let delay = answer.repeatsAfter(hangups), hangups < Self.mostHangups else {
      ending.mayStillRing = true
      fail((.hangup, answer.words))
      return finish()
    }
    return hangUp(after: delay, at: now)
  }

  // Events.

  private mutating func handle(
    _ event: ExotelLegEvent, at now: Duration
  ) -> [ExotelOutboundOrder] {
    guard phase != .over else { return [] }
    if let sid = event.eventSID {
      guard !seen.contains(sid) else { return [] }
      if seen.count == Self.mostEvents { seen.removeFirst() }
      seen.append(sid)
    }
    switch event.kind {
    case .terminated, .failedToCreate:
      let reason = event.name + (event.reason.map { ": \($0)" } ?? "")
      if phase == .ringing { fail((.answer, reason)) }
      if phase == .connecting { fail((.stream, reason)) }
      return finish()
    case .ringing where phase == .ringing: news.append(.ringing)
    case .answered where phase == .ringing: return answered(at: now)
    case .streamStarted where phase == .connecting:
      phase = .up
      ending.wasUp = true
      news.append(.streaming(stream: event.streamSID))
      let limit = plan.leg.timeLimitSeconds ?? ExotelOutboundPlan.usualTimeLimit
      nextDeadline = now + .seconds(limit + 60)
      return stopGreeting()
    case .streamFailed where phase == .connecting:
      return end((.stream, event.name + (event.reason.map { ": \($0)" } ?? "")), at: now)
    case .streamStopped where phase == .connecting:
      return end((.stream, "the stream was stopped before it had started"), at: now)
    // The bot is gone; without it the leg is a silent line.
    case .streamStopped where phase == .up: return end(nil, at: now)
    case .playbackStarted where greeting == .asked:
      greeting = .playing
      return stopGreeting()
    case .playbackCompleted, .playbackInterrupted: greeting = .none
    default: break
    }
    return []
  }

  private mutating func answered(at now: Duration) -> [ExotelOutboundOrder] {
    guard let legSID else { return [] }
    phase = .connecting
    nextDeadline = now + plan.streamWithin
    news.append(.answered)
    var orders = [order(.stream, .act(.startStream(plan.stream), leg: legSID))]
    if let text = plan.greeting {
      greeting = .asked
      orders.append(order(.say, .act(.startSay(text: text), leg: legSID)))
    }
    return orders
  }

  /// Stops the greeting where it sounds and the bot is there. One that has only been asked for is stopped
  /// when it has begun: the other way round it would not stop at all.
  private mutating func stopGreeting() -> [ExotelOutboundOrder] {
    guard phase == .up, greeting == .playing else { return [] }
    greeting = .stopping
    return stopSay(after: .zero)
  }

  private mutating func stopSay(after delay: Duration) -> [ExotelOutboundOrder] {
    guard let legSID else { return [] }
    stops += 1
    return [order(.stopSay, .act(.stopSay, leg: legSID), after: delay)]
  }

  // The end.

  private typealias Failure = (step: ExotelOutboundStep, reason: String)

  private mutating func fail(_ failure: Failure) {
    guard ending.failure == nil, !ending.wasStopped || failure.step == .hangup else { return }
    ending.failure = .init(step: failure.step, reason: failure.reason)
  }

  private mutating func end(
    _ failure: Failure?, at now: Duration
  ) -> [ExotelOutboundOrder] {
    if let failure { fail(failure) }
    switch phase {
    case .idle: return finish()
    case .ending, .over: return []
    // The order is under way; its answer tells what there is to hang up.
    case .creating:
      phase = .ending
      isLegUnknown = true
      let ringing = plan.leg.timeoutSeconds ?? ExotelOutboundPlan.usualTimeout
      nextDeadline = now + Self.createWithin + .seconds(ringing)
      let events = early
      early = []
      return adopt(events, at: now)
    case .ringing, .connecting, .up: return hangUp(at: now)
    }
  }

  private mutating func hangUp(
    after delay: Duration = .zero, at now: Duration
  ) -> [ExotelOutboundOrder] {
    guard let legSID else { return [] }
    phase = .ending
    if hangups == 0 { news.append(.hangingUp) }
    hangups += 1
    nextDeadline = now + delay + Self.createWithin
    return [order(.hangup, .act(.hangup, leg: legSID), after: delay)]
  }

  private mutating func finish() -> [ExotelOutboundOrder] {
    phase = .over
    nextDeadline = nil
    outcome = ending
    return []
  }

  private mutating func order(
    _ kind: Kind, _ request: ExotelOutboundOrder.Request, after delay: Duration = .zero
  ) -> ExotelOutboundOrder {
    ordersMade += 1
    outstanding[ordersMade] = kind
    return ExotelOutboundOrder(id: ordersMade, request: request, delay: delay)
  }

  private static func seconds(_ duration: Duration) -> String { "\(duration.components.seconds) s" }
}

extension ExotelLegEvent {
  fileprivate var endsLeg: Bool { kind == .terminated || kind == .failedToCreate }
}

extension RESTAnswer where Value == ExotelLegReceipt, Refusal == ExotelRefusal {
  /// How long to wait before a harmless order is sent again, for the so many-th time; nil where that would
  /// change nothing.
  fileprivate func repeatsAfter(_ times: Int) -> Duration? {
    switch self {
    case .accepted: nil
    case .unknown: .seconds(times)
    case .refused(let refusal) where refusal.status == 429:
      .seconds(min(max(refusal.retryAfterSeconds ?? times, 1), 10))
    case .refused: nil
    }
  }

  fileprivate var words: String {
    switch self {
    case .accepted: "accepted"
    case .unknown(let reason): reason
    case .refused(let refusal): "\(refusal)"
    }
  }
}
