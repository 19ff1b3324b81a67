import AudioEngine
import Foundation
import Testing

@testable import CallSimulator

/// Sidetone's own session against the simulated Plivo, under the virtual clock.
@Suite("PlivoPlatform") struct PlivoPlatformTests {
  static let formats = [
    WireFormat(.mulaw, .hz8000), WireFormat(.linear16, .hz8000), WireFormat(.linear16, .hz16000),
    WireFormat(.linear16, .hz24000),
  ]

  static func script(
    seconds: Double, _ format: WireFormat = WireFormat(.mulaw, .hz8000)
  ) throws -> CallerScript {
    let sound = Sounds.tone(seconds: seconds, rate: format.rate)
    guard var script = CallerScript(saying: sound, as: format.encoding) else {
      throw WaveFileError.unsupportedRate(hertz: format.rate.hertz)
    }
    script.cadence = .milliseconds(20)
    return script
  }

  private func echo(
    _ script: CallerScript, dialect: PlivoDialect = PlivoDialect(),
    link: SimulatedLink = SimulatedLink(), path: String = "/"
  ) -> CallReport {
    var options = PlivoPlatform.Options()
    options.dialect = dialect
    options.expectsEcho = true
    var call = Simulation(
      platform: PlivoPlatform(script: script, options: options),
      bot: SessionBot.echo(path: path), link: link)
    return call.run()
  }

  @Test("echoes byte for byte in every format, whatever the length", arguments: formats)
  func echoes(format: WireFormat) throws {
    for seconds in [0.02, 0.1, 0.333, 1, 1.2345, 2.01] {
      let report = echo(try Self.script(seconds: seconds, format))
      #expect(report.problems == [], "\(seconds) s as \(format)")
      #expect(report.remarks == [])
      #expect(report.echo?.isExact == true)
      #expect(report.closeCode == 1000 && report.closedBy == .platform)
    }
  }

  @Test("Sidetone understands every dialect", arguments: PlivoDialect.named.map(\.name), formats)
  func dialects(name: String, format: WireFormat) throws {
    let dialect = try #require(PlivoDialect.named.first { $0.name == name }?.dialect)
    let report = echo(try Self.script(seconds: 1.2, format), dialect: dialect)
    #expect(report.echo?.isExact == true, "\(report.problems)")
    #expect(report.marks == report.marksEchoed)
  }

  @Test("holds under jitter and a far platform", arguments: 0..<20)
  func jitter(seed: Int) throws {
    let link = SimulatedLink { _, index in .milliseconds(80 + (index * (7_919 + seed)) % 37) }
    let report = echo(try Self.script(seconds: 3), link: link, path: "/plivo")
    #expect(report.problems == [])
  }

