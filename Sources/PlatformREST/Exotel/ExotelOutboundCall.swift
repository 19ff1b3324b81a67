public import Telephony

/// Runs an ``ExotelOutbound``: sends what it orders, hands it the answers, the events and the time.
public actor ExotelOutboundCall {
  private let legs: ExotelLegs
  private let source: any ExotelLegEventSource
  private var flow: ExotelOutbound
  private let tell: @Sendable (ExotelOutboundNews) -> Void
  private let begin = ContinuousClock.now
  private var ending: CheckedContinuation<ExotelOutboundOutcome, Never>?
  private var alarm: Task<Void, Never>?

  /// Makes a call that has not begun.
  ///
  /// - Parameters:
  ///   - plan: the call; its leg's event endpoint is replaced by that of `source`.
  ///   - legs: the account.
  ///   - source: where its events come from.
  ///   - tell: told what happens.
  public init(
    _ plan: ExotelOutboundPlan, of legs: ExotelLegs, events source: any ExotelLegEventSource,
    tell: @escaping @Sendable (ExotelOutboundNews) -> Void = { _ in }
  ) {
    var plan = plan
    plan.leg.eventEndpoint = source.endpoint
    flow = ExotelOutbound(plan)
    self.legs = legs
    self.source = source
    self.tell = tell
  }

  /// Places the call and waits for its end; once only. Cancelling the task stops the call, and
  /// waits for its end all the same.
  public func run() async -> ExotelOutboundOutcome {
    let reader = Task { [source] in
      for await event in source.events { receive(event) }
    }
    defer { reader.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        ending = continuation
        carryOut(flow.begin(at: now))
      }
    } onCancel: {
      Task { await stop() }
    }
  }

  /// Ends the call: hangs up what there is, or what there will turn out to be. It is over when ``run()``
  /// returns.
  public func stop() { carryOut(flow.stop(at: now)) }

  private var now: Duration { ContinuousClock.now - begin }

  private func receive(_ event: ExotelLegEvent) { carryOut(flow.received(event, at: now)) }

  private func carryOut(_ orders: [ExotelOutboundOrder]) {
    for order in orders { Task { await send(order) } }
    for news in flow.takeNews() { tell(news) }
    alarm?.cancel()
    if let outcome = flow.outcome {
      ending?.resume(returning: outcome)
      ending = nil
    } else if let deadline = flow.nextDeadline {
      let wait = deadline - now
      alarm = Task {
        guard (try? await Task.sleep(for: max(wait, .zero))) != nil else { return }
        carryOut(flow.poll(at: now))
      }
    }
  }

  private func send(_ order: ExotelOutboundOrder) async {
    if order.delay > .zero { try? await Task.sleep(for: order.delay) }
    var answer: ExotelAnswer<ExotelLegReceipt>
    do {
      switch order.request {
      case .dial(let leg): answer = try await legs.dial(leg)
      case .act(let action, let leg): answer = try await legs.perform(action, on: leg)
      }
    } catch {
      // Nothing was sent.
      answer = .refused(ExotelRefusal(unsent: error))
    }
    carryOut(flow.answered(order.id, answer, at: now))
  }
}
