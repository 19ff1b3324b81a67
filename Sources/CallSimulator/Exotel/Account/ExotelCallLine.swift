import AudioEngine
import Foundation
import Sockets

/// One call that the Connect API has placed: rings, is joined to the bot, ends. Loop thread only.
final class ExotelCallLine: AccountLine, @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  let call: WebCall
  let order: ExotelCallOrder
  let createdAt = WebTime.plain(Date(), minutesEast: 330)
  /// As the call-details API writes it.
  private(set) var status = "in-progress"
  private let exchange: ExotelExchange
  private let alarms: LoopAlarms
  private let web: CallWeb
  private var stream: AccountStream?
  private(set) var isOver = false

  init(order: ExotelCallOrder, exchange: ExotelExchange) {
    var call = ExotelWeb().call()
    call.from = order.dial
    call.to = order.callerID
    self.call = call
    self.order = order
    self.exchange = exchange
    alarms = LoopAlarms(loop: exchange.loop)
    web = CallWeb(ExotelWeb(), about: call, tls: exchange.rules.tls)
  }

  var summary: String { "call \(call.callID) to \(order.dial): \(status)" }

  func begin() {
    var plan = CallbackPlan()
    plan.status = order.statusCallback
    plan.style = "multipart"
    plan.statusEvents = order.statusEvents
    plan.customField = order.customField
    plan.streamURL = order.streamURL ?? ""
    let told = plan
    Task { [web] in await web.begin(told) }
    alarms.after(order.longest) { [unowned self] in end(as: "completed") }
    alarms.after(order.patience) { [unowned self] in
      if stream == nil { end(as: "no-answer") }
    }
    switch exchange.rules.callee {
    case .fails: alarms.after(.milliseconds(50)) { [unowned self] in end(as: "failed") }
    case .busy: alarms.after(.milliseconds(100)) { [unowned self] in end(as: "busy") }
    case .noAnswer: break
    case .answers(let delay, let hangsUp):
      alarms.after(delay) { [unowned self] in answered() }
      if let hangsUp {
        alarms.after(delay + hangsUp) { [unowned self] in end(as: "completed") }
      }
    }
  }

  private func answered() {
    guard !isOver else { return }
    guard let url = order.streamURL else {
      exchange.rules.log("call \(call.callID): answered, and in a flow that nobody here knows")
      return
    }
    guard exchange.door.takeStream() else {
      exchange.rules.log("call \(call.callID): Streaming_call_throttled")
      return end(as: "failed")
    }
    let line = exchange.stream(to: url, call: call) { [web] moment in web.tell(moment) }
    guard let line else {
      exchange.door.leaveStream()
      return end(as: "failed")
    }
    stream = line
    exchange.rules.log("call \(call.callID): answered")
    line.start { [self] outcome in
      exchange.door.leaveStream()
      stream = nil
      let report = outcome.report
      exchange.rules.log(
        "call \(call.callID): stream \(report.verdict.rawValue)"
          + (report.problems.first.map { ": \($0)" } ?? ""))
      // Straight to the bot: the call is over where the bot has closed.
      isOver = true
      alarms.cancel()
      status = report.closeCode == nil ? "failed" : "completed"
      close()
    }
  }

  /// In the API's words a call that the server itself ends is one that was completed.
  func end(because reason: String) { end(as: "completed") }

  /// Ends it; a stream that is up is stopped first, and says the rest.
  func end(as word: String) {
    guard !isOver else { return }
    isOver = true
    alarms.cancel()
    status = word
    exchange.rules.log("call \(call.callID): \(word)")
    if let stream { return stream.hangUp() }
    var ending = CallEnding()
    ending.unanswered = word
    web.tell(.ended(ending))
    close()
  }

  private func close() {
    let log = exchange.rules.log
    let id = call.callID
    Task { [web] in
      for sentence in await web.finish() { log("call \(id): \(sentence)") }
    }
  }
}

extension ExotelExchange {
  func connect(_ request: HTTPRequest, isJSON: Bool) -> HTTPResponse {
    switch ExotelCallOrder.read(request) {
    case .failure(let fault): return Self.refusal(400, isJSON: isJSON, fault.sentence)
    case .success(let order):
      let line = ExotelCallLine(order: order, exchange: self)
      calls.remember(line, as: line.call.callID)
      line.begin()
      return Self.answer(line, isJSON: isJSON)
    }
  }

  func details(_ callSID: String) -> HTTPResponse {
    calls[callSID].map { Self.answer($0, isJSON: true) } ?? Self.refusal(404, isJSON: true)
  }

  private static func answer(_ line: ExotelCallLine, isJSON: Bool) -> HTTPResponse {
    let fields = [
      ("Sid", line.call.callID), ("Status", line.status), ("From", line.order.dial),
      ("PhoneNumberSid", line.order.callerID), ("Direction", "outbound-api"),
      ("DateCreated", line.createdAt),
    ]
    guard isJSON else {
      let elements = fields.map { "<\($0.0)>\($0.1)</\($0.0)>" }.joined()
      return HTTPResponse(
        status: 200, contentType: "application/xml",
        body: "<TwilioResponse><Call>\(elements)</Call></TwilioResponse>\n")
    }
    let members = fields.map { WireText.Member(key: $0.0, value: .string($0.1)) }
    return json(
      200, .fields(["Call": .object(members + [.init(key: "RecordingUrl", value: .null)])]))
  }

  static func refusal(_ status: Int, isJSON: Bool, _ sentence: String? = nil) -> HTTPResponse {
    let words = sentence ?? words(status)
    guard isJSON else {
      return HTTPResponse(
        status: status, contentType: "application/xml",
        body: "<TwilioResponse><RestException><Status>\(status)</Status>"
          + "<Message>\(words)</Message></RestException></TwilioResponse>\n")
    }
    // One page has a word there, where others have a number.
    let code: WireText = status == 429 ? .string("RATE_LIMIT_EXCEEDED") : .number(34_000 + status)
    return json(
      status,
      .fields([
        "RestException": .fields([
          "Status": .number(status), "Message": .string(words), "Code": code,
        ])
      ]))
  }
}
