import AudioEngine
import Testing

@testable import CallSimulator

@Suite("ExotelPlatform") struct ExotelPlatformTests {
  private struct Sent {
    let atMs: Double
    let text: [UInt8]
    var json: [String: Any] { Wire.json(text) }
    var event: String { Wire.event(text) }
    var text8: String { String(decoding: text, as: UTF8.self) }
  }

  /// Everything that a silent bot is sent.
  private func transcript(
    _ script: CallerScript, dialect: ExotelDialect = ExotelDialect(),
    bot: ReactiveBot = .performing([])
  ) -> [Sent] {
    var options = ExotelPlatform.Options()
    options.dialect = dialect
    var sent: [Sent] = []
    var call = Simulation(platform: ExotelPlatform(script: script, options: options), bot: bot)
    call.observe = { now, arrival in
      if case .atBot(.send(let text)) = arrival {
        sent.append(Sent(atMs: Double(now.nanoseconds) / 1e6, text: text))
      }
    }
    call.run()
    return sent
  }

  @Test("says connected, start, media in real time, stop")
  func order() throws {
    let script = try Sounds.script(seconds: 0.25)
    let sent = transcript(script)
    #expect(sent.map(\.event) == ["connected", "start", "media", "media", "media", "stop"])
    #expect(sent.map(\.atMs) == [0, 0, 100, 200, 250, 2_250])
    #expect(sent.map { Wire.payload($0.text).count } == [0, 0, 1_600, 1_600, 800, 0])
    let isComplete = sent.map { Wire.payload($0.text) }.joined().elementsEqual(script.audio)
    #expect(isComplete)
    #expect(
      sent.map { $0.json["sequence_number"] as? String } == [nil, "1", "2", "3", "4", "5"])
    #expect(
      sent.map { ($0.json["media"] as? [String: Any])?["timestamp"] as? String }
        == [nil, nil, "100", "200", "250", nil])
    #expect(
      sent.map { ($0.json["media"] as? [String: Any])?["chunk"] as? String }
        == [nil, nil, "1", "2", "3", nil])
  }

  @Test("splits samples between messages on request")
  func oddMessages() throws {
    var script = try Sounds.script(seconds: 0.1)
    script.messageBytes = 321
    let payloads = transcript(script).map { Wire.payload($0.text) }.filter { !$0.isEmpty }
    #expect(payloads.map(\.count) == [321, 321, 321, 321, 316])
    #expect(Array(payloads.joined()) == script.audio)
  }

  @Test("speaks faster on request, and presses keys")
  func speedAndKeys() throws {
    var script = try Sounds.script(seconds: 0.4)
    script.speed = 4
    script.tail = .milliseconds(500)
    script.keys = [
      .init(at: .milliseconds(60), digit: "5"), .init(at: .milliseconds(300), digit: "#"),
    ]
    let sent = transcript(script)
    #expect(
      sent.dropFirst(2).map(\.event) == [
        "media", "media", "dtmf", "media", "media", "dtmf", "stop",
      ])
    #expect(sent.dropFirst(2).map(\.atMs) == [25, 50, 60, 75, 100, 300, 600])
    #expect((sent[4].json["dtmf"] as? [String: String])?["digit"] == "5")
  }

  @Test("hangs up when it has heard nothing for the tail, at the latest when out of patience")
  func hangUp() throws {
    var script = try Sounds.script(seconds: 0.2)
    script.tail = .seconds(1)
    let speech = Wire.media(Sounds.bytes(48_000))
    #expect(transcript(script, bot: .performing([(.zero, speech)])).last?.atMs == 4_000)
    let silence = Wire.media(Sounds.bytes(48_000, 0))
    #expect(transcript(script, bot: .performing([(.zero, silence)])).last?.atMs == 1_200)
    script.patience = .milliseconds(1_800)
    #expect(transcript(script, bot: .performing([(.zero, speech)])).last?.atMs == 2_000)
  }

  @Test("echoes marks when their audio has been heard")
  func marks() throws {
    let bot = ReactiveBot.performing([
      (.zero, Wire.mark("begin")), (.zero, Wire.media(Sounds.bytes(3_200))),
      (.zero, Wire.mark("end")),
    ])
    let echoes = transcript(try Sounds.script(seconds: 0.1), bot: bot).filter { $0.event == "mark" }
    #expect(echoes.map(\.atMs) == [0, 200])
    #expect(echoes.map { ($0.json["mark"] as? [String: String])?["name"] } == ["begin", "end"])
  }

  @Test("takes an echo byte for byte at every rate", arguments: SampleRate.telephony)
  func echo(rate: SampleRate) throws {
    let script = try Sounds.script(seconds: 1.23, rate: rate)
    var options = ExotelPlatform.Options()
    options.rules.expectsEcho = true
    var call = Simulation(
      platform: ExotelPlatform(script: script, options: options), bot: EchoBot())
    let report = call.run()
    #expect(report.problems == [])
    #expect(report.echo?.isExact == true)
    #expect(report.echo?.matchedBytes == script.audio.count)
    let heard = call.platform.heard(at: call.now).samples
    let lead = heard.firstIndex { $0 != 0 } ?? 0
    let said = Sounds.tone(seconds: 1.23, rate: rate).samples
    // Compared apart: a failed expectation would print every sample.
    let isComplete = heard.dropFirst(lead).starts(with: said)
    #expect(isComplete)
    #expect(heard.dropFirst(lead + said.count).allSatisfy { $0 == 0 })
  }

  @Test("notices one wrong byte, a lost tail and a gap in an echo")
  func wrongEcho() throws {
    var options = ExotelPlatform.Options()
    options.rules.expectsEcho = true
    for fault in EchoBot.Fault.allCases {
      let platform = ExotelPlatform(script: try Sounds.script(seconds: 1.23), options: options)
      var call = Simulation(platform: platform, bot: EchoBot(fault: fault))
      let report = call.run()
      #expect(report.problemCounts == (fault == .late ? ["gap": 1] : ["echo": 1]), "\(fault)")
    }
  }

  @Test("speaks every dialect in JSON that can be read", arguments: ExotelDialect.named.map(\.name))
  func dialects(name: String) throws {
    let dialect = try #require(ExotelDialect.named.first { $0.name == name }?.dialect)
    var script = try Sounds.script(seconds: 0.25)
    script.keys = [.init(at: .milliseconds(120), digit: "*")]
    let sent = transcript(script, dialect: dialect)
    #expect(sent.allSatisfy { !$0.json.isEmpty })
    let isComplete = sent.map { Wire.payload($0.text) }.joined().elementsEqual(script.audio)
    #expect(isComplete)
    let start = try #require(sent.first { $0.event == "start" })
    #expect(start.text8.contains(Wire.sid))
    #expect(["stop", "closed"].contains(sent.last?.event))
  }

  @Test("spells each oddity as it was seen")
  func spellings() throws {
    let script = try Sounds.script(seconds: 0.25)
    func text(_ dialect: ExotelDialect) -> String {
      transcript(script, dialect: dialect).map(\.text8).joined(separator: "\n")
    }
    #expect(text(.numeric).contains(#""sequence_number": 2"#))
    #expect(text(.numeric).contains(#""sample_rate": 8000"#))
    #expect(text(.camelCase).contains(#""mediaFormat":{"encoding":"linear16","sampleRate":"8kHz""#))
    #expect(text(.camelCase).contains(#""customParameters":"{\"ref\":\"c-8817\","#))
    #expect(
      text(.observed).contains(#""encoding":"base64","sample_rate":"8000","bit_rate":"128kbps""#))
    #expect(!text(.observed).contains("custom_parameters"))
    #expect(text(.sparse).hasPrefix(#"{"event":"start","stream_sid":""#))
    #expect(text(.sparse).hasSuffix(#"{"event":"stop"}"#))
    #expect(text(.odd).contains(#"\/"#))
    #expect(text(.odd).contains(#""Payload": ""#))
    #expect(text(.odd).hasSuffix(#""Event": "closed"}"#))
  }
}

