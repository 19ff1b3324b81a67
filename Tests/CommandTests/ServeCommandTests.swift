import AudioEngine
import Foundation
import TestSupport
import Testing

/// Both commands together: what a new user tries first.
@Suite("sidetone serve") struct ServeCommandTests {
  private let scratch: Scratch
  private let sound = WaveFile(
    rate: .hz8000, samples: (0..<4_900).map { Int16(truncatingIfNeeded: $0 * 37 + 5) })

  init() throws {
    scratch = try Scratch()
  }

  // The caller stays on the line for so long that a busy machine does not cut the echo.
  private let tail = "3"

  /// Serves a bot, places one call to it, ends the server, and gives back the call's report.
  private func report(
    bot: String, path: String = "exotel", serving options: [String] = [],
    hearing voice: WaveFile? = nil, _ words: String...
  ) async throws -> [String: Any] {
    let server = try RunningSidetone(["serve", "--port", "0", "--bot", bot] + options)
    let line = try await server.firstLine()
    let url = try #require(line.wholeMatch(of: /listening on (ws:\/\/127\.0\.0\.1:\d+)/)?.output.1)
    let audio = try scratch.write((voice ?? sound).encoded(), to: "voice.wav")
    let report = scratch.file("report.json")
    let call = try await Sidetone(
      ["call", "\(url)/\(path)", "--audio", audio, "--tail", tail, "--report", report.path] + words)
    #expect(call.errors.isEmpty)
    server.interrupt()
    let ended = try await server.end()
    #expect(ended.status == 0)
    #expect(ended.output == line + "\n")
    #expect(ended.errors.isEmpty)
    return try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any] ?? [:]
  }

  @Test("echoes a call byte for byte, and ends at Ctrl-C", arguments: ["documented", "odd"])
  func echo(dialect: String) async throws {
    let report = try await report(bot: "echo", "--expect-echo", "--dialect", dialect)
    // Whether a busy machine made a gap is not this test's question.
    let echo = try #require(report["echo"] as? [String: Any])
    #expect(echo["isExact"] as? Bool == true)
    #expect(echo["expectedBytes"] as? Int == 9_800)
    #expect(report["illegalChunks"] as? Int == 0)
    #expect(report["closeCode"] as? Int == 1000)
    #expect(report["closedBy"] as? String == "bot")
  }

  @Test("is interrupted by the caller's voice with --barge-in, and not without")
  func bargeIn() async throws {
    // Eight seconds of speech-like sound; the caller begins over it after two.
    let prompt = WaveFile(rate: .hz8000, samples: Array(repeating: 4_000, count: 64_000))
    let file = try scratch.write(prompt.encoded(), to: "prompt.wav")
    let interrupted = try await report(
      bot: "play:\(file)", serving: ["--barge-in", "--detector", "level"], "--interrupt-at", "2")
    #expect(interrupted["verdict"] as? String == "pass", "\(interrupted)")
    #expect(interrupted["clears"] as? Int == 1)
    #expect(interrupted["staleBytes"] as? Int == 0)
    #expect(interrupted["interruptedMs"] as? Double != nil)
    let spokenOver = try await report(
      bot: "play:\(file)", "--interrupt-at", "1")
    #expect(spokenOver["verdict"] as? String == "fail")
    #expect(spokenOver["clears"] as? Int == 0)
  }

  @Test("is interrupted by a voice, and not by a noise as loud", arguments: [true, false])
  func voiceDetector(isVoice: Bool) async throws {
    let prompt = WaveFile(rate: .hz8000, samples: Array(repeating: 4_000, count: 64_000))
    let file = try scratch.write(prompt.encoded(), to: "prompt.wav")
    let voice = isVoice ? try SpokenSound.speech(at: .hz8000) : nil
    let heard = try await report(
      bot: "play:\(file)", serving: ["--barge-in"], hearing: voice, "--interrupt-at", "2")
    #expect(heard["clears"] as? Int == (isVoice ? 1 : 0), "\(heard)")
    #expect(heard["staleBytes"] as? Int == 0)
  }

  @Test(
    "echoes a Plivo call byte for byte", arguments: ["mulaw", "linear16"],
    ["documented", "tester", "odd"])
  func plivoEcho(encoding: String, dialect: String) async throws {
    let path = dialect == "odd" ? "found-by-its-start" : "plivo"
    let report = try await report(
      bot: "echo", path: path, "--provider", "plivo", "--encoding", encoding, "--expect-echo",
      "--dialect", dialect)
    let echo = try #require(report["echo"] as? [String: Any])
    #expect(echo["isExact"] as? Bool == true)
    #expect(echo["expectedBytes"] as? Int == (encoding == "mulaw" ? 4_900 : 9_800))
    #expect(report["illegalChunks"] as? Int == 0)
    // That a busy machine was late itself is not the bot's doing.
    let remarks = report["remarks"] as? [String] ?? []
    #expect(remarks.allSatisfy { $0.hasPrefix("this machine was") })
    #expect(report["marks"] as? Int == report["marksEchoed"] as? Int)
    #expect(report["closeCode"] as? Int == 1000)
  }

  @Test(
    "echoes a Twilio call byte for byte", arguments: ["documented", "numbers", "sparse", "odd"])
  func twilioEcho(dialect: String) async throws {
    let report = try await report(
      // Without a track and without a sid beside it no start is recognised: that takes the path.
      bot: "echo", path: dialect == "odd" ? "found-by-its-start" : "twilio", "--provider", "twilio",
      "--expect-echo", "--dialect", dialect)
    let echo = try #require(report["echo"] as? [String: Any])
    #expect(echo["isExact"] as? Bool == true)
    #expect(echo["expectedBytes"] as? Int == 4_900)
    let remarks = report["remarks"] as? [String] ?? []
    #expect(remarks.allSatisfy { $0.hasPrefix("this machine was") }, "\(remarks)")
    #expect(report["marks"] as? Int == report["marksEchoed"] as? Int)
    #expect(report["closeCode"] as? Int == 1000)
    #expect(report["closedBy"] as? String == "platform")
  }

  @Test("a caller who speaks over a Twilio bot has all its marks come back, and nothing stale")
  func twilioBargeIn() async throws {
    let prompt = WaveFile(rate: .hz8000, samples: Array(repeating: 4_000, count: 64_000))
    let file = try scratch.write(prompt.encoded(), to: "prompt.wav")
    let report = try await report(
      bot: "play:\(file)", path: "twilio", serving: ["--barge-in", "--detector", "level"],
      "--provider", "twilio",
      "--interrupt-at", "2")
    #expect(report["verdict"] as? String == "pass", "\(report)")
    #expect(report["clears"] as? Int == 1 && report["staleBytes"] as? Int == 0)
    #expect(report["marks"] as? Int == report["marksEchoed"] as? Int)
  }

  @Test(
    "sends Plivo messages that fit the lead", arguments: [(100, 160), (200, 320), (1_000, 1_600)])
  func lead(milliseconds: Int, chunk: Int) async throws {
    let prompt = WaveFile(rate: .hz8000, samples: Array(repeating: 4_000, count: 16_000))
    let file = try scratch.write(prompt.encoded(), to: "prompt.wav")
    let report = try await report(
      bot: "play:\(file)", path: "plivo", serving: ["--lead", String(milliseconds)],
      "--provider", "plivo", "--encoding", "mulaw")
    #expect(report["receivedBytes"] as? Int == 16_000)
    // The last chunk holds what is left.
    let sizes = try #require(report["chunkSizes"] as? [String: Int])
    #expect(sizes[String(chunk)] == 16_000 / chunk, "\(sizes)")
  }

  @Test("says a file, or nothing")
  func otherBots() async throws {
    let prompt = WaveFile(rate: .hz8000, samples: Array(repeating: 4_000, count: 3_200))
    let file = try scratch.write(prompt.encoded(), to: "prompt.wav")
    let play = try await report(bot: "play:\(file)")
    #expect(play["receivedBytes"] as? Int == 6_400)
    #expect(play["verdict"] as? String == "pass", "\(play)")
    let silence = try await report(bot: "silence")
    #expect(silence["receivedBytes"] as? Int == 0)
    #expect(silence["verdict"] as? String == "pass")
  }

  @Test("says that a port is in use")
  func portInUse() async throws {
    let first = try RunningSidetone(["serve", "--port", "0"])
    let line = try await first.firstLine()
    let port = try #require(line.split(separator: ":").last.map(String.init))
    let second = try await Sidetone("serve", "--port", port)
    #expect(second.status == 2)
    #expect(second.errors.hasPrefix("sidetone serve: port \(port) on 127.0.0.1 is in use"))
    #expect(second.errors.split(separator: "\n").count == 1)
    first.interrupt()
    #expect(try await first.end().status == 0)
  }
}
