import AudioEngine
import Foundation
import Sockets

/// One call of a simulated account: rings, asks its answer URL, does what the XML says as far as streams
/// go, ends. Loop thread only.
final class PlivoCallLine: AccountLine, @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  /// How long a call without a stream waits for one: the document's own time without media.
  private static let idle = Duration.seconds(60)
  private static let ringing = Duration.seconds(60)

  private(set) var call: WebCall
  let exchange: PlivoExchange
  private(set) var streams: [PlivoStreamLine] = []
  private(set) var isAnswered = false
  private(set) var isOver = false
  private var endedBecause: String?
  private var answerURL: String
  private var method: String
  /// Which document is being played: a transfer makes the one before it mute.
  private var documents = 0
  /// What is dialled when the stream before it has ended.
  private var next: (directions: DialDirections, document: Int)?
  private let alarms: LoopAlarms

  init(from: String, to: String, answerURL: String, method: String, exchange: PlivoExchange) {
    var call = PlivoWeb().call()
    call.from = from
    call.to = to
    call.secret = exchange.rules.credentials?.password
    self.call = call
    self.answerURL = answerURL
    self.method = method
    self.exchange = exchange
    alarms = LoopAlarms(loop: exchange.loop)
  }

  var id: String { call.callID }

  var summary: String { "call \(id) to \(call.to): \(endedBecause ?? "up")" }

  func begin() {
    alarms.after(Self.ringing) { [unowned self] in
      if !isAnswered { end(because: "nobody answered") }
    }
    switch exchange.rules.callee {
    case .fails: alarms.after(.milliseconds(50)) { [unowned self] in end(because: "failed") }
    case .busy: alarms.after(.milliseconds(100)) { [unowned self] in end(because: "busy") }
    case .noAnswer: break
    case .answers(let delay, let hangsUp):
      alarms.after(delay) { [unowned self] in
        isAnswered = true
        log("answered")
        ask()
      }
      if let hangsUp {
        alarms.after(delay + hangsUp) { [unowned self] in end(because: "the far end hung up") }
      }
    }
  }

  func transfer(to url: String, method: String) {
    answerURL = url
    self.method = method
    ask()
  }

  /// Asks for a document and plays it.
  private func ask() {
    documents += 1
    let number = documents
    let web = CallWeb(PlivoWeb(answerMethod: method), about: call, tls: exchange.rules.tls)
    let loop = exchange.loop
    Task { [answerURL] in
      let directions = await web.directions(asking: answerURL)
      loop.perform { self.play(directions, number) }
    }
  }

  private func play(_ directions: DialDirections, _ number: Int) {
    guard !isOver, number == documents else { return }
    // A transfer ends what is up; the first document may find a stream that a request has started.
    if number > 1, let stream = streams.first(where: \.isUp) {
      next = (directions, number)
      return stream.stop()
    }
    for sentence in directions.problems { log(sentence) }
    guard directions.address == nil else {
      if startStream(directions, isOfXML: true) == nil { end(because: "no stream may be up") }
      return
    }
    // A document without a stream may wait for one that a request starts.
    alarms.after(Self.idle) { [unowned self] in
      if number == documents, !streams.contains(where: \.isUp) { end(because: "no media for 60 s") }
    }
  }

  /// Dials the bot; nil where the call has a stream, or the account as many as it may.
  func startStream(_ directions: DialDirections, isOfXML: Bool) -> PlivoStreamLine? {
    guard let url = directions.address, let address = try? BotAddress(url),
      !streams.contains(where: \.isUp), exchange.door.takeStream()
    else { return nil }
    var call = call
    call.streamID = PlivoWeb.uuid()
    let number = documents
    let stream = PlivoStreamLine(directions, to: address, of: call, on: exchange) {
      [weak self] report in
      guard let self else { return }
      log(
        "stream \(report.verdict.rawValue)" + (report.problems.first.map { ": \($0)" } ?? ""))
      if let next {
        self.next = nil
        return play(next.directions, next.document)
      }
      // The document has run out, and the call with it.
      if isOfXML, number == documents { end(because: "the XML ran out (4010)") }
    }
    guard let stream else {
      exchange.door.leaveStream()
      return nil
    }
    // The list shows the newest; a call has few.
    if streams.count == 20 { streams.removeFirst() }
    streams.append(stream)
    log("stream \(stream.id) is dialled")
    return stream
  }

  func end(because reason: String) {
    guard !isOver else { return }
    isOver = true
    endedBecause = reason
    alarms.cancel()
    log(reason)
    for stream in streams where stream.isUp { stream.stop() }
  }

  private func log(_ sentence: String) { exchange.rules.log("call \(id): \(sentence)") }
}
