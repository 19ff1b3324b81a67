import AudioEngine
import Foundation
import TestSupport
import Testing

/// `sidetone proxy` between the simulated caller and bots of other people's libraries.
@Suite("sidetone proxy", .timeLimit(.minutes(5))) struct ProxyCommandTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A bot's process, and the port that it listens on.
  private struct Bot {
    let process: Subprocess
    let port: Int

    init(_ kind: String, port: Int = 0, _ more: String...) async throws {
      let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Peers/proxied_bots.py").path
      process = try Subprocess("/usr/bin/python3", [script, kind, String(port)] + more)
      self.port = try #require(Int(try await process.firstLine()))
    }

    /// Ends it, and gives back what it has said.
    func lines() async throws -> [String] {
      process.signal(SIGTERM)
      return try await process.end().output.split(separator: "\n").map(String.init)
    }
  }

  /// A proxy's process and its address.
  private struct Proxy {
    let process: RunningSidetone
    let url: String

    init(_ port: Int, _ options: [String] = []) async throws {
      process = try RunningSidetone(
        ["proxy", "--bot", "ws://127.0.0.1:\(port)/media", "--port", "0", "--max-lateness", "0"]
          + ["--log-format", "text"] + options)
      let line = try await process.firstLine()
      url = String(try #require(line.wholeMatch(of: /listening on (ws:.*)/)?.output.1))
    }

    /// Ends it, and gives back its log.
    func log() async throws -> String {
      process.interrupt()
      let ended = try await process.end()
      #expect(ended.status == 0, "\(ended.errors)")
      return ended.errors
    }
  }

  /// Silence, then a voice, then silence.
  private func voice(_ rate: SampleRate, silent: Int, loud: Int, then: Int = 0) throws -> String {
    let samples = (0..<(rate.hertz * (silent + loud + then) / 1_000)).map { index -> Int16 in
      let time = index * 1_000 / rate.hertz
      guard time >= silent, time < silent + loud else { return 0 }
      return index * 200 / rate.hertz % 2 == 0 ? 9_000 : -9_000
    }
    return try scratch.write(
      WaveFile(rate: rate, samples: samples).encoded(), to: "\(rate.hertz)-\(silent)-\(loud).wav")
  }

  private func call(
    _ url: String, _ audio: String, _ words: [String], tail: String = "2"
  ) async throws -> [String: Any] {
    let report = scratch.file("report-\(UUID()).json")
    let call = try await Sidetone(
      ["call", url, "--audio", audio, "--tail", tail, "--report", report.path] + words,
      within: .seconds(60))
    #expect(call.errors.isEmpty)
    return try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any] ?? [:]
  }

  @Test(
    "a bot with marks and truncation is right on every platform",
    arguments: [("exotel", 8_000), ("exotel", 16_000), ("plivo", 8_000), ("twilio", 8_000)])
  func talks(platform: String, hertz: Int) async throws {
    let bot = try await Bot("talks")
    let proxy = try await Proxy(bot.port)
    let rate = try #require(SampleRate(hertz: hertz))
    let report = try await call(
      "\(proxy.url)/\(platform)", try voice(rate, silent: 2_500, loud: 1_000),
      ["--provider", platform])
    #expect(report["illegalChunks"] as? Int == 0, "\(report)")
    #expect(report["staleBytes"] as? Int == 0)
    #expect(report["clears"] as? Int == 1)
    let log = try await proxy.log()
    #expect(!log.contains("bot fault"), "\(log)")
    let lines = try await bot.lines()
    #expect(lines.contains { $0.hasPrefix("truncate") }, "\(lines)")
    #expect(lines.contains("stop") && lines.contains { $0.hasPrefix("end 1000") }, "\(lines)")
    // Each delta's mark came back: of what was heard, and of what was cleared.
    let start = try #require(lines.first { $0.hasPrefix("start ") })
    #expect(start.contains("\"encoding\": \"audio/x-mulaw\""))
    for prefix in ["AC", "CA", "MZ"] {
      #expect(start.firstRange(of: try Regex("\"\(prefix)[0-9a-f]{32}\"")) != nil, "\(start)")
    }
  }

  @Test(
    "whatever a bot sends, the platform gets legal chunks; what is wrong has a name", .inRealTime)
  func burstAndGarbage() async throws {
    for (kind, faults) in [
      ("burst", []), ("bytes", []),
      (
        "garbage",
        ["unreadable", "unknownEvent", "invalidBase64", "wrongStream", "binary", "header"]
      ),
    ] {
      let bot = try await Bot(kind)
      let proxy = try await Proxy(bot.port)
      let report = try await call(
        "\(proxy.url)/exotel", try voice(.hz8000, silent: 1_500, loud: 0), [])
      #expect(report["illegalChunks"] as? Int == 0, "\(kind)")
      #expect(report["receivedBytes"] as? Int ?? 0 > 0, "\(kind) \(report)")
      let log = try await proxy.log()
      for fault in faults { #expect(log.contains("kind=\"\(fault)\""), "\(fault): \(log)") }
      if faults.isEmpty { #expect(!log.contains("bot fault"), "\(kind): \(log)") }
      let lines = try await bot.lines()
      if kind == "bytes" { #expect(lines.contains("mark end"), "\(lines)") }
    }
  }

  @Test("what a bot says before it closes is heard; a refusal is told; strictness closes")
  func ends() async throws {
    let audio = try voice(.hz8000, silent: 6_000, loud: 0)
    var bot = try await Bot("goodbye")
    var proxy = try await Proxy(bot.port)
    var report = try await call("\(proxy.url)/exotel", audio, [])
    #expect(report["closeCode"] as? Int == 1000 && report["closedBy"] as? String == "bot")
    // Half a second of mu-law, twice as long in linear samples, and a tail.
    #expect(report["receivedBytes"] as? Int ?? 0 >= 16_000, "\(report)")
    _ = try await proxy.log()

    bot = try await Bot("refuses")
    proxy = try await Proxy(bot.port)
    report = try await call("\(proxy.url)/exotel", audio, [])
    #expect(report["closeCode"] as? Int == 1011)
    #expect(try await proxy.log().contains("closed with 1008: not this caller"))

    bot = try await Bot("garbage")
    proxy = try await Proxy(bot.port, ["--strict"])
    report = try await call("\(proxy.url)/exotel", audio, [])
    #expect(report["closeCode"] as? Int == 1011)
    #expect(try await bot.lines().contains { $0.hasPrefix("end 1008") })
    _ = try await proxy.log()
  }

  @Test("a bot that is started anew goes on with its call; one that stays away ends it")
  func redials() async throws {
    let audio = try voice(.hz8000, silent: 9_000, loud: 0)
    var bot = try await Bot("short")
    // Two levels and no other: nothing else on the line has many samples of them.
    let tone = (0..<8_000).map { Int16($0 / 10 % 2 == 0 ? 3_000 : -3_000) }
    let hold = try scratch.write(WaveFile(rate: .hz8000, samples: tone).encoded(), to: "hold.wav")
    let proxy = try await Proxy(bot.port, ["--redial", "4", "--hold", hold])
    let heard = scratch.file("heard.wav")
    async let report = call("\(proxy.url)/exotel", audio, ["--record", heard.path], tail: "12")
    try await Task.sleep(for: .seconds(3))
    bot.process.signal(SIGKILL)
    try await Task.sleep(for: .seconds(1))
    bot = try await Bot("short", port: bot.port)
    try await Task.sleep(for: .seconds(4))
    let lines = try await bot.lines()
    #expect(
      lines.contains { $0.hasPrefix("start") && $0.contains("\"resume\": \"1\"") }, "\(lines)")
    let ended = try await report
    #expect(ended["closeCode"] as? Int == 1011, "\(ended)")
    #expect(try await proxy.log().contains("bot is gone"))
    let sound = try WaveFile(bytes: Data(contentsOf: heard).span).samples
    #expect(sound.count { $0.magnitude == 3_000 } > 8_000, "the caller hears what he is held with")
  }

  @Test(
    "a bot that is replaced under its calls costs none of them, and talks to each again",
    .inRealTime)
  func deploys() async throws {
    let serve = [
      "serve", "--bot", "echo", "--max-lateness", "0", "--log-format", "text", "--port",
    ]
    var bot = try RunningSidetone(serve + ["0"])
    let line = try await bot.firstLine()
    let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    let proxy = try await Proxy(
      port, ["--redial", "20", "--bot-dialect", "plivo", "--record", scratch.file("calls").path])
    let figures = scratch.file("load.json")
    async let load = Sidetone(
      [
        "load", "\(proxy.url)/plivo", "--calls", "8", "--ramp", "1", "--duration", "12",
        "--json", figures.path,
      ], within: .seconds(100))
    try await Task.sleep(for: .seconds(4))
    // A proxy that is not optimised carries few; `scripts/soak-proxy` has fifty.
    bot.signal(SIGKILL)
    try await Task.sleep(for: .seconds(1))
    let replaced = bot
    bot = try RunningSidetone(serve + [String(port)])
    _ = try await bot.firstLine()
    _ = try await load
    let seen = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: figures)) as? [String: Any])
    #expect(seen["completed"] as? Int == 8, "\(seen)")
    #expect(seen["failures"] as? [String: Int] == [:], "\(seen)")
    #expect(seen["closeCodes"] as? [String: Int] == ["1000": 8], "\(seen)")
    bot.interrupt()
    let log = try await bot.end().errors
    #expect(
      log.components(separatedBy: "call started").count - 1 == 8, "each is dialled again, once")
    _ = try await proxy.log()
    withExtendedLifetime(replaced) {}
    // The option that serve has, too: a file for each call, the break in it.
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("calls").path)
    #expect(names.count(where: { $0.hasSuffix(".wav") }) == 8, "\(names)")
  }

  @Test("a bot hangs up as it would at its own platform, where it may")
  func hangsUp() async throws {
    // The API's port is the proxy's, which is to be known before the bot is.
    let port = try await Bot("short").port
    let audio = try voice(.hz8000, silent: 6_000, loud: 0)
    for (shown, status) in [("sesame", 1000), ("wrong", nil)] {
      let proxy = try await Proxy(port, ["--bot-twilio-token", "sesame"])
      let api = proxy.url.replacing("ws://", with: "http://")
      let bot = try await Bot("hangs-up", port: port, api, shown)
      let report = try await call("\(proxy.url)/exotel", audio, [], tail: "0")
      if let status {
        #expect(report["closeCode"] as? Int == status && report["closedBy"] as? String == "bot")
      }
      let lines = try await bot.lines()
      #expect(lines.contains { $0.hasPrefix("answer 200") } == (status != nil), "\(lines)")
      #expect(
        lines.contains { $0.contains("X-Twilio-Signature") || $0.contains("x-twilio-signature") })
      _ = try await proxy.log()
    }
  }

  @Test("the caller's voice clears a bot that does not clear, with --barge-in alone")
  func bargesIn() async throws {
    let audio = try voice(.hz8000, silent: 2_500, loud: 2_500)
    for options in [["--barge-in", "--detector", "level"], []] {
      let bot = try await Bot("stubborn")
      let proxy = try await Proxy(bot.port, options)
      let report = try await call("\(proxy.url)/exotel", audio, [])
      #expect((report["clears"] as? Int ?? 0 > 0) == !options.isEmpty, "\(report)")
      let log = try await proxy.log()
      #expect(log.contains("noClear") == options.isEmpty, "\(log)")
    }
  }

  @Test("says what is wrong with its options")
  func usage() async throws {
    for (words, complaint) in [
      ([], "--bot URL is missing"), (["--bot", "http://x"], "--bot:"),
      (["--bot", "ws://x", "--bot-dialect", "skype"], "--bot-dialect skype is unknown"),
      (["--bot", "ws://x", "--bot-header", "x"], "NAME:VALUE"),
      (["--bot", "ws://x", "--bot-rate", "16000"], "--bot-rate 16000"),
      (
        ["--bot", "ws://x", "--bot-dialect", "exotel", "--bot-twilio-token", "x"], "bots of twilio"
      ),
    ] {
      let run = try await Sidetone(["proxy"] + words)
      #expect(run.status == 2 && run.errors.contains(complaint), "\(words): \(run.errors)")
    }
    let help = try await Sidetone("proxy", "--help")
    #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}
