import AudioEngine
import BotTransport
import Foundation
import Telephony

@testable import CallSimulator

// A platform that nobody in Sources knows: a folder and, in its test, a line for each registry.

extension Platform { static let tinPhone = Platform(name: "tinphone") }

/// mu-law in slices of 20 ms, in words of its own: `begin`, `media`, `played`, `end`; `speak`, `note`, `hush`.
struct TinPhoneCodec: WireCodec {
  private var string = "\"\""
  var platform: Platform { .tinPhone }

  func decode(_ message: RawSpan) -> InboundEvent {
    if let media = QuickMedia.read(message) { return .media(media) }
    if let echo = QuickEcho.read(message, event: "played") { return .mark(echo) }
    guard let tree = try? JSONValue(message) else { return .malformed(.notJSON) }
    switch tree["event"]?.text {
    case "begin":
      return .start(StreamStart(streamSID: tree["string"]?.text, callSID: tree["string"]?.text))
    case "end": return .stop(StreamStop(reason: .callEnded))
    default: return .malformed(.missingEvent)
    }
  }

  func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat? {
    WireFormat(.mulaw, .hz8000)
  }
  func direction(for start: StreamStart, query: URLQuery) -> StreamDirection { .bidirectional }
  func playbackPolicy(for format: WireFormat, lead: LeadPolicy?) -> PlaybackPolicy {
    let chunk = ChunkPolicy(
      minimumBytes: 160, maximumBytes: 1_600, multipleBytes: 160, preferredBytes: 320)
    return PlaybackPolicy(
      chunk: chunk, lead: lead ?? .fixed(.milliseconds(200)), prime: .milliseconds(240))
  }
  mutating func streamStarted(_ start: StreamStart, format: WireFormat) {
    string = JSONText.quoted(start.streamSID ?? "")
  }
  mutating func beginMedia(into message: inout MessageBuffer) {
    message.append(utf8: "{\"event\":\"speak\",\"string\":\(string),\"sound\":\"")
  }
  mutating func endMedia(into message: inout MessageBuffer) { message.append("\"}") }
  func encodeMark(_ name: String, into message: inout MessageBuffer) {
    message.append(utf8: "{\"event\":\"note\",\"name\":\(JSONText.quoted(name))}")
  }
  func encodeClear(into message: inout MessageBuffer) { message.append("{\"event\":\"hush\"}") }
}

extension PlatformRegistry.Entry {
  static let tinPhone = Self(
    platform: .tinPhone, pathPrefix: "/tinphone", diagnoser: GeneralDiagnoser(name: "Tin Phone"),
    recognise: { (try? JSONValue($0))?["event"]?.text == "begin" ? .certain : .no },
    makeCodec: { TinPhoneCodec() })
}

extension PlatformService {
  /// A gate that wants the right knot, where there is a secret, and an endpoint.
  static let tinPhone = PlatformService(
    .tinPhone, paths: ["/tinphone/answer"], secretName: "knot"
  ) { terms, configuration in
    configuration.routes.add("/tinphone/answer") { _ in HTTPResponse(status: 200, body: "tied\n") }
    guard !terms.signingSecrets.isEmpty else { return }
    configuration.guardUpgrades(of: .tinPhone) { request in
      terms.signingSecrets.contains(request.headers["x-knot"] ?? "")
        ? .admitted : .refused(status: 401)
    }
  }
}

extension SimulatedProvider {
  static let tinPhone = SimulatedProvider(
    name: "tinphone", dialects: ["documented"], encodings: [.mulaw],
    playout: { format, _ in
      PlayoutModel(
        name: "tinphone", policy: TinPhoneCodec().playbackPolicy(for: format),
        cadence: .milliseconds(20), marksAtClear: .dropped)
    }
  ) { script, choices in TinPhonePlatform(script, choices) }
}

/// The far side: it says what the caller says, plays, and hangs up.
struct TinPhonePlatform: SimulatedPlatform {
  private enum Phase { case idle, beginning, talking, ending, over }

  private let script: CallerScript
  private let knot: String?
  private var ledger: CallLedger
  private var schedule: CallerSchedule?
  private var phase = Phase.idle

  init(_ script: CallerScript, _ choices: CallChoices) {
    var script = script
    script.cadence = .milliseconds(20)
    self.script = script
    knot = choices.signingToken
    var rules = JudgeRules(
      minimumBytes: 160, maximumBytes: 1_600, multipleBytes: 160, longestLead: .seconds(2))
    rules.expectsEcho = choices.expectsEcho
    rules.platformCloses = true
    ledger = CallLedger(rules: rules, format: script.format, provider: "tinphone")
  }

  func handshake(for url: String) -> Handshake {
    Handshake(headers: knot.map { [("x-knot", $0)] } ?? [])
  }
  mutating func opened(at now: MonotonicTime) {
    phase = .beginning
    ledger.opened(at: now)
  }

  mutating func received(_ message: BotMessage, at now: MonotonicTime) {
    guard case .text(let text) = message, ledger.admitsMessage(at: now) else { return }
    let words = Wire.json(text)
    switch words["event"] as? String {
    case "speak":
      ledger.received(payload: BotText.base64(words["sound"] as? String ?? "") ?? [], at: now)
    case "note": ledger.received(mark: words["name"] as? String ?? "", at: now)
    case "hush": _ = ledger.receivedClear(at: now)
    default: ledger.note(.unknownEvent, "an unknown event")
    }
  }

  var nextDeadline: MonotonicTime? {
    switch phase {
    case .idle, .over: nil
    case .beginning, .ending: .zero
    case .talking:
      [schedule?.due(hearing: ledger.line), ledger.line?.nextMark]
        .compactMap(\.self).min()
    }
  }

  mutating func poll(at now: MonotonicTime) -> PlatformAction? {
    switch phase {
    case .idle, .over: return nil
    case .beginning:
      phase = .talking
      schedule = CallerSchedule(script, start: now)
      ledger.started(line: PlayoutLine(format: script.format, origin: now))
      return .send(Array(#"{"event":"begin","string":"tin-4711"}"#.utf8))
    case .ending:
      phase = .over
      return .close(code: 1000)
    case .talking:
      if let name = ledger.line?.takeMark(at: now) {
        ledger.echoedMark()
        return .send(Array(#"{"event":"played","name":"\#(name)"}"#.utf8))
      }
      switch schedule?.take(at: now, hearing: ledger.line) {
      case .speak(let audio, let chunk, _):
        ledger.spoke(audio, at: now)
        let sound = Data(audio).base64EncodedString()
        return .send(
          Array(#"{"event":"media","media":{"chunk":\#(chunk),"payload":"\#(sound)"}}"#.utf8))
      case .press, nil: return nil
      case .hangUp:
        ledger.stopped(at: now)
        phase = .ending
        return .send(Array(#"{"event":"end"}"#.utf8))
      }
    }
  }

  mutating func closed(code: Int, by side: CallReport.Side, at now: MonotonicTime) {
    phase = .over
    ledger.closed(code: code, by: side, at: now)
  }
  mutating func failed(_ sentence: String, at now: MonotonicTime) {
    phase = .over
    ledger.note(.connection, sentence)
  }
  var isOver: Bool { phase == .over }
  func progress(at now: MonotonicTime) -> CallProgress { ledger.progress(at: now) }
  var said: WaveFile { ledger.said(by: schedule) }
  func report(at now: MonotonicTime) -> CallReport {
    ledger.finished(schedule, at: now)
  }
  func heard(at now: MonotonicTime) -> WaveFile {
    ledger.line?.heard(until: now) ?? WaveFile(rate: script.format.rate, samples: [])
  }
}
