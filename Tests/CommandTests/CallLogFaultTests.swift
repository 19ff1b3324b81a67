import AudioEngine
import CallLog
import Foundation
import SQLiteCallLog
import TestSupport
import Testing

/// What keeps the call log from being written costs no call and no record.
@Suite("sidetone serve, while its call log fails", .timeLimit(.minutes(3)))
struct CallLogFaultTests {
  private let scratch: Scratch
  private let audio: String
  private var log: String { scratch.file("calls.db").path }

  init() throws {
    scratch = try Scratch()
    let sound = WaveFile(rate: .hz8000, samples: Array(repeating: 500, count: 1_600))
    audio = try scratch.write(sound.encoded(), to: "voice.wav")
  }

  private func call(_ port: Substring) async throws -> Int32 {
    try await Sidetone(
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "0.3"
    ).status
  }

  private func records() async throws -> Int {
    let list = try await Sidetone("calls", "--call-log", log, "--json")
    let all = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [Any]
    return all?.count ?? -1
  }

  @Test("a file that is no call log: calls are carried and told of later, unless it is required")
  func unusable() async throws {
    _ = try scratch.write(Array("a letter".utf8), to: "calls.db")
    let refused = try await Sidetone(
      "serve", "--port", "0", "--call-log", log, "--call-log-required")
    #expect(refused.status == 2)
    #expect(refused.errors.contains(log))
    let server = try RunningSidetone([
      "serve", "--port", "0", "--call-log", log, "--log-format", "text",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    #expect(try await call(port) == 0)
    #expect(try await ServerMetrics.series("sidetone_call_log_pending", port) == 1)
    #expect(try await ServerMetrics.series("sidetone_call_log_lost", port) == 0)
    #expect(try await ServerMetrics.series("sidetone_call_log_errors", port) ?? 0 > 0)
    server.interrupt()
    let end = try await server.end()
    #expect(end.status == 0)
    #expect(end.errors.contains("call-log: call log cannot be written reason="))
    // The next server, with the letter out of the way, writes what the first one kept.
    try FileManager.default.removeItem(atPath: log)
    let next = try RunningSidetone(["serve", "--port", "0", "--call-log", log])
    let nextPort = try #require(try await next.firstLine().split(separator: ":").last)
    #expect(try await call(nextPort) == 0)
    next.interrupt()
    _ = try await next.end()
    #expect(try await records() == 2)
    #expect(!FileManager.default.fileExists(atPath: log + ".pending"))
  }

  @Test(
    "a full disk, until there is room: each call is in the log, once",
    .enabled(
      if: Sanitizer.name != "thread", "the thread sanitizer itself needs files beyond the limit"))
  func full() async throws {
    // A limit on the size of files is to SQLite what a full disk is.
    let server = try await ShellServer(
      "/bin/sh", ["-c", "echo $$; ulimit -S -f 160; exec \"$@\"", "sh"],
      ["--call-log", log, "--log-format", "text"])
    let address = server.port
    let deadline = ContinuousClock.now + .seconds(120)
    var calls = 0
    while try await ServerMetrics.series("sidetone_call_log_errors", address) == 0 {
      calls += 20
      _ = try await Sidetone([
        "load", "ws://127.0.0.1:\(address)/plivo", "--calls", "20", "--ramp", "0.1", "--duration",
        "2",
      ])
      try #require(calls < 400, "the disk does not fill")
    }
    _ = try await Subprocess("/usr/bin/prlimit", ["--pid", server.process, "--fsize=unlimited"])
      .end()
    while try await ServerMetrics.series("sidetone_call_log_pending", address) != 0 {
      try #require(ContinuousClock.now < deadline, "the log is not written again")
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(try await ServerMetrics.series("sidetone_call_log_lost", address) == 0)
    let end = try await server.stop()
    #expect(end.status == 0)
    #expect(end.errors.contains("call log is written again"))
    let list = try await Sidetone("calls", "--call-log", log, "--json", "--limit", "1000")
    let all = try JSONSerialization.jsonObject(with: Data(list.output.utf8))
    let records = try #require(all as? [[String: Any]])
    // Each wave of calls has the same streams, and each of their sockets its line.
    #expect(records.count == 20)
    #expect(
      records.map { ($0["events"] as? [Any])?.count ?? 0 }
        == Array(repeating: calls / 20, count: 20))
  }

  @Test(
    "a disk that is read-only, until it is not",
    .enabled(if: geteuid() == 0, "only root may mount"))
  func readOnly() async throws {
    _ = try SQLiteCallLog(path: log)
    let folder = scratch.directory.path
    let server = try await ShellServer(
      "/usr/bin/unshare",
      [
        "--mount", "/bin/sh", "-c",
        "echo $$; mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && shift && exec \"$@\"",
        "sh", folder,
      ], ["--call-log", log, "--log-format", "text"])
    let address = server.port
    #expect(try await call(address) == 0)
    #expect(try await ServerMetrics.series("sidetone_call_log_pending", address) == 1)
    #expect(try await ServerMetrics.series("sidetone_call_log_errors", address) ?? 0 > 0)
    let mended = try await server.inside(["mount", "-o", "remount,rw,bind", folder])
    #expect(mended.status == 0, "\(mended.errors)")
    let deadline = ContinuousClock.now + .seconds(60)
    while try await ServerMetrics.series("sidetone_call_log_pending", address) != 0 {
      try #require(ContinuousClock.now < deadline, "the log is not written again")
      try await Task.sleep(for: .milliseconds(50))
    }
    let end = try await server.stop()
    #expect(end.status == 0)
    #expect(end.errors.contains("Read-only file system"))
    #expect(try await records() == 1)
  }

  @Test("strangers' words steer no terminal, as text or JSON")
  func controls() async throws {
    let evil = "a\u{1B}[2J\u{9B}31m\u{202E}\u{2066}\u{2028}\u{85}\u{7F}\u{200F}\nforged line"
    var facts = CallRecord()
    facts.callSID = evil
    facts.streamSID = "s"
    facts.from = evil
    facts.customParameters = [evil: evil]
    facts.closeReason = evil
    facts.connectedAt = .now
    facts.outcome = PlatformOutcome()
    facts.outcome?.error = evil
    do {
      let store = try SQLiteCallLog(path: log)
      _ = try await store.write([
        CallLogEvent(.init(key: "k", name: evil, at: .now), origin: .server, facts: facts)
      ])
    }
    for words in [["calls"], ["calls", "--json"], ["calls", "show"], ["calls", "show", "s"]] {
      let run = try await Sidetone(words + ["--call-log", log])
      #expect(run.status == 0)
      #expect(run.output.contains("forged line") && !run.output.contains("\nforged line"))
      let obeyed = run.output.unicodeScalars.filter { scalar in
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
      }
      #expect(obeyed.isEmpty, "\(words)")
    }
    let unknown = try await Sidetone("calls", "show", evil + "?", "--call-log", log)
    #expect(unknown.status == 1 && !unknown.errors.contains("\u{1B}"))
  }
}
