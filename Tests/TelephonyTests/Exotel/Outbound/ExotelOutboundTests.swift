import Telephony
import Testing

/// The flow of an outbound call, step by step, without a clock.
@Suite struct ExotelOutboundTests {
  private let start = Duration.seconds(1)

  private func flow(greeting: String? = "One moment.") throws -> ExotelOutbound {
    ExotelOutbound(try OutboundWords.plan(greeting: greeting))
  }

  /// As far as `stream_started`.
  private func up(_ flow: inout ExotelOutbound) -> [ExotelOutboundOrder] {
    _ = flow.begin(at: start)
    _ = flow.answered(1, OutboundWords.accepted, at: start)
    _ = flow.received(OutboundWords.event("leg_answered"), at: start)
    _ = flow.answered(2, OutboundWords.accepted, at: start)
    _ = flow.answered(3, OutboundWords.accepted, at: start)
    return flow.received(OutboundWords.event("stream_started"), at: start)
  }

  @Test("starts stream and greeting together, stops the greeting when the bot is there, hangs up")
  func documented() throws {
    var flow = try flow()
    #expect(flow.begin(at: start).map(\.request.word) == ["dial"])
    #expect(flow.answered(1, OutboundWords.accepted, at: start).isEmpty)
    #expect(flow.received(OutboundWords.event("leg_ringing"), at: start).isEmpty)
    let together = flow.received(OutboundWords.event("leg_answered"), at: start)
    #expect(together.map(\.request.word) == ["start_stream", "start_say"])
    #expect(flow.answered(3, OutboundWords.accepted, at: start).isEmpty)
    let stop = flow.received(OutboundWords.event("stream_started"), at: start)
    #expect(stop.map(\.request.word) == ["stop_say"])
    let hangup = flow.received(OutboundWords.event("stream_stopped"), at: start)
    #expect(hangup.map(\.request.word) == ["hangup"])
    #expect(flow.answered(hangup[0].id, OutboundWords.accepted, at: start).isEmpty)
    #expect(flow.outcome == nil)
    _ = flow.received(OutboundWords.event("leg_terminated"), at: start)
    let outcome = try #require(flow.outcome)
    #expect(outcome.failure == nil && outcome.wasUp && !outcome.mayStillRing)
  }

  @Test("stops a greeting that was asked for late only once it has begun")
  func lateGreeting() throws {
    var flow = try flow()
    _ = flow.begin(at: start)
    _ = flow.answered(1, OutboundWords.accepted, at: start)
    _ = flow.received(OutboundWords.event("leg_answered"), at: start)
    #expect(flow.received(OutboundWords.event("stream_started"), at: start).isEmpty)
    let stop = flow.answered(3, OutboundWords.accepted, at: start)
    #expect(stop.map(\.request.word) == ["stop_say"])
    let again = flow.answered(stop[0].id, OutboundWords.refused(429), at: start)
    #expect(again.map(\.request.word) == ["stop_say"])
    #expect(again[0].delay >= .seconds(1))
  }