/// A correct echo with a lead of one chunk, or one with a single fault.
private struct EchoBot: SimulatedBot {
  enum Fault: CaseIterable { case wrongByte, lostTail, late }

  var fault: Fault?
  private var queue: [UInt8] = []
  private var nextSend: MonotonicTime?
  private var lastArrival = MonotonicTime.zero
  private var sent = 0
  private var isEnding = false
  private let chunk = 4_800

  init(fault: Fault? = nil) {
    self.fault = fault
  }

  mutating func received(_ event: BotEvent, at now: MonotonicTime) {
    guard case .text(let text) = event else { return }
    if Wire.event(text) == "stop" { isEnding = true }
    guard Wire.event(text) == "media" else { return }
    queue += Wire.payload(text)
    lastArrival = now
    if sent == 0 { nextSend = now + .milliseconds(300) }
  }

  var nextDeadline: MonotonicTime? { isEnding ? .zero : nextSend }

  mutating func poll(at now: MonotonicTime) -> BotAction? {
    if isEnding {
      isEnding = false
      nextSend = nil
      return .close(code: 1000)
    }
    guard let due = nextSend, due <= now else { return nil }
    let isTail = now - lastArrival > .milliseconds(200)
    guard queue.count >= chunk || (isTail && !queue.isEmpty) else {
      nextSend = isTail ? nil : now + .milliseconds(20)
      return nil
    }
    var payload = Array(queue.prefix(chunk))
    queue.removeFirst(payload.count)
    if payload.count < chunk {
      if fault == .lostTail {
        nextSend = nil
        return nil
      }
      payload += Sounds.bytes(chunk - payload.count, 0)
    }
    if fault == .wrongByte, sent == 2 { payload[77] ^= 1 }
    sent += 1
    let pause: Duration = fault == .late && sent == 2 ? .milliseconds(900) : .milliseconds(20)
    nextSend = now + pause
    return Wire.media(payload)
  }
}
