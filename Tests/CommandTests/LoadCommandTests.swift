import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone load", .timeLimit(.minutes(2))) struct LoadCommandTests {
  private let scratch: Scratch
  private static let bargeIn = ["--barge-in"]

  init() throws { scratch = try Scratch() }

  /// Serves a bot, loads it, and gives back the run and its figures.
  private func load(
    bot: String, serving options: [String] = [], _ words: [String]
  ) async throws -> (run: Sidetone, figures: [String: Any]) {
    let server = try RunningSidetone(["serve", "--port", "0", "--bot", bot] + options)
    let line = try await server.firstLine()
    let url = try #require(line.wholeMatch(of: /listening on (ws:\/\/127\.0\.0\.1:\d+)/)?.output.1)
    let json = scratch.file("load.json")
    let run = try await Sidetone(["load", "\(url)/bot", "--json", json.path] + words)
    server.interrupt()
    _ = try await server.end()
    let data = try Data(contentsOf: json)
    return (run, try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
  }

  /// A busy machine may hold both sides up for longer than the lead, and the verdict has to say so.
  private func expectVerdict(of run: Sidetone, _ figures: [String: Any]) {
    let gaps = figures["gaps"] as? Int ?? -1
    #expect(run.status == (gaps == 0 ? 0 : 1), "\(run.output) \(run.errors)")
    #expect(figures["verdict"] as? String == (gaps == 0 ? "pass" : "fail"))
  }

  @Test(
    "twenty callers hear their own echo whole",
    arguments: [("plivo", []), ("plivo", ["--bot-on-loop"]), ("exotel", []), ("twilio", [])])
  func echo(provider: String, serving options: [String]) async throws {
    let words = ["--calls", "20", "--ramp", "0.5", "--duration", "3", "--provider", provider]
    let (run, figures) = try await load(bot: "echo", serving: options, words)
    expectVerdict(of: run, figures)
    #expect(run.output.contains("20 of 20 lasted to their end"))
    #expect(figures["completed"] as? Int == 20)
    #expect(figures["lostMs"] as? Double == 0)
    #expect(figures["foreignMessages"] as? Int == 0)
    #expect(figures["closeCodes"] as? [String: Int] == ["1000": 20])
    let sent = try #require(figures["sent"] as? Int)
    // Two seconds of listening among them.
    #expect(sent > 20 * 5 * 45)
  }

  @Test(
    "callers send at a platform's other rates, and as seldom as it does itself",
    arguments: [("exotel", 16_000, 100), ("exotel", 24_000, 40), ("plivo", 16_000, 20)])
  func formats(provider: String, rate: Int, every: Int) async throws {
    let words = [
      "--calls", "5", "--ramp", "0", "--duration", "2", "--provider", provider, "--rate", "\(rate)",
      "--every", "\(every)",
    ]
    let (run, figures) = try await load(bot: "echo", words)
    expectVerdict(of: run, figures)
    #expect(figures["completed"] as? Int == 5)
    #expect(figures["lostMs"] as? Double == 0)
    #expect(figures["foreignMessages"] as? Int == 0)
    // Two seconds of talking, and two of listening.
    let each = (figures["sent"] as? Int ?? 0) / 5
    #expect((3_600 / every...4_200 / every).contains(each), "\(each)")
  }

  @Test("each caller asks where to dial")
  func lookup() async throws {
    let server = try RunningSidetone(["serve", "--port", "0", "--bot", "echo"])
    let url = try #require(try await server.firstLine().split(separator: "/").last)
    let json = scratch.file("load.json")
    // The load is in clear; a server that is told nothing else takes itself to be behind TLS.
    let run = try await Sidetone([
      "load", "--lookup", "http://\(url)/exotel/stream-url", "--provider", "exotel", "--calls", "2",
      "--ramp", "0", "--duration", "2", "--json", json.path,
    ])
    let figures = try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any]
    #expect(figures?["calls"] as? Int == 2 && figures?["completed"] as? Int == 0)
    #expect((figures?["failures"] as? [String: Int])?.values.reduce(0, +) == 2, "\(run.output)")
    server.interrupt()
    _ = try await server.end()

    let port = try #require(Int(url.split(separator: ":").last ?? ""))
    let plain = try RunningSidetone([
      "serve", "--port", "\(port)", "--bot", "echo", "--public-url", "ws://\(url)",
      "--allow-unauthenticated",
    ])
    _ = try await plain.firstLine()
    let whole = try await Sidetone([
      "load", "--lookup", "http://\(url)/plivo/answer", "--provider", "plivo", "--calls", "3",
      "--ramp", "0", "--duration", "2", "--json", "-",
    ])
    #expect(whole.output.contains("\"completed\" : 3"), "\(whole.output)\(whole.errors)")
    plain.interrupt()
    _ = try await plain.end()
    #expect(try await Sidetone("load").status == 2)
    #expect(try await Sidetone("load", "ws://h/plivo", "--lookup", "http://h/plivo").status == 2)
  }

  @Test("a bot that says nothing has lost everything")
  func silence() async throws {
    let words = ["--calls", "3", "--ramp", "0", "--duration", "2"]
    let (run, figures) = try await load(bot: "silence", words)
    #expect(run.status == 1)
    #expect(figures["received"] as? Int == 0)
    let lost = try #require(figures["lostMs"] as? Double)
    #expect(lost >= 3 * 1_900)
  }

  @Test("a bot that speaks is interrupted in every call, and nothing stale follows", .inRealTime)
  func interruption() async throws {
    let sound = WaveFile(
      rate: .hz8000, samples: (0..<80_000).map { Int16(truncatingIfNeeded: $0 * 37) })
    let audio = try scratch.write(sound.encoded(), to: "speech.wav")
    let words = [
      "--calls", "10", "--ramp", "0.5", "--duration", "4", "--bot-speaks", "--interrupt-after", "1",
    ]
    let (run, figures) = try await load(bot: "play:\(audio)", serving: Self.bargeIn, words)
    expectVerdict(of: run, figures)
    let clear = try #require(figures["clearAfter"] as? [String: Double])
    #expect(clear["count"] == 10)
    #expect(figures["staleMessages"] as? Int == 0)
  }

  @Test("callers say a file of any rate, and an echo gives it back whole")
  func audio() async throws {
    let sound = WaveFile(
      rate: .hz16000, samples: (0..<16_000).map { Int16(truncatingIfNeeded: $0 * 37) })
    let file = try scratch.write(sound.encoded(), to: "voice.wav")
    let words = ["--calls", "5", "--ramp", "0", "--duration", "2", "--audio", file]
    let (run, figures) = try await load(bot: "echo", words)
    expectVerdict(of: run, figures)
    #expect(figures["completed"] as? Int == 5)
    #expect(figures["lostMs"] as? Double == 0)
  }

  @Test("callers interrupt again and again a bot that begins anew each time", .inRealTime)
  func interruptions() async throws {
    let saw = (0..<80_000).map { Int16(truncatingIfNeeded: $0 * 37) }
    let speech = WaveFile(rate: .hz8000, samples: saw)
    // The bot is in the middle of its own whenever a caller says this.
    let sound = WaveFile(rate: .hz8000, samples: Array(saw.prefix(4_000)))
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let spoken = try scratch.write(speech.encoded(), to: "speech.wav")
    let words = [
      "--calls", "10", "--ramp", "0.5", "--duration", "8", "--bot-speaks", "--interrupt-after", "1",
      "--interrupt-every", "2.5", "--audio", audio,
    ]
    // Only the gate takes a saw for a caller.
    let serving = Self.bargeIn + ["--detector", "level"]
    let (run, figures) = try await load(bot: "repeat:\(spoken)", serving: serving, words)
    expectVerdict(of: run, figures)
    // At 1, 3.5 and 6 s.
    #expect(figures["interruptions"] as? Int == 30)
    let clear = try #require(figures["clearAfter"] as? [String: Double])
    #expect(clear["count"] == 30)
    #expect(figures["staleMessages"] as? Int == 0)
    let least = try #require(figures["leastHeardMs"] as? Double)
    #expect(least > 4_000)
  }

  @Test("a bot that is not there fails every call, with the reason")
  func nobody() async throws {
    let run = try await Sidetone(
      "load", "ws://127.0.0.1:1/x", "--calls", "2", "--ramp", "0", "--duration", "2")
    #expect(run.status == 1)
    #expect(run.output.contains("failed        2 x "))
    #expect(run.output.hasSuffix("verdict: fail\n"))
  }

  @Test(
    "says in one line what is wrong",
    arguments: [
      (["load"], "URL"), (["load", "http://x"], "http://x"),
      (["load", "ws://127.0.0.1:1", "--calls", "0"], "--calls"),
      (["load", "ws://127.0.0.1:1", "--provider", "twilio", "--rate", "16000"], "one of 8000"),
      (["load", "ws://127.0.0.1:1", "--every", "50"], "--every 50"),
      (["load", "ws://127.0.0.1:1", "--interrupt-after", "1"], "--bot-speaks"),
      (["load", "ws://127.0.0.1:1", "--provider", "none"], "--provider"),
      (["load", "ws://127.0.0.1:1", "--audio", "/nowhere.wav"], "/nowhere.wav"),
      (["load", "ws://127.0.0.1:1", "--interrupt-every", "2"], "--interrupt-after"),
    ])
  func usage(words: [String], message: String) async throws {
    let run = try await Sidetone(words)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
