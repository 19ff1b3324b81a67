import AudioEngine
import Foundation
import Testing

@testable import CallSimulator

/// Sidetone's own session against the simulated Twilio, under the virtual clock.
@Suite("TwilioPlatform") struct TwilioPlatformTests {
  static func script(seconds: Double) throws -> CallerScript {
    let sound = Sounds.tone(seconds: seconds, rate: .hz8000)
    guard var script = CallerScript(saying: sound, as: .mulaw) else {
      throw WaveFileError.unsupportedRate(hertz: 8_000)
    }
    script.cadence = .milliseconds(20)
    return script
  }

  private func echo(
    seconds: Double, dialect: TwilioDialect = TwilioDialect(),
    link: SimulatedLink = SimulatedLink(), path: String = "/"
  ) throws -> CallReport {
    var options = TwilioPlatform.Options()
    options.dialect = dialect
    options.expectsEcho = true
    let platform = TwilioPlatform(script: try Self.script(seconds: seconds), options: options)
    var call = Simulation(platform: platform, bot: SessionBot.echo(path: path), link: link)
    return call.run()
  }

  @Test("echoes byte for byte, whatever the length, whether or not the path says who calls")
  func echoes() throws {
    for seconds in [0.02, 0.1, 0.333, 1, 1.2345, 2.01] {
      for path in ["/", "/twilio"] {
        let report = try echo(seconds: seconds, path: path)
        #expect(report.problems == [], "\(seconds) s at \(path)")
        #expect(report.remarks == [])
        #expect(report.echo?.isExact == true && report.marks == report.marksEchoed)
        #expect(report.closeCode == 1000 && report.closedBy == .platform)
      }
    }
  }

  @Test("Sidetone understands every dialect", arguments: TwilioDialect.named.map(\.name))
  func dialects(name: String) throws {
    let dialect = try #require(TwilioDialect.named.first { $0.name == name }?.dialect)
    let report = try echo(seconds: 1.2, dialect: dialect, path: "/twilio")
    // A bot that was never told the stream's sid still learns it from `start`.
    #expect(report.echo?.isExact == true, "\(report.problems)")
    #expect(report.marks == report.marksEchoed)
  }

  @Test("holds under jitter and a far platform", arguments: 0..<20)
  func jitter(seed: Int) throws {
    let link = SimulatedLink { _, index in .milliseconds(80 + (index * (7_919 + seed)) % 37) }
    #expect(try echo(seconds: 3, link: link, path: "/twilio").problems == [])
  }

  /// What a bot that does these things after `start` is sent, and the report.
  private func run(
    _ reactions: [ReactiveBot.Reaction], seconds: Double = 0.5
  ) throws -> (sent: [(ms: Int, text: [UInt8])], report: CallReport) {
    let platform = TwilioPlatform(script: try Self.script(seconds: seconds))
    var sent: [(ms: Int, text: [UInt8])] = []
    var call = Simulation(platform: platform, bot: ReactiveBot.performing(reactions))
    call.observe = { now, arrival in
      if case .atBot(.send(let text)) = arrival {
        sent.append((Int(now.nanoseconds / 1_000_000), text))
      }
    }
    let report = call.run()
    return (sent, report)
  }