  /// What a bot that does these things after `start` is sent, and the report.
  private func run(
    _ reactions: [ReactiveBot.Reaction], dialect: PlivoDialect = PlivoDialect(),
    seconds: Double = 0.5
  ) throws -> (sent: [(ms: Int, text: [UInt8])], report: CallReport) {
    var options = PlivoPlatform.Options()
    options.dialect = dialect
    let platform = PlivoPlatform(script: try Self.script(seconds: seconds), options: options)
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

  @Test("says start and media in real time, and closes without a word")
  func order() throws {
    let (sent, report) = try run([], seconds: 0.05)
    #expect(sent.map { Wire.event($0.text) } == ["start", "media", "media", "media"])
    #expect(sent.map(\.ms) == [0, 20, 40, 50])
    let start = try #require(Wire.json(sent[0].text)["start"] as? [String: Any])
    #expect(start["streamId"] as? String == PlivoWire.stream)
    #expect(sent.map { Wire.json($0.text)["sequenceNumber"] as? Int } == [1, 2, 3, 4])
    let media = sent.compactMap { Wire.json($0.text)["media"] as? [String: Any] }
    #expect(media.map { $0["chunk"] as? Int } == [1, 2, 3])
    #expect(media.map { $0["timestamp"] as? String }.first == "1767225600020")
    #expect(report.verdict == .pass && report.stopped && report.closedBy == .platform)
  }

  @Test("echoes a checkpoint when all before it was played, at once on an empty queue")
  func checkpoints() throws {
    let (sent, report) = try run([
      (.zero, PlivoWire.checkpoint("empty")), (.zero, PlivoWire.play(800)),
      (.zero, PlivoWire.checkpoint("half")), (.zero, PlivoWire.play(800)),
      (.zero, PlivoWire.checkpoint("all")),
    ])
    let played = sent.filter { Wire.event($0.text) == "playedStream" }
    #expect(played.map { Wire.json($0.text)["name"] as? String } == ["empty", "half", "all"])
    #expect(played.map(\.ms) == [0, 100, 200])
    #expect(report.marksEchoed == 3 && report.problems == [])
  }

  @Test("a clear drops audio and its checkpoints, and is acknowledged")
  func clears() throws {
    let (sent, report) = try run([
      (.zero, PlivoWire.play(8_000)), (.zero, PlivoWire.checkpoint("never")),
      (.milliseconds(300), PlivoWire.clear),
    ])
    #expect(sent.filter { Wire.event($0.text) == "clearedAudio" }.map(\.ms) == [300])
    #expect(!sent.contains { Wire.event($0.text) == "playedStream" })
    #expect(report.clearedMs == 700 && report.clears == 1 && report.marksEchoed == 0)
  }

  @Test(
    "plays nothing that is labelled with another format",
    arguments: [
      #"{"contentType":"audio/x-l16","sampleRate":8000,"payload":"AAAA"}"#,
      #"{"contentType":"audio/x-mulaw","sampleRate":16000,"payload":"AAAA"}"#,
      #"{"contentType":"audio/x-mulaw;rate=8000","sampleRate":8000,"payload":"AAAA"}"#,
      #"{"sampleRate":8000,"payload":"AAAA"}"#,
      #"{"contentType":"audio/x-mulaw","payload":"AAAA"}"#,
    ])
  func wrongFormat(media: String) throws {
    let (_, report) = try run([(.zero, Wire.text(#"{"event":"playAudio","media":\#(media)}"#))])
    #expect(report.problemCounts == ["wrongFormat": 1])
    #expect(report.receivedBytes == 0)
  }

  @Test(
    "names what is wrong",
    arguments: [
      (#"{"event":"media","media":{"payload":"AAAA"}}"#, "unknownEvent"),
      (#"{"event":"playAudio"}"#, "invalidMessage"), (#"{"event":"checkpoint"}"#, "invalidMessage"),
      (#"{"event":"checkpoint","streamId":"other","name":"x"}"#, "wrongStream"),
      (#"{"event":"sendDTMF","dtmf":"1w"}"#, "invalidMessage"), ("nonsense", "invalidMessage"),
      (
        #"{"event":"playAudio","media":{"contentType":"audio/x-mulaw","sampleRate":8000,"payload":"A="}}"#,
        "invalidBase64"
      ),
    ])
  func problems(text: String, expected: String) throws {
    let (_, report) = try run([(.zero, Wire.text(text))])
    #expect(report.problemCounts == [expected: 1])
  }

  @Test("drops what is sent more than 40 s ahead, takes large messages up to 64 KB")
  func overflow() throws {
    let (_, fits) = try run((0..<9).map { _ in (.zero, PlivoWire.play(36_000)) })
    #expect(fits.problemCounts == ["lead": 1])
    let (_, large) = try run([(.zero, PlivoWire.play(49_100))])
    #expect(large.problemCounts["illegalSize"] == 1)
    let (_, half) = try run([(.zero, PlivoWire.play(12_289))])
    #expect(half.problems == [] && half.remarks.count == 1)
  }
}

/// What a bot writes to Plivo, spelt by hand.
enum PlivoWire {
  static let stream = "b2c7a5f0-31c4-4d59-9b1e-0d5a8e7f6a21"

  static func play(_ count: Int) -> BotAction {
    let payload = Data(Sounds.bytes(count)).base64EncodedString()
    return Wire.text(
      #"{"event":"playAudio","media":{"contentType":"audio/x-mulaw","sampleRate":8000,"payload":"\#(payload)"}}"#
    )
  }

  static func checkpoint(_ name: String) -> BotAction {
    Wire.text(#"{"event":"checkpoint","streamId":"\#(stream)","name":"\#(name)"}"#)
  }

  static let clear = Wire.text(#"{"event":"clearAudio","streamId":"\#(stream)"}"#)
}
