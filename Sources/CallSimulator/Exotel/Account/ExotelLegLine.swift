import AudioEngine
import Foundation
import Sockets

/// One leg: rings, is answered, does what it is told, ends; and tells of each. Loop thread only.
final class ExotelLegLine: AccountLine, @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  static let actions = [
    "start_stream", "stop_stream", "start_say", "stop_say", "start_play", "stop_play", "hangup",
  ]
  static let events = [
    "leg_connecting", "leg_ringing", "leg_answered", "leg_terminated", "leg_failed_to_create",
    "stream_initiated", "stream_started", "stream_stopped", "stream_failed", "say_started",
    "say_completed", "say_interrupted", "play_started", "play_completed", "play_interrupted",
  ]

  enum State: String {
    case connecting, ringing
    case answered = "in-progress"
    case over = "completed"
  }

  let sid: String
  let order: ExotelLegOrder
  let createdAt = ExotelLegLine.now()
  private(set) var state = State.connecting
  let exchange: ExotelExchange
  let alarms: LoopAlarms
  private let post: EventPost?
  private var call: WebCall
  private(set) var stream: (line: AccountStream, action: String)?
  /// What is being said or played, `say` or `play`, by which action.
  private var playing: (what: String, action: String, number: Int)?
  private var playbacks = 0
  private var eventsTold: [(name: String, body: WireText)] = []
  var answeredAt: String?
  private var endedBecause: String?

  init(sid: String, order: ExotelLegOrder, exchange: ExotelExchange) {
    self.sid = sid
    self.order = order
    self.exchange = exchange
    alarms = LoopAlarms(loop: exchange.loop)
    var call = ExotelWeb().call()
    call.from = order.exophone
    call.to = order.contact
    self.call = call
    // Its service is known to Exotel alone; nothing can be told there.
    let isHTTP = order.eventEndpoint.lowercased().hasPrefix("http")
    let log = exchange.rules.log
    post =
      isHTTP
      ? EventPost(trusting: exchange.rules.tls, within: exchange.rules.eventPatience) { lost in
        log("leg \(sid): \(lost)")
      } : nil
  }

  var isOver: Bool { state == .over }

  var summary: String {
    "leg \(sid) to \(order.contact): \(state.rawValue)" + (endedBecause.map { ", \($0)" } ?? "")
  }

  /// What was told, of one name or of all.
  func told(_ name: String?) -> [WireText] {
    eventsTold.filter { name == nil || $0.name == name }.map(\.body)
  }

  func begin() {
    let callee = exchange.rules.callee
    tell("leg_connecting")
    alarms.after(order.longest) { [unowned self] in end(because: "the time limit was reached") }
    alarms.after(order.patience) { [unowned self] in
      if state != .answered { end(because: "nobody answered") }
    }
    switch callee {
    case .fails:
      alarms.after(.milliseconds(50)) { [unowned self] in
        end(because: "the number cannot be called", event: "leg_failed_to_create")
      }
    case .busy:
      alarms.after(.milliseconds(100)) { [unowned self] in end(because: "busy") }
    case .noAnswer:
      alarms.after(.milliseconds(50)) { [unowned self] in ring() }
    case .answers(let delay, let hangsUp):
      alarms.after(min(delay, .milliseconds(50))) { [unowned self] in ring() }
      alarms.after(delay + .milliseconds(50)) { [unowned self] in answered(hangsUp) }
    }
  }

  private func ring() {
    guard state == .connecting else { return }
    state = .ringing
    tell("leg_ringing")
  }

  private func answered(_ hangsUp: Duration?) {
    guard !isOver else { return }
    state = .answered
    answeredAt = Self.now()
    tell("leg_answered")
    if let hangsUp {
      alarms.after(hangsUp) { [unowned self] in end(because: "the far end hung up") }
    }
  }

  /// Does something on the leg; why it cannot be done, else nil.
  func act(_ name: String, _ body: [String: Any], action: String) -> String? {
    guard !isOver else { return "the leg is over" }
    if name == "hangup" {
      end(because: "hung up by request")
      return nil
    }
    guard state == .answered else { return "the leg is not answered" }
    switch name {
    case "start_stream": return startStream(body, action)
    case "stop_stream":
      guard let stream else { return "the leg has no stream" }
      stream.line.hangUp()
    case "start_say":
      guard let text = body["text"] as? String, !text.isEmpty else { return "text is missing" }
      // About as fast as people speak.
      return play("say", .milliseconds(200 + 60 * text.count), body, action)
    case "start_play":
      let url = body["url"] as? String ?? ""
      guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
        return "url is no http address"
      }
      return play("play", .seconds(2), body, action)
    case "stop_say", "stop_play":
      guard let playing, "stop_\(playing.what)" == name else {
        return "nothing is being \(name == "stop_say" ? "said" : "played")"
      }
      finishPlayback(playing.number, as: "interrupted")
    default: return "unknown action"
    }
    return nil
  }

  private func play(
    _ what: String, _ once: Duration, _ body: [String: Any], _ action: String
  ) -> String? {
    let loops = body["loop"] as? Int ?? (body["loop"] as? String).flatMap(Int.init) ?? 1
    guard (0...10).contains(loops) else { return "loop is 0 to 10" }
    if let playing { finishPlayback(playing.number, as: "interrupted") }
    playbacks += 1
    let number = playbacks
    playing = (what, action, number)
    tell("\(what)_started", action: action)
    // 0 is for ever, or so one page says.
    if loops > 0 {
      alarms.after(once * loops) { [unowned self] in finishPlayback(number, as: "completed") }
    }
    return nil
  }

  private func finishPlayback(_ number: Int, as end: String) {
    guard let playing, playing.number == number else { return }
    self.playing = nil
    tell("\(playing.what)_\(end)", action: playing.action)
  }

  private func startStream(_ body: [String: Any], _ action: String) -> String? {
    guard stream == nil else { return "the leg has a stream" }
    guard let url = body["url"] as? String, url.utf8.count < 600, (try? BotAddress(url)) != nil
    else { return "url is no ws or wss address of less than 600 characters" }
    guard ["bidirectional", "unidirectional"].contains(body["direction"] as? String) else {
      return "direction is bidirectional or unidirectional"
    }
    guard exchange.door.takeStream() else {
      tell("stream_failed", action: action, data: ["detailed_status": "Streaming_call_throttled"])
      return nil
    }
    call.streamID = ExotelWeb.sid()
    let data = ["stream_sid": call.streamID, "stream_type": "bidirectional"]
    let line = exchange.stream(to: url, call: call) { [weak self] moment in
      if moment == .started { self?.tell("stream_started", action: action, data: data) }
    }
    guard let line else {
      exchange.door.leaveStream()
      return "url cannot be dialled"
    }
    stream = (line, action)
    tell("stream_initiated", action: action, data: data)
    line.start { [self] outcome in streamEnded(outcome, action: action, data: data) }
    return nil
  }

  private func streamEnded(_ outcome: CallOutcome, action: String, data: [String: String]) {
    exchange.door.leaveStream()
    stream = nil
    let report = outcome.report
    let verdict = report.problems.first.map { ": \($0)" } ?? ""
    exchange.rules.log(
      "leg \(sid): stream \(report.verdict.rawValue), \(Int(report.heardMs)) ms heard\(verdict)")
    let wasUp = report.closeCode != nil
    tell(wasUp ? "stream_stopped" : "stream_failed", action: action, data: data)
    // What it says goes out before the leg's own end, which may have waited for it.
    if isOver { tellEnd() }
  }

  func end(because reason: String) { end(because: reason, event: "leg_terminated") }

  private func end(because reason: String, event: String) {
    guard !isOver else { return }
    alarms.cancel()
    if let playing { finishPlayback(playing.number, as: "interrupted") }
    state = .over
    endedBecause = reason
    endEvent = event
    if let stream { stream.line.hangUp() } else { tellEnd() }
  }

  private var endEvent = "leg_terminated"

  private func tellEnd() { tell(endEvent, data: ["reason": endedBecause ?? ""]) }

  private func tell(_ name: String, action: String? = nil, data: [String: String] = [:]) {
    let event = ExotelEventText(name: name, action: action, data: data, leg: self)
    exchange.rules.log("leg \(sid): \(name)")
    // A leg that is told a thousand things is no telephone call.
    if eventsTold.count < 200 { eventsTold.append((name, event.body)) }
    let fault = exchange.door.fault(ofEvent: name)
    guard let post, fault != .lost else { return }
    let delay: Duration = fault == .slow ? AccountDoor.slowness : .zero
    for _ in 0..<(fault == .twice ? 2 : 1) {
      post.post(
        .init(name: name, delay: delay) { [url = order.eventEndpoint] attempt in
          event.request(to: url, attempt: attempt)
        })
    }
  }

  static func now() -> String {
    Date().ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