  @Test("names the step that failed, and leaves nothing ringing")
  func failures() throws {
    var refused = try flow()
    _ = refused.begin(at: start)
    _ = refused.answered(1, OutboundWords.refused(401), at: start)
    #expect(refused.outcome?.failure?.step == .create)
    #expect(refused.outcome?.mayStillRing == false)

    var busy = try flow()
    _ = busy.begin(at: start)
    _ = busy.answered(1, OutboundWords.accepted, at: start)
    _ = busy.received(OutboundWords.event("leg_terminated", reason: "busy"), at: start)
    #expect(busy.outcome?.failure?.step == .answer)
    #expect(busy.outcome?.failure?.reason == "leg_terminated: busy")

    var silent = try flow()
    _ = silent.begin(at: start)
    _ = silent.answered(1, OutboundWords.accepted, at: start)
    let late = try #require(silent.nextDeadline)
    #expect(late - start == .seconds(45))
    let hangup = silent.poll(at: late)
    #expect(hangup.map(\.request.word) == ["hangup"])
    _ = silent.answered(hangup[0].id, OutboundWords.accepted, at: late)
    _ = silent.poll(at: try #require(silent.nextDeadline))
    #expect(silent.outcome?.failure?.reason == "no leg_answered within 45 s")
    #expect(silent.outcome?.mayStillRing == false)

    var botless = try flow()
    _ = botless.begin(at: start)
    _ = botless.answered(1, OutboundWords.accepted, at: start)
    _ = botless.received(OutboundWords.event("leg_answered"), at: start)
    let given = botless.poll(at: try #require(botless.nextDeadline))
    #expect(given.map(\.request.word) == ["hangup"])
    _ = botless.received(OutboundWords.event("leg_terminated"), at: start)
    #expect(botless.outcome?.failure?.step == .stream)
  }

  @Test("finds a leg whose order was not answered by its parameter, and hangs it up")
  func lost() throws {
    var flow = try flow()
    _ = flow.begin(at: start)
    let stranger = OutboundWords.event("leg_ringing", leg: "other", parameter: "theirs")
    #expect(flow.received(stranger, at: start).isEmpty)
    #expect(flow.answered(1, .unknown("no answer came"), at: start).isEmpty)
    #expect(flow.received(stranger, at: start).isEmpty)
    let hangup = flow.received(OutboundWords.event("leg_ringing"), at: start)
    #expect(hangup.map(\.request) == [.act(.hangup, leg: OutboundWords.leg)])
    _ = flow.received(OutboundWords.event("leg_terminated"), at: start)
    #expect(flow.outcome?.failure?.step == .create)
    #expect(flow.outcome?.mayStillRing == false)
  }

  @Test("says that a phone may ring where nothing was ever heard of it")
  func silence() throws {
    var flow = try flow()
    _ = flow.begin(at: start)
    _ = flow.answered(1, .unknown("no answer came"), at: start)
    _ = flow.poll(at: try #require(flow.nextDeadline))
    #expect(flow.outcome?.mayStillRing == true)
  }

  @Test("hangs up when it is stopped, before the order is answered too")
  func stops() throws {
    var early = try flow()
    _ = early.begin(at: start)
    #expect(early.stop(at: start).isEmpty)
    let hangup = early.answered(1, OutboundWords.accepted, at: start)
    #expect(hangup.map(\.request.word) == ["hangup"])
    #expect(early.stop(at: start).isEmpty)
    _ = early.received(OutboundWords.event("leg_terminated"), at: start)
    #expect(early.outcome?.wasStopped == true && early.outcome?.failure == nil)

    var late = try flow()
    _ = up(&late)
    #expect(late.stop(at: start).map(\.request.word) == ["hangup"])
  }

  @Test("hangs up again where that was throttled or lost, and says so in the end")
  func hangsUpAgain() throws {
    var flow = try flow(greeting: nil)
    _ = flow.begin(at: start)
    _ = flow.answered(1, OutboundWords.accepted, at: start)
    var orders = flow.stop(at: start)
    var sent = 0
    while let order = orders.first {
      sent += 1
      orders = flow.answered(
        order.id, sent == 2 ? .unknown("x") : OutboundWords.refused(429), at: start)
    }
    #expect(sent == 5)
    #expect(flow.outcome?.mayStillRing == true)
    #expect(flow.outcome?.failure?.step == .hangup)
  }
}

/// Answers and events in Exotel's words.
enum OutboundWords {
  static let leg = "2Qe71a90c4bd8f24a6b3f5d1c80000"
  static let parameter = "c-8817"

  static func plan(greeting: String?) throws -> ExotelOutboundPlan {
    ExotelOutboundPlan(
      leg: ExotelLeg(
        contactURI: "09812345670", exophone: "04440001234",
        eventEndpoint: "https://bot.example.com/exotel/events", customParameter: parameter),
      stream: try ExotelStreamURL("wss://bot.example.com/exotel"), greeting: greeting)
  }

  static func response(_ status: Int, _ body: String) -> RESTResponse {
    RESTResponse(status: status, headers: [], body: Array(body.utf8))
  }

  static let accepted = ExotelLegReceipt.answer(
    response(
      202, #"{"request_id":"r","response":{"error_data":null,"data":{"leg_sid":"\#(leg)"}}}"#))

  static func refused(_ status: Int) -> ExotelAnswer<ExotelLegReceipt> {
    ExotelLegReceipt.answer(response(status, "{}"))
  }

  /// An event with an identifier of its own for each name.
  static func event(
    _ name: String, leg: String = leg, parameter: String = parameter, reason: String? = nil
  ) -> ExotelLegEvent {
    let data = reason.map { #""event_data":{"data":{"reason":"\#($0)"}},"# } ?? ""
    let body =
      #"{"event_sid":"ev-\#(leg)-\#(name)","event_name":"\#(name)",\#(data)"#
      + #""action_custom_parameter":"\#(parameter)","data":{"leg_sid":"\#(leg)"}}"#
    let fields = CallbackFields(
      query: "", contentType: "application/json", body: Array(body.utf8))
    guard let event = ExotelLegEvent(fields) else { preconditionFailure("\(name) is no event") }
    return event
  }
}

extension ExotelOutboundOrder.Request {
  var word: String {
    switch self {
    case .dial: "dial"
    case .act(.startStream, _): "start_stream"
    case .act(.startSay, _): "start_say"
    case .act(.stopSay, _): "stop_say"
    case .act(.hangup, _): "hangup"
    case .act: "other"
    }
  }
}
