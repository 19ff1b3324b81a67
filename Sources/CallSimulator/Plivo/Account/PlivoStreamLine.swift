import AudioEngine
import Foundation
import Sockets

/// One stream of a call, as the REST interface describes it. Loop thread only.
final class PlivoStreamLine: @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  let id: String
  private let call: WebCall
  private let directions: DialDirections
  private let format: WireFormat
  private let exchange: PlivoExchange
  private let line: AccountStream
  private let startedAt = Date()
  private var endedAt: Date?

  /// Makes a stream and dials it; nil where it has a format that no stream has.
  init?(
    _ directions: DialDirections, to address: BotAddress, of call: WebCall,
    on exchange: PlivoExchange, ended: @escaping @Sendable (CallReport) -> Void
  ) {
    let format = directions.format ?? WireFormat(.mulaw, .hz8000)
    var choices = CallChoices()
    choices.isOneWay = directions.isOneWay
    choices.tracks = directions.tracks
    choices.parameters = directions.parameters ?? [:]
    choices.signingToken = call.secret
    choices.call = call
    guard var script = CallerScript(liveAt: format.rate, as: format.encoding) else { return nil }
    script.longest = directions.longest
    guard let platform = SimulatedProvider.plivo.platform(script: script, choices: choices)
    else { return nil }
    let rules = exchange.rules
    let web = CallWeb(PlivoWeb(), about: call, tls: rules.tls)
    var plan = CallbackPlan()
    plan.status = directions.status?.url
    plan.statusMethod = directions.status?.method ?? "POST"
    plan.streamURL = address.redacted
    let told = plan
    Task { await web.begin(told) }
    line = AccountStream(
      to: address, as: platform, format: format, voices: rules.voices, every: .milliseconds(20),
      loop: exchange.loop, tls: rules.tls, moments: { web.tell($0) })
    id = call.streamID
    self.call = call
    self.directions = directions
    self.format = format
    self.exchange = exchange
    line.start { [self] outcome in
      endedAt = Date()
      exchange.door.leaveStream()
      ended(outcome.report)
      let id = call.streamID
      Task {
        for sentence in await web.finish() { rules.log("stream \(id): \(sentence)") }
      }
    }
  }

  var isUp: Bool { endedAt == nil }

  func stop() { line.hangUp() }

  /// The object of the documents.
  var description: [WireText.Member] {
    let seconds = Int((endedAt ?? Date()).timeIntervalSince(startedAt).rounded())
    func time(_ date: Date?) -> WireText {
      date.map { .string(WebTime.plain($0) + "+00:00") } ?? .null
    }
    let track = directions.tracks.map { $0.count == 2 ? "both" : $0[0] } ?? "inbound"
    let encoding = format.encoding == .mulaw ? "audio/x-mulaw" : "audio/x-l16"
    let fields: [(String, WireText)] = [
      ("stream_id", .string(id)), ("call_uuid", .string(call.callID)),
      ("service_url", .string(directions.address ?? "")),
      ("bidirectional", .flag(!directions.isOneWay)), ("audio_track", .string(track)),
      ("content_type", .string("\(encoding);rate=\(format.rate.hertz)")),
      ("status", .string(isUp ? "started" : "stopped")), ("start_time", time(startedAt)),
      ("end_time", time(endedAt)), ("created_at", time(startedAt)),
      ("bill_duration", .number(seconds)),
      ("rounded_bill_duration", .number((seconds + 59) / 60 * 60)),
      ("billed_amount", .string("0.00000")), ("plivo_auth_id", .string(exchange.rules.name)),
      (
        "resource_uri",
        .string("/v1/Account/\(exchange.rules.name)/Call/\(call.callID)/Stream/\(id)/")
      ),
      ("status_callback_url", directions.status.map { .string($0.url) } ?? .null),
    ]
    return fields.map { WireText.Member(key: $0.0, value: $0.1) }
  }
}
