import AudioEngine
import Foundation
import TestSupport
import Testing

/// `sidetone call` and `sidetone load` judge the same bots, on another library's server, alike.
@Suite("The judge of calls and loads", .timeLimit(.minutes(5)), .serialized) struct JudgeTests {
  private let scratch: Scratch
  private let audio: String

  init() throws {
    scratch = try Scratch()
    let samples = (0..<8_000).map { Int16(truncatingIfNeeded: $0 * 37) }
    audio = try scratch.write(WaveFile(rate: .hz8000, samples: samples).encoded(), to: "voice.wav")
  }

  private func bot(_ kind: String) async throws -> (Subprocess, url: String) {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Peers/bots.py")
    let process = try Subprocess("/usr/bin/python3", [script.path, kind])
    let port = try await process.firstLine()
    return (process, "ws://127.0.0.1:\(port)/exotel")
  }

  private func json(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: scratch.file(name))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// What both have to say of a bot: problems by kind, and all sentences.
  private func judged(
    _ kind: String, _ words: [String] = []
  ) async throws -> [(kinds: Set<String>, sentences: String, run: Sidetone)] {
    let (process, url) = try await bot(kind)
    let call = try await Sidetone(
      ["call", url, "--audio", audio, "--report", scratch.file("call.json").path] + words)
    let load = try await Sidetone(
      [
        "load", url, "--calls", "2", "--ramp", "0", "--duration", "3", "--provider", "exotel",
        "--bot-speaks", "--json", scratch.file("load.json").path,
      ] + words)
    withExtendedLifetime(process) {}
    return try [("call.json", call), ("load.json", load)].map { name, run in
      let report = try json(name)
      let counts = report["problemCounts"] as? [String: Int] ?? [:]
      let problems = report["problems"] as? [String] ?? []
      let remarks = report["remarks"] as? [String] ?? []
      #expect(report["verdict"] as? String == (problems.isEmpty ? "pass" : "fail"))
      #expect(run.status == (problems.isEmpty ? 0 : 1))
      for sentence in problems { #expect(run.output.contains("problem: \(sentence)")) }
      for sentence in remarks { #expect(run.output.contains("note: \(sentence)")) }
      return (Set(counts.keys), (problems + remarks).joined(separator: "\n"), run)
    }
  }

  @Test(
    "healthy bots pass, however they close after the stop",
    arguments: [
      ("ordinary", ""), ("no-code", "1005"), ("drops", "1006"), ("away", "1001"), ("pauses", ""),
      ("stays", "left the socket open"),
    ])
  func healthy(kind: String, note: String) async throws {
    for judged in try await judged(kind) {
      // A machine that stops for longer than a bot's lead makes gaps of its own.
      #expect(judged.kinds.subtracting(["gap"]) == [], "\(judged.sentences)")
      if !note.isEmpty { #expect(judged.sentences.contains(note), "\(judged.sentences)") }
    }
  }

  @Test(
    "what is wrong with a bot is said by both",
    arguments: [
      ("small", "illegalSize", "gather 2 of them into one chunk of 3,200"),
      ("stranger", "wrongStream", "'another'"), ("error", "close", "1011"),
      ("hole", "gap", "a gap of"),
    ])
  func wrong(kind: String, problem: String, sentence: String) async throws {
    for judged in try await judged(kind) {
      #expect(judged.kinds.contains(problem), "\(judged.sentences)")
      #expect(judged.sentences.contains(sentence), "\(judged.sentences)")
    }
  }

  @Test("the relaxed policy lets small chunks pass in both, and both say so")
  func relaxed() async throws {
    for judged in try await judged("small", ["--policy", "relaxed"]) {
      #expect(!judged.kinds.contains("illegalSize"), "\(judged.sentences)")
      #expect(judged.sentences.contains("judged by the relaxed policy"), "\(judged.sentences)")
    }
  }

  @Test("the report goes to standard output where a file is named '-', and the text to the other")
  func standardOutput() async throws {
    let (process, url) = try await bot("ordinary")
    let run = try await Sidetone("call", url, "--audio", audio, "--report", "-", "--tail", "0.2")
    let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(report?["provider"] as? String == "exotel")
    #expect(run.errors.contains("verdict: "))
    withExtendedLifetime(process) {}
  }
}