  @Test("greets, starts, speaks in real time, stops and closes, numbers as strings")
  func order() throws {
    let (sent, report) = try run([], seconds: 0.05)
    #expect(
      sent.map { Wire.event($0.text) } == [
        "connected", "start", "media", "media", "media", "stop",
      ])
    #expect(sent.map(\.ms).prefix(5) == [0, 0, 20, 40, 50])
    let start = try #require(Wire.json(sent[1].text)["start"] as? [String: Any])
    #expect(start["streamSid"] as? String == TwilioWire.stream)
    #expect((start["customParameters"] as? [String: String])?["from"] == "+919800000001")
    #expect(
      sent.map { Wire.json($0.text)["sequenceNumber"] as? String } == [
        nil, "1", "2", "3", "4", "5",
      ])
    let media = sent.compactMap { Wire.json($0.text)["media"] as? [String: Any] }
    #expect(media.map { $0["chunk"] as? String } == ["1", "2", "3"])
    #expect(media.map { $0["timestamp"] as? String }.first == "20")
    #expect(report.verdict == .pass && report.stopped && report.closedBy == .platform)
  }

  @Test("gives a mark back when all before it was played, at once on an empty queue")
  func marks() throws {
    let (sent, report) = try run([
      (.zero, TwilioWire.mark("empty")), (.zero, TwilioWire.media(800)),
      (.zero, TwilioWire.mark("half")), (.zero, TwilioWire.media(800)),
      (.zero, TwilioWire.mark("all")),
    ])
    let marks = sent.filter { Wire.event($0.text) == "mark" }
    #expect(marks.map { TwilioWire.name($0.text) } == ["empty", "half", "all"])
    #expect(marks.map(\.ms) == [0, 100, 200])
    #expect(report.marksEchoed == 3 && report.problems == [])
  }

  @Test("a clear drops audio, and gives every mark back at once, in order")
  func clears() throws {
    let (sent, report) = try run([
      (.zero, TwilioWire.media(4_000)), (.zero, TwilioWire.mark("one")),
      (.zero, TwilioWire.media(4_000)), (.zero, TwilioWire.mark("two")),
      (.milliseconds(300), TwilioWire.clear), (.milliseconds(300), TwilioWire.mark("sentinel")),
    ])
    let marks = sent.filter { Wire.event($0.text) == "mark" }
    #expect(marks.map { TwilioWire.name($0.text) } == ["one", "two", "sentinel"])
    #expect(marks.map(\.ms) == [300, 300, 300])
    #expect(report.clearedMs == 700 && report.clears == 1 && report.marksEchoed == 3)
  }

  @Test(
    "names what is wrong, and lets what Twilio ignores have no effect",
    arguments: [
      (#"{"event":"playAudio","streamSid":"SID"}"#, "unknownEvent"),
      (#"{"event":"media","streamSid":"SID"}"#, "invalidMessage"),
      (#"{"event":"media","streamSid":"SID","media":{"payload":"A="}}"#, "invalidBase64"),
      (#"{"event":"media","media":{"payload":"////"}}"#, "wrongStream"),
      (#"{"event":"media","streamSid":"MZ0","media":{"payload":"////"}}"#, "wrongStream"),
      (#"{"event":"media","streamSid":7,"media":{"payload":"////"}}"#, "wrongStream"),
      (#"{"event":"mark","streamSid":"SID"}"#, "invalidMessage"),
      (#"{"event":"mark","streamSid":"SID","mark":{"name":1}}"#, "invalidMessage"),
      (#"{"streamSid":"SID"}"#, "invalidMessage"), ("nonsense", "invalidMessage"),
    ])
  func problems(text: String, expected: String) throws {
    let spelt = text.replacing("SID", with: TwilioWire.stream)
    let (_, report) = try run([(.zero, Wire.text(spelt))])
    #expect(report.problemCounts == [expected: 1])
    #expect(report.receivedBytes == 0 && report.marks == 0)
  }

  @Test("takes any size and ten minutes of it, and drops what is beyond")
  func sizes() throws {
    let (_, odd) = try run([(.zero, TwilioWire.media(161))])
    #expect(odd.problems == [] && odd.remarks.count == 1)
    let (_, whole) = try run([(.zero, TwilioWire.media(480_000))])
    #expect(whole.problems == [] && whole.remarks == [])
    let (_, over) = try run((0..<11).map { _ in (.zero, TwilioWire.media(480_000)) })
    #expect(over.problemCounts == ["lead": 1])
  }

  @Test("a file's header inside the audio is named")
  func header() throws {
    let file =
      Array("RIFF".utf8) + [0x94, 0x10, 0x10, 0x10] + Array("WAVE".utf8) + Sounds.bytes(148, 0xF0)
    let (_, report) = try run([(.zero, TwilioWire.media(bytes: file))])
    #expect(report.problemCounts == ["wrongFormat": 1])
  }

  @Test("a simulated provider signs what a server can check")
  func signs() throws {
    var options = TwilioPlatform.Options()
    options.signingToken = "12345678901234567890123456789012"
    let platform = TwilioPlatform(script: try Self.script(seconds: 0.1), options: options)
    let handshake = platform.handshake(for: "wss://voice.example.com/twilio")
    #expect(handshake.headers.map(\.value) == ["YuW7ZNDezumiKHOLO6sRVeUPptE="])
    #expect(TwilioPlatform(script: platform.script).handshake(for: "wss://h/").headers.isEmpty)
  }
}

/// What a bot writes to Twilio, spelt by hand.
enum TwilioWire {
  static let stream = "MZ18ad3ab5a668481ce02b83e7395059f0"

  static func media(_ count: Int) -> BotAction { media(bytes: Array(Sounds.bytes(count))) }

  static func media(bytes: [UInt8]) -> BotAction {
    let payload = Data(bytes).base64EncodedString()
    return Wire.text(
      #"{"event":"media","streamSid":"\#(stream)","media":{"payload":"\#(payload)"}}"#)
  }

  static func mark(_ name: String) -> BotAction {
    Wire.text(#"{"event":"mark","streamSid":"\#(stream)","mark":{"name":"\#(name)"}}"#)
  }

  static let clear = Wire.text(#"{"event":"clear","streamSid":"\#(stream)"}"#)

  static func name(_ text: [UInt8]) -> String? {
    (Wire.json(text)["mark"] as? [String: Any])?["name"] as? String
  }
}
